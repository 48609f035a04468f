package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.DryRun;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Helm tells people when it has installed the chart. */
class ChartNotesTest {
    private static final String ROLLOUT =
            "kubectl rollout status daemonset/rootlessnetwork-agent --namespace rootlessnetwork";

    @TempDir
    Path directory;

    private String notes(String values) throws IOException {
        Path file = Files.writeString(directory.resolve("values.yaml"), values);
        return new Helm(Chart.DIRECTORY)
                .install()
                .withName(Chart.RELEASE)
                .withNamespace(Chart.RELEASE)
                .clientOnly()
                .withKubeVersion(Chart.KUBERNETES)
                .withDryRunOption(DryRun.CLIENT)
                .withValuesFile(file)
                .call()
                .getOutput();
    }

    @Test
    void sayWhatToDoNextWhoHasTheNodesAndWhatToDoBeforeUninstalling() throws IOException {
        assertThat(notes(""))
                .contains(ROLLOUT)
                .contains("Then apply a RootlessNetwork")
                .contains("it is a right over the nodes.\nNobody has it by this chart. Bind the ClusterRole"
                        + " rootlessnetwork-edit")
                .contains(
                        "helm upgrade rootlessnetwork CHART --namespace rootlessnetwork --reset-then-reuse-values --set"
                                + " drain=true")
                .contains("The custom resource definition and the objects stay when the release is uninstalled");
    }

    @Test
    void sayWhoHasBeenGivenTheNodes() throws IOException {
        String given = "You have given it to everybody who has the role ";
        // Kubernetes aggregates edit to admin.
        assertThat(notes("rbac: {aggregate: {edit: true}}"))
                .contains(given + "edit or admin in any namespace.")
                .doesNotContain("Nobody has it");
        assertThat(notes("rbac: {aggregate: {admin: true}}")).contains(given + "admin in any namespace.");
    }

    @Test
    void sayOfADrainWhenItIsDone() throws IOException {
        assertThat(notes("drain: true"))
                .contains(ROLLOUT)
                .contains("returns, nothing is left on the nodes, and the release can be uninstalled.")
                .doesNotContain("apply a RootlessNetwork");
    }

    /** kubectl follows a rollout of RollingUpdate alone. */
    @Test
    void sayHowADrainComesAboutWhereAgentsAreReplacedByHand() throws IOException {
        String rolling =
                "helm upgrade rootlessnetwork CHART --namespace rootlessnetwork --reset-then-reuse-values --set updateStrategy.type=RollingUpdate\n";
        assertThat(notes("{drain: true, updateStrategy: {type: OnDelete}}"))
                .contains("NOTES:\nNothing drains yet")
                .contains(rolling)
                .contains("\n\nThe agents stop all networks and clean up. When\n");
        assertThat(notes("updateStrategy: {type: OnDelete}"))
                .contains("kubectl get daemonset/rootlessnetwork-agent --namespace rootlessnetwork\n\nThen apply")
                .contains("--set drain=true --set updateStrategy.type=RollingUpdate\n  " + ROLLOUT);
        assertThat(notes("drain: true")).contains("NOTES:\nThe agents stop");
        assertThat(notes("")).contains("NOTES:\nOne agent runs").doesNotContain("OnDelete");
    }

    @Test
    void warnOfObjectsThatGoWithTheDefinition() throws IOException {
        assertThat(notes("crds: {keep: false}"))
                .contains("The custom resource definition and all objects are deleted when the release is uninstalled");
    }

    @Test
    void warnOfWhatIsOpen() throws IOException {
        assertThat(notes("{podMonitor: {enabled: true}, seccompProfile: {type: Unconfined}}"))
                .contains("Metrics are open to who reaches port 9470 of a node's address.")
                .contains("The agents run without a seccomp profile");
    }
}
