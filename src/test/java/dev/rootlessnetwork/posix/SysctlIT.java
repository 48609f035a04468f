package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlIT {
    private static final String NAME = "net/ipv4/fwmark_reflect";
    private static final String READ_ONLY = "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; ";

    private final TargetProcess target = TargetProcess.inNetworkNamespace();

    @AfterEach
    void stop() {
        target.close();
    }

    /** As in a container, whose /proc/sys is read-only. */
    @ParameterizedTest
    @ValueSource(strings = {"", READ_ONLY})
    void setsASwitchOfTheNamespaceThatItIsIn(String before) throws IOException {
        String ours = Sysctl.read(NAME);
        String java = System.getProperty("java.home") + "/bin/java";
        String set = before + "exec '" + java + "' -cp '" + System.getProperty("java.class.path") + "' "
                + SysctlMain.class.getName() + " " + NAME + " 1";
        target.run("unshare", "--mount", "sh", "-ec", set).orFail();

        assertThat(target.run("cat", "/proc/sys/" + NAME).orFail().stdout()).isEqualTo("1\n");
        assertThat(Sysctl.read(NAME)).as("of this host").isEqualTo(ours);
        assertThat(CommandResult.run("cat", "/proc/sys/" + NAME).orFail().stdout())
                .isEqualTo(ours + "\n");
    }

    @Test
    void tellsWhichSwitchCannotBeSet() {
        assertThatThrownBy(() -> Sysctl.write("net/ipv4/of_no_kernel", "1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/proc/sys/net/ipv4/of_no_kernel");
    }
}
