package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "0.0.0.0, 0.0.0.0",
        "::, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:DB8::00A, 2001:db8::a",
        "::ffff:192.0.2.1, 192.0.2.1",
    })
    void readsAddresses(String text, String canonical) {
        assertThat(IpLiteral.parse(text).map(IpLiteral::text)).contains(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.4 ",
                "fe80::1%eth0",
                "fe80::1%1",
                "[::1]",
                ":::",
                "1::2::3",
                "12345::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4::5:6:7:8",
                "1.2.3.\u0664",
                "0x7f.0.0.1"
            })
    void takesNothingElse(String text) {
        assertThat(IpLiteral.parse(text)).isEmpty();
    }

    @Test
    void tellsTheFamiliesApart() {
        assertThat(IpLiteral.parseIpv4("::1")).isEmpty();
        assertThat(IpLiteral.parseIpv4("::ffff:10.0.0.1").map(IpLiteral::text)).contains("10.0.0.1");
    }
}
