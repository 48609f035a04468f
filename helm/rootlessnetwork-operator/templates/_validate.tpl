{{/* What the schema cannot say. The agents would refuse it too, but one by one, and a rollout that is stuck is more trouble than an error. */}}
{{- define "operator.validate" -}}
{{- $ports := splitList "-" .Values.agent.hostPortRange -}}
{{- $first := first $ports | atoi -}}
{{- $last := last $ports | atoi -}}
{{- if or (lt $first 1) (lt $last $first) (gt $last 65535) -}}
{{- fail (printf "agent.hostPortRange runs upwards within 1-65535, like 20000-29999, not %s" .Values.agent.hostPortRange) -}}
{{- end -}}
{{- range $value := list "readyTimeout" "udpIdleTimeout" -}}
{{- if not (regexMatch "[1-9]" (get $.Values.agent $value)) -}}
{{- fail (printf "agent.%s must be longer than 0s" $value) -}}
{{- end -}}
{{- end -}}
{{- if hasPrefix "cgroup." (.Values.cgroup | default "") -}}
{{- fail (printf "cgroup: names that begin with cgroup. are the kernel's own; choose another than %s" .Values.cgroup) -}}
{{- end -}}
{{- with .Values.agent.networkMemoryLimit -}}
{{- if not $.Values.cgroup -}}
{{- fail "agent.networkMemoryLimit needs cgroup: set cgroup, such as to rootlessnetwork, or leave the limit out" -}}
{{- end -}}
{{- $units := dict "" 1 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $amount := regexFind "^[0-9]+" . -}}
{{- if lt (mul (int64 $amount) (get $units (trimPrefix $amount .))) 16777216 -}}
{{- fail (printf "agent.networkMemoryLimit must be at least 16Mi, which slirp4netns needs, not %s" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
