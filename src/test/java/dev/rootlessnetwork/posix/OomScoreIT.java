package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class OomScoreIT {
    @Test
    void raisesAndNeverLowers() throws IOException {
        try (TargetProcess process = TargetProcess.inNetworkNamespace()) {
            OomScore.raise(process.pid(), 400);
            assertThat(OomScore.of(process.pid())).isEqualTo(400);
            OomScore.raise(process.pid(), OomScore.NEUTRAL);
            assertThat(OomScore.of(process.pid())).isEqualTo(400);
        }
    }

    /** The user of an agent that has no capability but the chart's, and neither SYS_RESOURCE nor DAC_OVERRIDE. */
    @Test
    void takesNoRightOfItsOwn() {
        CommandResult raised = CommandResult.run(
                "setpriv",
                "--bounding-set=-all",
                "--inh-caps=-all",
                "--",
                "sh",
                "-c",
                "sleep 60 & echo 300 >/proc/$!/oom_score_adj && cat /proc/$!/oom_score_adj; kill $!");
        assertThat(raised.orFail().stdout()).isEqualTo("300\n");
    }

    @Test
    void saysThatAProcessHasEnded() {
        assertThatThrownBy(() -> OomScore.raise(Integer.MAX_VALUE, OomScore.NEUTRAL))
                .isInstanceOf(NoSuchFileException.class);
    }
}
