package dev.rootlessnetwork.posix;

/**
 * Errors of calls that are made for each connection or packet, where most of them are everyday events: such calls return them as the
 * negative number that the kernel gives them, instead of throwing.
 */
public final class Errno {
    /** Nothing to read, or no room to write: try again when the descriptor is ready. */
    public static final int AGAIN = -LibC.EAGAIN;

    private static final int EALREADY = 114;
    private static final int EINPROGRESS = 115;

    public static final int ADDRESS_IN_USE = -98;
    public static final int ADDRESS_NOT_AVAILABLE = -99;
    public static final int NETWORK_UNREACHABLE = -101;
    public static final int HOST_UNREACHABLE = -113;
    public static final int CONNECTION_REFUSED = -111;
    /** A datagram is longer than the address family or the path allows. */
    public static final int MESSAGE_TOO_LONG = -90;

    private static final int ENFILE = 23;
    private static final int EMFILE = 24;
    private static final int ENOBUFS = 105;

    private Errno() {}

    /** Of the calling thread's last call. */
    static int last() {
        return -LibC.errno();
    }

    /** The result of a call that says -1 when it failed, or else the error. */
    static int result(int result) {
        return result == -1 ? last() : result;
    }

    /** Whether a connection is on its way. */
    public static boolean isPending(int error) {
        return error == -EINPROGRESS || error == -EALREADY;
    }

    /** Whether a descriptor or memory was not to be had, which will change. */
    public static boolean isShortage(int error) {
        return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -LibC.ENOMEM;
    }

    /** The symbolic name, such as {@code ECONNRESET}. */
    public static String name(int error) {
        return LibC.errnoName(-error);
    }
}
