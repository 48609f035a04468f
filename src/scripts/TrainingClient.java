import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Says something to a relay on its control socket and waits for the answers, so that it loads what that takes; for class-archive. */
public class TrainingClient {
    public static void main(String[] arguments) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(arguments[0]));
            for (String request : new String[] {
                "{\"execute\": \"hello\"}",
                "{\"execute\": \"list\", \"network\": null}",
                "{\"execute\": \"count\"}",
                "{\"execute\": \"change\", \"network\": \"none\", \"close\": [], \"open\": [{\"protocol\": \"TCP\", \"hostIp\": \"127.0.0.1\","
                        + " \"hostPort\": 1, \"count\": 1, \"guestIp\": \"10.0.2.100\", \"guestPort\": 1}]}"
            }) {
                channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
                channel.read(ByteBuffer.allocate(1 << 16));
            }
        }
    }
}
