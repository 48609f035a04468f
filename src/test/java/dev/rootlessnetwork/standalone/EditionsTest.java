package dev.rootlessnetwork.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class EditionsTest {
    private final Editions editions = new Editions();

    private long number(String yaml) {
        Manifest manifest = Manifests.file("a.yaml", yaml).manifests().get(0);
        editions.number(manifest);
        return manifest.object().generation();
    }

    @Test
    void countsChangesOfTheSpecOnly() {
        assertThat(number(Manifests.yaml("web", 1))).isEqualTo(1);
        assertThat(number(Manifests.yaml("web", 1).replace("{name: web}", "{name: web, labels: {a: b}}")))
                .isEqualTo(1);
        assertThat(number(Manifests.yaml("web", 2))).isEqualTo(2);
        assertThat(number(Manifests.yaml("web", 1))).isEqualTo(3);
    }

    @Test
    void takesTheNumberThatAManifestBrings() {
        assertThat(number(Manifests.yaml("web", 1).replace("{name: web}", "{name: web, generation: 7}")))
                .isEqualTo(7);
        assertThat(number(Manifests.yaml("web", 2))).isEqualTo(8);
    }

    @Test
    void goesOnFromWhatIsStored() throws IOException {
        Manifest stored =
                Manifests.file("a.yaml", Manifests.yaml("web", 1)).manifests().get(0);
        stored.object().setGeneration(5);
        String yaml = ObjectFormat.yaml(ObjectTree.of(stored.object()));
        editions.remember(ObjectTree.toObject(ObjectFormat.readYaml(yaml)));
        assertThat(number(Manifests.yaml("web", 1))).isEqualTo(5);
        assertThat(number(Manifests.yaml("web", 2))).isEqualTo(6);
    }

    @Test
    void beginsAnewForAnObjectThatWasRemoved() {
        number(Manifests.yaml("web", 1));
        number(Manifests.yaml("web", 2));
        editions.forget("9a497668-a09e-3531-9286-917fcbaaa28b");
        assertThat(number(Manifests.yaml("web", 3))).isEqualTo(1);
    }
}
