package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/** Finds the process that has a port, from proc(5): the socket's inode, and who holds a descriptor of it. */
public final class SocketOwners {
    /**
     * A process.
     *
     * @param command its arguments, joined by blanks, cut to a readable length and without control characters
     */
    public record Owner(int pid, String command) {}

    private static final int LONGEST_COMMAND = 80;
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTEN = "0A";

    private SocketOwners() {}

    /** Who has a port on an address, or on a wildcard that covers it; empty if nobody whom we may see. */
    public static Optional<Owner> find(BindProbe.Transport transport, InetAddress address, int port)
            throws IOException {
        Set<String> sockets = new HashSet<>();
        String table = transport == BindProbe.Transport.TCP ? "tcp" : "udp";
        for (String file : new String[] {table, table + "6"}) {
            Path path = Path.of("/proc/net", file);
            if (Files.exists(path)) {
                for (String line : Files.readAllLines(path)) {
                    inode(line, transport, address, port).ifPresent(inode -> sockets.add("socket:[" + inode + "]"));
                }
            }
        }
        return sockets.isEmpty() ? Optional.empty() : holder(sockets);
    }

    /** The inode of a line's socket, if it is one that stands in the way. */
    static Optional<String> inode(String line, BindProbe.Transport transport, InetAddress address, int port)
            throws IOException {
        String[] column = line.trim().split("\\s+", -1);
        if (column.length <= INODE || !column[LOCAL_ADDRESS].contains(":") || column[0].equals("sl")) {
            return Optional.empty();
        }
        String[] local = column[LOCAL_ADDRESS].split(":", -1);
        boolean listens = transport == BindProbe.Transport.UDP || column[STATE].equals(LISTEN);
        if (!listens || Integer.parseInt(local[1], 16) != port) {
            return Optional.empty();
        }
        return overlap(parse(local[0]), address) ? Optional.of(column[INODE]) : Optional.empty();
    }

    private static boolean overlap(InetAddress one, InetAddress other) {
        return one.equals(other) || covers(one, other) || covers(other, one);
    }

    private static boolean covers(InetAddress wildcard, InetAddress address) {
        return wildcard.isAnyLocalAddress() && (!(wildcard instanceof Inet4Address) || address instanceof Inet4Address);
    }

    /** Words of 32 bits in the machine's byte order. */
    private static InetAddress parse(String hex) throws IOException {
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        ByteBuffer address = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            address.putInt(words.getInt());
        }
        return InetAddress.getByAddress(address.array());
    }

    private static Optional<Owner> holder(Set<String> sockets) {
        for (int pid : Procfs.pids()) {
            try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid), "fd"))) {
                for (Path fd : fds) {
                    if (sockets.contains(Files.readSymbolicLink(fd).toString())) {
                        return Optional.of(new Owner(pid, command(pid)));
                    }
                }
            } catch (IOException | DirectoryIteratorException e) {
                // it has ended, or is not ours to see
            }
        }
        return Optional.empty();
    }

    private static String command(int pid) {
        String command = String.join(" ", Procfs.commandLine(pid)).replaceAll("\\p{Cntrl}", " ");
        return command.length() <= LONGEST_COMMAND ? command : command.substring(0, LONGEST_COMMAND) + "…";
    }
}
