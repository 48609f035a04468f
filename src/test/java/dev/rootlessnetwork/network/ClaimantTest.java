package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClaimantTest {
    private static final Claimant WEB = claimant("demo", "web");

    private static Claimant claimant(String namespace, String name) {
        return new Claimant("uid-" + name, new NetworkKey(namespace, name), name);
    }

    @Test
    void isNamedToAnybodyWhereThereIsOneTenant() {
        assertThat(WEB.describe(claimant("other", "api"), true)).isEqualTo("RootlessNetwork demo/web");
    }

    @Test
    void isNamedToItsOwnNamespaceAlone() {
        assertThat(WEB.describe(claimant("demo", "api"), false)).isEqualTo("RootlessNetwork demo/web");
        assertThat(WEB.describe(claimant("other", "api"), false)).isEqualTo("another RootlessNetwork of this node");
    }
}
