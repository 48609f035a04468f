package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.launch.Source;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
    private static boolean inPod(Map<String, String> environment) throws CommandFailure {
        return AgentConfig.of(new CommonFlags(), environment, name -> true)
                .launcher(Source.CLUSTER)
                .inPod();
    }

    @Test
    void knowsAPodByTheVariableThatTheKubeletSets() throws CommandFailure {
        assertThat(inPod(Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1"))).isTrue();
        assertThat(inPod(Map.of("KUBERNETES_SERVICE_HOST", ""))).isFalse();
        assertThat(inPod(Map.of())).isFalse();
    }
}
