package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Definition and agents are never brought up to date at the same moment: each goes with an older and a newer one of the other. */
class CrdUpgradeIT {
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final String SCHEMA = "/spec/versions/0/schema/openAPIV3Schema/properties";

    @TempDir
    Path temporary;

    private TestNode node;
    private TargetProcess target;

    private static ObjectNode shipped() throws IOException {
        return (ObjectNode) YAML.readTree(ApiServer.CRD.toFile());
    }

    /** As if from a version that lacks what later ones brought. */
    private static ObjectNode older() throws IOException {
        ObjectNode crd = shipped();
        ((ObjectNode) crd.at(SCHEMA + "/spec/properties/options/properties")).remove("macAddress");
        ObjectNode status = (ObjectNode) crd.at(SCHEMA + "/status");
        status.putObject("default").put("observedGeneration", -1);
        ((ObjectNode) status.at("/properties")).remove("portsActive");
        ((ObjectNode) status.at("/properties/ports/items/properties")).remove("sourceIP");
        return crd;
    }

    /** As if from a version that has more: fields with defaults, which each object then has. */
    private static ObjectNode newer() throws IOException {
        ObjectNode crd = shipped();
        ObjectNode spec = (ObjectNode) crd.at(SCHEMA + "/spec/properties");
        spec.putObject("future").put("type", "string").put("default", "new");
        ((ObjectNode) spec.at("/options/properties")).putObject("futureOption").put("type", "integer");
        ((ObjectNode) spec.at("/ports/items/properties"))
                .putObject("futurePort")
                .put("type", "string")
                .put("default", "new");
        ((ObjectNode) crd.at(SCHEMA + "/status/properties"))
                .putObject("future")
                .put("type", "string")
                .put("default", "new");
        return crd;
    }

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        target = node.target();
    }

    @AfterEach
    void stop() {
        node.close();
        node.server.applyCrd();
    }

    /** Blocks until the schema in force has a field, or has it not any more. */
    private void install(ObjectNode crd, String field, boolean has) throws IOException {
        node.server
                .kubectlOn(YAML.writeValueAsString(crd), "apply", "--server-side")
                .orFail();
        await().atMost(DEADLINE)
                .until(() -> (node.objects.kubectl("explain", "rln." + field).exitStatus() == 0) == has);
    }

    private long statusWrites() {
        return ShippedRights.requests(node.server, node.name).stream()
                .filter(request -> request.startsWith("patch"))
                .count();
    }

    /** An agent that tells more than the definition knows cannot tell anything; its networks are none the worse for it. */
    @Test
    void anOldObjectGoesOnUnderANewDefinitionAndGetsItsWholeStatusFromTheNextAgent() throws IOException {
        install(older(), "status.portsActive", false);
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        node.startAgent();
        await().atMost(DEADLINE).until(() -> !LiveProcesses.named("slirp4netns").isEmpty());
        List<String> slirp = LiveProcesses.named("slirp4netns");
        assertThat(node.objects.get("web").getStatus().observedGeneration()).isEqualTo(-1);
        node.stopAgent();

        install(shipped(), "status.portsActive", true);
        node.startAgent();

        RootlessNetworkStatus after = node.objects.awaitReady("web");
        assertThat(after.portsActive()).isEqualTo("1/1");
        assertThat(slirp).containsExactly(Integer.toString(TestNode.slirp(after)));
        assertThat(node.objects.get("web").generation()).isEqualTo(1);
    }

    @Test
    void anAgentLeavesAloneWhatANewerDefinitionBrings() throws IOException {
        node.startAgent();
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));

        install(newer(), "spec.future", true);
        node.objects.apply("web", node.spec(target, port("http", 18081, 80)));
        node.objects.awaitReady("web");
        assertThat(TestNode.slirp(node.objects.get("web").getStatus())).isEqualTo(slirp);
        node.objects.apply("second", node.spec(node.target()));
        node.objects.awaitReady("second");

        JsonNode object = YAML.readTree(node.objects
                .kubectl("get", "rln", "web", "--output=json")
                .orFail()
                .stdout());
        assertThat(object.at("/spec/future").asText()).isEqualTo("new");
        assertThat(object.at("/spec/ports/0/futurePort").asText()).isEqualTo("new");
        assertThat(object.at("/status/future").asText()).isEqualTo("new");
        node.stopAgent();
        long writes = statusWrites();
        node.startAgent();
        node.objects.apply("third", node.spec(node.target()));
        node.objects.awaitReady("third");
        assertThat(statusWrites() - writes).as("of the third object alone").isBetween(1L, 4L);
        assertThat(TestNode.slirp(node.objects.get("web").getStatus())).isEqualTo(slirp);
    }
}
