package dev.rootlessnetwork.posix;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A socket as a line of {@code /proc/net/{tcp,tcp6,udp,udp6}} shows it, see proc(5).
 *
 * @param inode the socket's; 0 where no process has it any more, as in TIME_WAIT
 */
record ProcNet(InetAddress address, int port, boolean listening, long inode) {
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTEN = "0A";

    /** Empty for the headline. */
    static Optional<ProcNet> parse(String line) {
        String[] column = line.strip().split("\\s+", -1);
        if (column.length <= INODE || column[0].equals("sl")) {
            return Optional.empty();
        }
        String[] local = column[LOCAL_ADDRESS].split(":", -1);
        return Optional.of(new ProcNet(
                address(local[0]),
                Integer.parseInt(local[1], 16),
                column[STATE].equals(LISTEN),
                Long.parseLong(column[INODE])));
    }

    /** Whether this socket can keep another from being bound to an address. */
    boolean overlaps(InetAddress other) {
        return address.equals(other) || covers(address, other) || covers(other, address);
    }

    /** {@code 0.0.0.0} covers all of IPv4; {@code ::} both families, as by default. */
    private static boolean covers(InetAddress wildcard, InetAddress address) {
        return wildcard.isAnyLocalAddress() && (!(wildcard instanceof Inet4Address) || address instanceof Inet4Address);
    }

    /** Words of 32 bits in the machine's byte order. */
    private static InetAddress address(String hex) {
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        ByteBuffer address = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            address.putInt(words.getInt());
        }
        try {
            return InetAddress.getByAddress(address.array());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address of /proc/net: " + hex, e);
        }
    }
}
