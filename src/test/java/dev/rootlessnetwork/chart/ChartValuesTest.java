package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each of the chart's values does something, and that thing. */
class ChartValuesTest {
    private static final String AGENT = "/spec/template/spec/containers/0";
    private static final String POD = "/spec/template/spec";
    private static final String DAEMON_SET = "DaemonSet/rootlessnetwork-agent";
    private static final String MONITOR = "PodMonitor/rootlessnetwork-agent";
    private static final String RULE = "PrometheusRule/rootlessnetwork-agent";
    private static final String DASHBOARD = "ConfigMap/rootlessnetwork-dashboard";
    private static final String QUOTA = "ResourceQuota/rootlessnetwork-agent";
    private static final String CRD = "CustomResourceDefinition/rootlessnetworks.rootlessnetwork.dev";
    private static final String ABSENT = "";

    /**
     * What one value does.
     *
     * @param value its path
     * @param set what it is set to
     * @param object that shows it, Kind/name
     * @param field of the object, as a JSON pointer; of a list it is enough that the expected value is in it
     * @param expected there then, and not without the value; empty: nothing is there any more
     */
    record Effect(String value, String set, String object, String field, String expected) {
        @Override
        public String toString() {
            return value + ": " + set;
        }
    }

    private static Effect pod(String value, String set, String field) {
        return new Effect(value, set, DAEMON_SET, POD + "/" + field, set);
    }

    private static Effect argument(String value, String set, String expected) {
        return new Effect(value, set, DAEMON_SET, AGENT + "/args", expected);
    }

