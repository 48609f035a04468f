{{- define "operator.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* What finds the agents' pods; a DaemonSet's selector can never be changed. */}}
{{- define "operator.selector" -}}
app.kubernetes.io/name: rootlessnetwork-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "operator.agent" -}}
{{ include "operator.fullname" . }}-agent
{{- end -}}

{{- define "operator.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "operator.agent" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "operator.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Whether the chart's own seccomp profile is put on the nodes: "true" or nothing. */}}
{{- define "operator.ownSeccompProfile" -}}
{{- if and (eq .Values.seccompProfile.type "Localhost") (not .Values.seccompProfile.localhostProfile) -}}
true
{{- end -}}
{{- end -}}

{{/* The agent's. One that drains runs no slirp4netns, and its own profile is removed from the node before it starts. */}}
{{- define "operator.seccompProfile" -}}
{{- if and .Values.drain (include "operator.ownSeccompProfile" .) -}}
type: RuntimeDefault
{{- else -}}
type: {{ .Values.seccompProfile.type }}
{{- if eq .Values.seccompProfile.type "Localhost" }}
localhostProfile: {{ .Values.seccompProfile.localhostProfile | default "rootlessnetwork/agent.json" }}
{{- end }}
{{- end }}
{{- end -}}
