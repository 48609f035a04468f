import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Says just as much of an API server's part as makes the agent load the classes of a usual start: one object in a list, a watch
 * that tells of nothing, an answer to a status and an event. For src/scripts/class-archive; nothing is tested with it.
 */
final class TrainingServer {
    private static final String WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3

    private final String object;

    private TrainingServer(String object) {
        this.object = object;
    }

    /** @param arguments key store (PKCS #12, password "training"), JSON of the object, file to write the port to */
    public static void main(String[] arguments) throws Exception {
        char[] password = "training".toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (FileInputStream file = new FileInputStream(arguments[0])) {
            keys.load(file, password);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        TrainingServer server = new TrainingServer(Files.readString(Path.of(arguments[1])).strip());
        try (ServerSocket listener =
                tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Path port = Path.of(arguments[2]);
            Path written = Files.writeString(Path.of(port + ".new"), Integer.toString(listener.getLocalPort()));
            Files.move(written, port);
            while (true) {
                Socket connection = listener.accept();
                Thread thread = new Thread(() -> server.serve(connection));
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
            while (answer(in, connection.getOutputStream())) {
                // until it hangs up
            }
        } catch (IOException e) {
            // as clients do
        }
    }

    private boolean answer(BufferedReader in, OutputStream out) throws IOException {
        String request = in.readLine();
        if (request == null) {
            return false;
        }
        String websocketKey = null;
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            String[] header = line.split(":\\s*", 2);
            if (header[0].equalsIgnoreCase("Sec-WebSocket-Key")) {
                websocketKey = header[1];
            } else if (header[0].equalsIgnoreCase("Content-Length")) {
                length = Integer.parseInt(header[1]);
            }
        }
        for (int i = 0; i < length; i++) {
            in.read();
        }
        if (websocketKey != null) {
            write(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + accept(websocketKey) + "\r\n\r\n");
            byte[] event = ("{\"type\":\"MODIFIED\",\"object\":" + object + "}").getBytes(StandardCharsets.UTF_8);
            out.write(new byte[] {(byte) 0x81, 126, (byte) (event.length >> 8), (byte) event.length});
            out.write(event);
            out.flush();
            return in.read() >= 0;
        }
        String body = request.startsWith("GET")
                ? "{\"apiVersion\":\"rootlessnetwork.dev/v1alpha1\",\"kind\":\"RootlessNetworkList\","
                        + "\"metadata\":{\"resourceVersion\":\"2\"},\"items\":[" + object + "]}"
                : object;
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
        return true;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String accept(String key) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(digest.digest((key + WEBSOCKET).getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }
}
