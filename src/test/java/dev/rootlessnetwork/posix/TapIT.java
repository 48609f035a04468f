package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TapIT {
    private TargetProcess target;
    private Fd netns;

    @BeforeEach
    void makeNamespace() throws PosixException {
        target = TargetProcess.inNetworkNamespace();
        netns = Fd.openRead(Path.of("/proc/" + target.pid() + "/ns/net"));
    }

    @AfterEach
    void endNamespace() {
        netns.close();
        target.close();
    }

    private void inside(Tapping act) throws Exception {
        Callable<String> call = () -> {
            act.run();
            return "";
        };
        assertThat(Namespaces.inNetns(netns, call)).isEmpty();
    }

    /** What is done with a tap. */
    private interface Tapping {
        void run() throws Exception;
    }

    @Test
    void makesATapThatStaysAndRemovesIt() throws Exception {
        inside(() -> Tap.createPersistent("tap-of-15-chars"));

        CommandResult shown =
                target.run("ip", "-details", "link", "show", "tap-of-15-chars").orFail();
        assertThat(shown.stdout()).contains("tun type tap pi off").contains("persist on");
        inside(() -> assertThat(Tap.exists("tap-of-15-chars")).isTrue());
        assertThat(Tap.exists("tap-of-15-chars")).as("in our own namespace").isFalse();

        inside(() -> Tap.createPersistent("tap-of-15-chars"));
        inside(() -> Tap.delete("tap-of-15-chars"));
        inside(() -> Tap.delete("tap-of-15-chars"));
        assertThat(target.run("ip", "link", "show", "tap-of-15-chars").exitStatus())
                .isEqualTo(1);
    }

    @Test
    void saysThatAProcessIsAttached() throws Exception {
        inside(() -> {
            try (Fd attached = Tap.attach("tap0", "attach")) {
                assertThat(attached.number()).isPositive();
                assertThatThrownBy(() -> Tap.createPersistent("tap0"))
                        .isInstanceOf(PosixException.class)
                        .hasMessage("make the tap tap0: Device or resource busy (EBUSY);"
                                + " a process is attached to it; end that first");
                assertThatThrownBy(() -> Tap.delete("tap0"))
                        .isInstanceOf(PosixException.class)
                        .hasMessage("remove the tap tap0: Device or resource busy (EBUSY);"
                                + " a process is attached to it; end that first");
            }
        });
    }

    @Test
    void saysThatAnInterfaceOfAnotherKindHasTheName() throws Exception {
        inside(() -> assertThatThrownBy(() -> Tap.createPersistent("lo"))
                .isInstanceOf(PosixException.class)
                .hasMessage("make the tap lo: Invalid argument (EINVAL); an interface of another kind has this name"));
    }

    @Test
    void refusesNamesThatTheKernelWouldChange() {
        for (String name : new String[] {"", "tap%d", "sixteen-chars-xx"}) {
            assertThatThrownBy(() -> Tap.createPersistent(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("not an interface name: " + name);
        }
    }
}
