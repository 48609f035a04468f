package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkSpec;
import org.junit.jupiter.api.Test;

class NodeFilterTest {
    private final NodeFilter filter = new NodeFilter("node-1");

    @Test
    void letsTheObjectsOfItsNodePass() {
        assertThat(filter.accept(SampleObjects.of("node-1", "1"))).isTrue();
    }

    @Test
    void keepsObjectsOfOtherNodesAndOfNoneOut() {
        assertThat(filter.accept(SampleObjects.of("node-10", "1"))).isFalse();
        assertThat(filter.accept(SampleObjects.of(null, "1"))).isFalse();
        assertThat(filter.accept(RootlessNetwork.of("web", "demo", new RootlessNetworkSpec(null, null, null, null))))
                .isFalse();
        RootlessNetwork withoutSpec = SampleObjects.of("node-1", "1");
        withoutSpec.setSpec(null);
        assertThat(filter.accept(withoutSpec)).isFalse();
    }
}
