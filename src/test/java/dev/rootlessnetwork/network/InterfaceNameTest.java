package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InterfaceNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tap0",
                "t",
                "a23456789012345",
                "eth0.100",
                "br-0_a",
                "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
                "..."
            })
    void takesWhatTheKernelTakes(String name) {
        assertThat(InterfaceName.problem(name)).isEmpty();
        assertThat(InterfaceName.isWellFormed(name)).isTrue();
    }

    static Arguments[] refused() {
        return new Arguments[] {
            arguments("", "interface name \"\" needs 1-15 bytes and has 0: choose one like tap0"),
            arguments(
                    "a234567890123456",
                    "interface name \"a234567890123456\" needs 1-15 bytes and has 16: choose one like tap0"),
            arguments("éééééééé", "interface name \"éééééééé\" needs 1-15 bytes and has 16: choose one like tap0"),
            arguments(".", "interface name \".\" is a directory's: choose one like tap0"),
            arguments("..", "interface name \"..\" is a directory's: choose one like tap0"),
            arguments("a/b", "interface name \"a/b\" must not contain '/': choose one like tap0"),
            arguments("eth0:1", "interface name \"eth0:1\" must not contain ':': choose one like tap0"),
            arguments("tap%d", "interface name \"tap%d\" must not contain '%': choose one like tap0"),
            arguments(
                    "tap 0",
                    "interface name \"tap 0\" must not contain white space or control characters: choose one like tap0"),
            arguments(
                    "tap\n",
                    "interface name \"tap\\n\" must not contain white space or control characters: choose one like tap0"),
            arguments(
                    "tap\0",
                    "interface name \"tap\\x00\" must not contain white space or control characters: choose one like tap0"),
            arguments(
                    "voil\u00e0",
                    "interface name \"voil\u00e0\" must not contain white space or control characters: choose one like tap0"),
        };
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatTheKernelRefuses(String name, String problem) {
        assertThat(InterfaceName.problem(name)).contains(problem);
        assertThat(InterfaceName.isWellFormed(name)).isFalse();
    }

    @Test
    void keepsTheNamesThatAreTaken() {
        assertThat(InterfaceName.problem("lo")).contains("interface name \"lo\" is taken: choose another, like tap0");
        assertThat(InterfaceName.problem("all")).contains("interface name \"all\" is taken: choose another, like tap0");
        assertThat(InterfaceName.problem("default"))
                .contains("interface name \"default\" is taken: choose another, like tap0");
        assertThat(InterfaceName.isWellFormed("lo")).isTrue();
    }
}
