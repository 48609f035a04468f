package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"52:54:00:12:34:5A", "52:54:00:12:34:5a"})
    void hasOneSpelling(String text) {
        assertThat(MacAddress.parse(text)).hasToString("52:54:00:12:34:5a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01", "00:00:00:00:00:00"})
    void refusesWhatTheKernelDoes(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MAC address of an interface must be a unicast address other than 00:00:00:00:00:00, not "
                        + text + ": the kernel refuses it (EADDRNOTAVAIL); its first octet must be even");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "52:54:00:12:34",
                "52:54:00:12:34:56:78",
                "52-54-00-12-34-56",
                "525400123456",
                "2:4:0:2:4:6",
                "52:54:00:12:34:5g",
                "52:54:00:12:34:56 "
            })
    void refusesOtherForms(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MAC address is written as six octets like 52:54:00:12:34:56, not \"" + text + "\"");
    }
}
