package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that make no sense are refused before anything is installed. */
class ChartSchemaTest {
    /** A typo would go unnoticed: the agents would run without what was asked for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown: a",
                "image: {unknown: a}",
                "imagePullSecrets: [{unknown: a}]",
                "agent: {unknown: a}",
                "crds: {unknown: a}",
                "rbac: {unknown: a}",
                "rbac: {aggregate: {unknown: a}}",
                "serviceAccount: {unknown: a}",
                "podMonitor: {unknown: a}",
                "prometheusRule: {unknown: a}",
                "grafanaDashboard: {unknown: a}",
                "resourceQuota: {unknown: a}",
                "resources: {unknown: a}",
                "affinity: {unknown: a}",
                "updateStrategy: {unknown: a}",
                "updateStrategy: {rollingUpdate: {unknown: a}}",
                "seccompProfile: {unknown: a}",
                "appArmorProfile: {unknown: a}",
                "seLinuxOptions: {unknown: a}"
            })
    void refusesUnknownKeys(String values) {
        assertThatThrownBy(() -> Chart.rendered(values))
                .hasMessageContaining("additional propert")
                .hasMessageContaining("unknown");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "image.tag             | image: {tag: 'a b'}",
                "image.digest          | image: {digest: latest}",
                "image.pullPolicy      | image: {pullPolicy: Sometimes}",
                "agent.hostPortRange   | agent: {hostPortRange: '20000'}",
                "agent.readyTimeout    | agent: {readyTimeout: '5'}",
                "agent.closeGrace      | agent: {closeGrace: 1 day}",
                "agent.logLevel        | agent: {logLevel: loud}",
                "agent.logFormat       | agent: {logFormat: xml}",
                "agent.networkMemoryLimit | agent: {networkMemoryLimit: 1GB}",
                "agent.networkCmdOptions.0 | agent: {networkCmdOptions: [mtu]}",
                "agent.port            | agent: {port: 0}",
                "cgroup                | cgroup: a/b",
                "cgroup                | cgroup: _a",
                "cgroup                | cgroup: cgroup.procs",
                "drain                 | drain: 'yes'",
                "kubeletRoot           | kubeletRoot: var/lib/kubelet",
                "seccompProfile.type   | seccompProfile: {type: RuntimeDefault}",
                "appArmorProfile.type  | appArmorProfile: {type: RuntimeDefault}",
                "updateStrategy.type   | updateStrategy: {type: Recreate}",
                "fullnameOverride      | fullnameOverride: Upper"
            })
    void refusesValuesThatTheAgentOrKubernetesWould(String path, String values) {
        assertThatThrownBy(() -> Chart.rendered(values))
                .satisfies(failure -> assertThat(
                                String.valueOf(failure.getMessage()).replace('/', '.'))
                        .contains(path.strip()));
    }

    @Test
    void refusesALimitWithoutTheCgroupThatHasIt() {
        assertThatThrownBy(() -> Chart.rendered("{cgroup: '', agent: {networkMemoryLimit: 256Mi}}"))
                .hasMessageContaining(
                        "agent.networkMemoryLimit needs cgroup: set cgroup, such as to rootlessnetwork, or leave"
                                + " the limit out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent: {readyTimeout: 1m30s, networkMemoryLimit: 1Gi}",
                "agent: {networkCmdOptions: [mtu=9000, cidr=10.0.2.0/24]}",
                "updateStrategy: {type: OnDelete}",
                "global: {anything: a}"
            })
    void takesWhatMakesSense(String values) {
        assertThat(Chart.rendered(values).manifests().names()).contains("DaemonSet/rootlessnetwork-agent");
    }
}