    static Stream<Effect> effects() {
        String digest = "sha256:" + "0123456789abcdef".repeat(4);
        String template = "/spec/template/metadata";
        String aggregated = "/metadata/labels/rbac.authorization.k8s.io~1aggregate-to-";
        String labels = "/metadata/labels/team";
        String image = AGENT + "/image";
        return Stream.of(
                new Effect("fullnameOverride", "other", "DaemonSet/other-agent", "/metadata/name", "other-agent"),
                new Effect(
                        "image.repository", "example.com/op", DAEMON_SET, image, "example.com/op:" + Chart.version()),
                new Effect("image.tag", "v2", DAEMON_SET, image, "localhost/rootlessnetwork/operator:v2"),
                new Effect("image.digest", digest, DAEMON_SET, image, "localhost/rootlessnetwork/operator@" + digest),
                new Effect("image.pullPolicy", "Always", DAEMON_SET, AGENT + "/imagePullPolicy", "Always"),
                pod("imagePullSecrets", "[{name: key}]", "imagePullSecrets"),
                argument(
                        "agent.networkCmdOptions",
                        "[mtu=9000, cidr=10.1.0.0/24]",
                        "--network-cmd-options=mtu=9000,cidr=10.1.0.0/24"),
                argument("agent.hostPortRange", "30000-30100", "--host-port-range=30000-30100"),
                argument("agent.readyTimeout", "1m", "--ready-timeout=1m"),
                argument("agent.udpIdleTimeout", "30s", "--udp-idle-timeout=30s"),
                argument("agent.closeGrace", "500ms", "--close-grace=500ms"),
                argument("agent.relayDrain", "1h", "--relay-drain=1h"),
                argument("agent.networkMemoryLimit", "256Mi", "--network-memory-limit=256Mi"),
                argument("agent.logLevel", "debug", "--log-level=debug"),
                argument("agent.logFormat", "json", "--log-format=json"),
                argument("agent.port", "9480", "--health-address=127.0.0.1:9480"),
                argument("agent.port", "9480", "--metrics-address=127.0.0.1:9480"),
                new Effect("agent.port", "9480", DAEMON_SET, AGENT + "/livenessProbe/httpGet/port", "9480"),
                new Effect("agent.port", "9480", DAEMON_SET, AGENT + "/readinessProbe/httpGet/port", "9480"),
                argument("cgroup", "other", "--cgroup=other"),
                new Effect("cgroup", "other", DAEMON_SET, POD + "/initContainers/0/args", "--cgroup=other"),
                argument("drain", "true", "--drain"),
                new Effect("crds.enabled", "false", CRD, "", ABSENT),
                new Effect("crds.keep", "false", CRD, "/metadata/annotations/helm.sh~1resource-policy", ABSENT),
                new Effect("rbac.create", "false", "ClusterRole/rootlessnetwork-agent", "", ABSENT),
                new Effect("rbac.create", "false", "ClusterRoleBinding/rootlessnetwork-agent", "", ABSENT),
                new Effect(
                        "rbac.aggregate.view",
                        "false",
                        "ClusterRole/rootlessnetwork-view",
                        aggregated + "view",
                        ABSENT),
                new Effect(
                        "rbac.aggregate.edit",
                        "true",
                        "ClusterRole/rootlessnetwork-edit",
                        aggregated + "edit",
                        "'true'"),
                new Effect(
                        "rbac.aggregate.admin",
                        "true",
                        "ClusterRole/rootlessnetwork-edit",
                        aggregated + "admin",
                        "'true'"),
                new Effect("serviceAccount.create", "false", "ServiceAccount/rootlessnetwork-agent", "", ABSENT),
                pod("serviceAccount.name", "other", "serviceAccountName"),
                new Effect(
                        "serviceAccount.annotations",
                        "{team: a}",
                        "ServiceAccount/rootlessnetwork-agent",
                        "/metadata/annotations",
                        "{team: a}"),
                argument("podMonitor.enabled", "true", "--metrics-address=[$(HOST_IP)]:9470"),
                new Effect(
                        "podMonitor.enabled",
                        "true",
                        DAEMON_SET,
                        AGENT + "/ports",
                        "{name: metrics, containerPort: 9470, protocol: TCP}"),
                new Effect("podMonitor.enabled", "true", MONITOR, "/spec/podMetricsEndpoints/0/honorLabels", "true"),
                new Effect("podMonitor.interval", "7s", MONITOR, "/spec/podMetricsEndpoints/0/interval", "7s"),
                new Effect(
                        "podMonitor.scrapeTimeout", "3s", MONITOR, "/spec/podMetricsEndpoints/0/scrapeTimeout", "3s"),
                new Effect("podMonitor.labels", "{team: a}", MONITOR, labels, "a"),
                new Effect("prometheusRule.enabled", "true", RULE, "/spec/groups/0/name", "rootlessnetwork"),
                new Effect("prometheusRule.labels", "{team: a}", RULE, labels, "a"),
                new Effect("grafanaDashboard.enabled", "true", DASHBOARD, "/metadata/labels/grafana_dashboard", "'1'"),
                new Effect("grafanaDashboard.labels", "{team: a}", DASHBOARD, labels, "a"),
                new Effect(
                        "grafanaDashboard.annotations",
                        "{folder: a}",
                        DASHBOARD,
                        "/metadata/annotations",
                        "{folder: a}"),
                new Effect(
                        "resources", "{limits: {memory: 1Gi}}", DAEMON_SET, AGENT + "/resources/limits/memory", "1Gi"),
                new Effect("nodeSelector", "{disk: ssd}", DAEMON_SET, POD + "/nodeSelector/disk", "ssd"),
                pod("tolerations", "[{key: a, operator: Exists}]", "tolerations"),
                pod("affinity", "{nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}", "affinity"),
                pod("priorityClassName", "other", "priorityClassName"),
                new Effect("resourceQuota.enabled", "true", QUOTA, "/spec/hard/pods", "'10000'"),
                new Effect("resourceQuota.pods", "30", QUOTA, "/spec/hard/pods", "'30'"),
                new Effect(
                        "updateStrategy",
                        "{rollingUpdate: {maxUnavailable: 1}}",
                        DAEMON_SET,
                        "/spec/updateStrategy/rollingUpdate/maxUnavailable",
                        "1"),
                new Effect(
                        "seccompProfile.type",
                        "Unconfined",
                        DAEMON_SET,
                        AGENT + "/securityContext/seccompProfile",
                        "{type: Unconfined}"),
                new Effect(
                        "seccompProfile.localhostProfile",
                        "ours.json",
                        DAEMON_SET,
                        AGENT + "/securityContext/seccompProfile/localhostProfile",
                        "ours.json"),
                new Effect(
                        "appArmorProfile",
                        "{type: Localhost, localhostProfile: ours}",
                        DAEMON_SET,
                        POD + "/securityContext/appArmorProfile",
                        "{type: Localhost, localhostProfile: ours}"),
                pod("seLinuxOptions", "{type: spc_t}", "securityContext/seLinuxOptions"),
                new Effect(
                        "kubeletRoot",
                        "/data/kubelet",
                        DAEMON_SET,
                        POD + "/initContainers/0/args",
                        "--seccomp-directory=/data/kubelet/seccomp/rootlessnetwork"),
                new Effect("podAnnotations", "{team: a}", DAEMON_SET, template + "/annotations/team", "a"),
                new Effect("podLabels", "{team: a}", DAEMON_SET, template + "/labels/team", "a"));
    }

