package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ObjectYamlTest {
    private static final String WEB = """
            apiVersion: rootlessnetwork.dev/v1alpha1
            kind: RootlessNetwork
            metadata:
              name: web
              namespace: demo
              uid: uid-1
            spec:
              nodeName: node-1
            """;

    @Test
    void readsWhatItWrote() {
        RootlessNetwork read = ObjectYaml.read(WEB).orElseThrow();
        assertThat(read.key()).hasToString("demo/web");
        assertThat(read.uid()).isEqualTo("uid-1");
        assertThat(read.getSpec().nodeName()).isEqualTo("node-1");
        assertThat(ObjectYaml.write(read)).isEqualTo(WEB);
    }

    @Test
    void readsWhatALaterVersionWrote() {
        assertThat(ObjectYaml.read(WEB + "  unheardOf: 1\n")).isPresent();
    }

    @Test
    void readsNothingFromWhatIsGarbled() {
        for (String garbled : new String[] {"", "{", "- a\n", "web", "spec: 1\n", "kind: RootlessNetwork\n"}) {
            assertThat(ObjectYaml.read(garbled)).as(garbled).isEmpty();
        }
    }
}
