package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetlinkReplyTest {
    private static final String ACK =
            "24000000" + "0200" + "0001" + "07000000" + "34120000" + "00000000" + "34000000100005060700000000000000";

    private static List<NetlinkReply> parse(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return NetlinkReply.parse(bytes, bytes.length);
    }

    @Test
    void readsAnAcknowledgement() {
        assertThat(parse(ACK)).singleElement().satisfies(reply -> {
            assertThat(reply.last()).isTrue();
            assertThat(reply.sequence()).isEqualTo(7);
            assertThat(reply.errno()).isZero();
            assertThat(reply.words()).isNull();
        });
    }

    @Test
    void readsARefusalInTheKernelsWords() {
        String words = HexFormat.of().formatHex("mtu less than device minimum\0".getBytes(StandardCharsets.US_ASCII));

        assertThat(parse("48000000" + "0200" + "0003" + "07000000" + "34120000" + "eaffffff"
                        + "28000000100005000700000000000000" + "2100" + "0100" + words + "000000"))
                .singleElement()
                .satisfies(reply -> {
                    assertThat(reply.errno()).isEqualTo(LibC.EINVAL);
                    assertThat(reply.words()).isEqualTo("mtu less than device minimum");
                });
    }

    @Test
    void readsSeveralMessagesOfOneDatagram() {
        String rule = "22000000" + "2000" + "0200" + "07000000" + "34120000" + "0200000000000001" + "00000000"
                + "06000f00" + "e803" + "0000";
        String done = "14000000" + "0300" + "0200" + "07000000" + "34120000" + "00000000";

        List<NetlinkReply> replies = parse(rule + done);

        assertThat(replies).hasSize(2);
        assertThat(replies.get(0).last()).isFalse();
        assertThat(replies.get(0).unsignedByte(7)).isEqualTo(1);
        assertThat(replies.get(1).last()).isTrue();
    }

    @Test
    void stopsAtAMessageThatIsCutOff() {
        assertThat(parse(ACK + ACK.substring(0, 40))).hasSize(1);
        assertThat(parse("00000000" + ACK.substring(8))).isEmpty();
    }
}