    @ParameterizedTest
    @MethodSource("effects")
    void doesWhatItSays(Effect effect) {
        JsonNode without = Chart.rendered(enabling(effect, ""))
                .manifests()
                .get(effect.object())
                .at(effect.field());
        JsonNode with = Chart.rendered(enabling(effect, effect.set()))
                .manifests()
                .get(effect.object())
                .at(effect.field());
        if (effect.expected().equals(ABSENT)) {
            assertThat(without.isMissingNode()).isFalse();
            assertThat(with.isMissingNode()).isTrue();
            return;
        }
        JsonNode expected = Manifests.value(effect.expected());
        if (with.isArray() && !expected.isArray()) {
            assertThat(with).contains(expected);
            assertThat(without).doesNotContain(expected);
        } else {
            assertThat(with).isEqualTo(expected);
            assertThat(without).isNotEqualTo(expected);
        }
    }

    /** Values for the effect; of a part that is switched off, it is switched on in both cases. */
    private static String enabling(Effect effect, String set) {
        ObjectNode values = (ObjectNode) Manifests.value("{}");
        List<String> path = Splitter.on('.').splitToList(effect.value());
        ObjectNode owner = values;
        for (String part : path.subList(0, path.size() - 1)) {
            owner = owner.putObject(part);
        }
        String name = path.get(path.size() - 1);
        if (Set.of("podMonitor", "prometheusRule", "grafanaDashboard", "resourceQuota")
                        .contains(path.get(0))
                && !name.equals("enabled")) {
            owner.put("enabled", true);
        }
        if (!set.isEmpty()) {
            owner.set(name, Manifests.value(set));
        }
        return values.toString();
    }

    @Test
    void isKnownOfEachValue() throws IOException {
        List<String> paths = new ArrayList<>();
        List<String> readme = Files.readAllLines(Chart.DIRECTORY.resolve("README.md"));
        collect("", Manifests.value(Files.readString(Chart.DIRECTORY.resolve("values.yaml"))), readme, paths);
        Set<String> shown = effects().map(Effect::value).collect(Collectors.toSet());
        assertThat(shown).containsExactlyInAnyOrderElementsOf(paths);
    }

    /** A value is what README.md lists, even where it has fields. */
    private static void collect(String prefix, JsonNode node, List<String> readme, List<String> into) {
        node.properties().forEach(field -> {
            String path = prefix + field.getKey();
            if (readme.stream().anyMatch(line -> line.startsWith("| `" + path + "` |"))) {
                into.add(path);
            } else {
                collect(path + ".", field.getValue(), readme, into);
            }
        });
    }

    @Test
    void sharesTheAccountOfTheNamespaceWhereNoneIsMadeOrNamed() {
        Chart rendered = Chart.rendered("serviceAccount: {create: false}");
        assertThat(rendered.pod().path("serviceAccountName").asText()).isEqualTo("default");
        assertThat(rendered.manifests()
                        .get("ClusterRoleBinding/rootlessnetwork-agent")
                        .at("/subjects/0/name")
                        .asText())
                .isEqualTo("default");
    }
}
