package dev.rootlessnetwork.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.NetworkKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObjectTableTest {
    private ObjectTable table = ObjectTable.EMPTY;

    private void look(ManifestFile... files) {
        table = table.next(new ManifestScanner.Scan(List.of(files), List.of()), table.holders());
    }

    private List<String> inForce() {
        return table.byUid().values().stream()
                .map(manifest -> manifest.key().name() + "@" + manifest.file() + "="
                        + manifest.object().getSpec().target().pid())
                .sorted()
                .toList();
    }

    private static ManifestFile holding(String path, String name, int pid) {
        return Manifests.file(path, Manifests.yaml(name, pid));
    }

    @Test
    void keepsWhatABrokenFileLastHeldUntilItIsMended() {
        look(holding("a", "one", 1), holding("b", "two", 2));
        look(Manifests.file("a", "broken: ["), holding("b", "two", 3));
        assertThat(inForce()).containsExactly("one@a=1", "two@b=3");
        assertThat(table.complete()).isFalse();
        look(holding("a", "three", 4), holding("b", "two", 3));
        assertThat(inForce()).containsExactly("three@a=4", "two@b=3");
        assertThat(table.complete()).isTrue();
    }

    @Test
    void keepsWhatAnEmptiedFileLastHeldUntilItIsRemoved() {
        look(holding("a", "one", 1));
        look(Manifests.file("a", ""));
        assertThat(inForce()).containsExactly("one@a=1");
        look();
        assertThat(inForce()).isEmpty();
        assertThat(table.complete()).isTrue();
    }

    @Test
    void takesTheGoodDocumentsOfAFileWhoseOthersAreUnclear() {
        look(holding("a", "one", 1));
        look(Manifests.file("a", Manifests.yaml("two", 2) + "---\nkind: RootlessNetwork\n"));
        assertThat(inForce()).containsExactly("one@a=1", "two@a=2");
    }

    @Test
    void letsTheRunningOneOfTwoStayWhateverItsPath() {
        look(holding("b", "one", 1));
        look(holding("a", "one", 2), holding("b", "one", 1));
        assertThat(inForce()).containsExactly("one@b=1");
        assertThat(table.problems())
                .containsExactly(new ManifestProblem(
                        Path.of("a"),
                        3,
                        "metadata.name",
                        "default/one is declared in b:1 already, which is in force; rename or remove one of the two"));
        look(holding("a", "one", 2));
        assertThat(inForce()).containsExactly("one@a=2");
        assertThat(table.problems()).isEmpty();
    }

    @Test
    void takesTheFirstPathOfTwoThatAreNew() {
        look(holding("a", "one", 1), holding("b", "one", 2));
        assertThat(inForce()).containsExactly("one@a=1");
    }

    @Test
    void refusesASecondObjectWithTheUidOfAnother() {
        ManifestFile first = Manifests.file("a", Manifests.yaml("one", 1).replace("{name: one", "{uid: u, name: one"));
        ManifestFile second = Manifests.file("b", Manifests.yaml("two", 2).replace("{name: two", "{uid: u, name: two"));
        look(first, second);
        assertThat(inForce()).containsExactly("one@a=1");
        assertThat(table.problems())
                .extracting(ManifestProblem::toString)
                .containsExactly(
                        "b:3: metadata.uid: uid u is declared in a:1 already, which is in force; remove the uid,"
                                + " so that one is made");
    }

    @Test
    void keepsWhatLaysInADirectoryThatCannotBeListedNow() {
        look(holding("dir/a", "one", 1), holding("b", "two", 2));
        ManifestProblem unreadable = new ManifestProblem(Path.of("dir"), 1, "", "cannot be listed: no");
        table = table.next(new ManifestScanner.Scan(List.of(holding("b", "two", 2)), List.of(unreadable)), Map.of());
        assertThat(inForce()).containsExactly("one@dir/a=1", "two@b=2");
        assertThat(table.problems()).containsExactly(unreadable);
        assertThat(table.complete()).isFalse();
    }

    @Test
    void knowsTheFileOfEachObject() {
        look(holding("a", "one", 1));
        assertThat(table.holders()).isEqualTo(Map.of(new NetworkKey("default", "one"), Path.of("a")));
    }
}
