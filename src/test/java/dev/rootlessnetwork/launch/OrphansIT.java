package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a launcher takes for a slirp4netns whose record is lost, by its command line. */
class OrphansIT {
    /** Says what it is told, for as long as it lives. The path is in its environment, not on the command line of who starts it. */
    private static final String SAY =
            "exec python3 -c 'import sys; [print(line, end=\"\", flush=True) for line in sys.stdin]'"
                    + " --api-socket \"$SOCKET\"";

    @TempDir
    Path temporary;

    private LauncherFixture fixture;
    private @Nullable Process process;

    @BeforeEach
    void start() throws IOException {
        fixture = new LauncherFixture(temporary.resolve("state"));
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        fixture.close();
    }

    /** Starts a process that has a network's socket on its command line, and blocks until it answers. */
    private BufferedReader startProcess(String... how) throws IOException {
        List<String> command = new ArrayList<>(List.of(how));
        command.addAll(List.of("sh", "-c", SAY));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("SOCKET", fixture.files("web").apiSocket().toString());
        process = builder.start();
        BufferedReader answers = process.inputReader();
        tell("here");
        assertThat(answers.readLine()).isEqualTo("here");
        return answers;
    }

    private void tell(String line) throws IOException {
        Writer input = process.outputWriter();
        input.write(line + "\n");
        input.flush();
    }

    @Test
    void isOneThatHasASocketOfOurs() throws IOException {
        BufferedReader answers = startProcess();
        fixture.restart();
        fixture.launcher.stopOrphans();
        assertThat(answers.readLine()).isNull();
    }

    @Test
    void isNoneOfAContainerWhereTheSamePathIsAnotherFile() throws IOException {
        BufferedReader answers = startProcess("unshare", "--mount", "--pid", "--fork", "--kill-child");
        fixture.restart();
        fixture.launcher.stopOrphans();
        tell("still here");
        assertThat(answers.readLine()).isEqualTo("still here");
    }
}
