package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the process that holds a port of the calling thread's network namespace, from proc(5): the socket's inode, and who
 * has a descriptor of it.
 */
public final class SocketOwners {
    /**
     * A process.
     *
     * @param command its arguments, joined by blanks, cut to a readable length and without control characters
     */
    public record Owner(int pid, String command) {}

    private static final int LONGEST_COMMAND = 80;

    private SocketOwners() {}

    /** Who stands in the way of binding a port of an address; empty if nobody whom we may see. */
    public static Optional<Owner> find(BindProbe.Transport transport, InetAddress address, int port)
            throws IOException {
        List<ProcNet> sockets = new ArrayList<>();
        String table = transport == BindProbe.Transport.TCP ? "tcp" : "udp";
        for (String file : new String[] {table, table + "6"}) {
            // Not /proc/net: that is the main thread's, which may be in another namespace.
            Path path = Path.of("/proc/thread-self/net", file);
            if (Files.exists(path)) { // tcp6 and udp6 are missing where IPv6 is off
                Files.readAllLines(path).forEach(line -> ProcNet.parse(line).ifPresent(sockets::add));
            }
        }
        // A listener is the cause rather than one of its connections.
        List<String> links = sockets.stream()
                .filter(socket -> socket.port() == port && socket.inode() != 0 && socket.overlaps(address))
                .sorted(Comparator.comparing(ProcNet::listening).reversed())
                .map(socket -> "socket:[" + socket.inode() + "]")
                .toList();
        return links.isEmpty() ? Optional.empty() : holder(links);
    }

    private static Optional<Owner> holder(List<String> links) {
        int best = links.size();
        int owner = 0;
        for (int pid : Procfs.pids()) {
            int rank = rank(pid, links);
            if (rank < best) {
                best = rank;
                owner = pid;
            }
        }
        return owner == 0 ? Optional.empty() : Optional.of(new Owner(owner, command(owner)));
    }

    /** The lowest index of a link that the process has; the list's size if none. */
    private static int rank(int pid, List<String> links) {
        int rank = links.size();
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid), "fd"))) {
            for (Path fd : fds) {
                rank = Math.min(rank, indexOf(fd, links));
            }
        } catch (IOException | DirectoryIteratorException e) {
            return rank; // it has ended, or is not ours to see
        }
        return rank;
    }

    private static int indexOf(Path fd, List<String> links) {
        try {
            int index = links.indexOf(Files.readSymbolicLink(fd).toString());
            return index < 0 ? links.size() : index;
        } catch (IOException e) {
            return links.size(); // closed meanwhile
        }
    }

    private static String command(int pid) {
        String command = String.join(" ", Procfs.commandLine(pid))
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
        return command.length() <= LONGEST_COMMAND ? command : command.substring(0, LONGEST_COMMAND) + "…";
    }
}
