package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * A pipe through which bytes go from one socket into another without being copied, see splice(2). It belongs to one thread at a
 * time. Calls return the number of bytes, or an {@link Errno}.
 */
public final class SplicePipe implements AutoCloseable {
    /** As much as an ordinary user may ask for; see pipe(7), pipe-max-size. */
    private static final int SIZE = 1 << 20;

    /** Each piece of data takes a slot of the pipe, however small it is; there is one for each page of its size. */
    public static final int SLOTS = SIZE / 4096;

    private static final int F_SETPIPE_SZ = 1031;
    private static final int O_NONBLOCK = 0x800;
    private static final int SPLICE_F_MOVE = 1;
    private static final int SPLICE_F_NONBLOCK = 2;
    private static final int SPLICE = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
    /** Of the socket's own account of memory: an array of 32-bit numbers, see the kernel's include/uapi/linux/sock_diag.h. */
    private static final int SO_MEMINFO = 55;

    private static final int MEMINFO_SNDBUF = 3 * Integer.BYTES;
    private static final int MEMINFO_WMEM_QUEUED = 5 * Integer.BYTES;
    private static final int MEMINFO_SIZE = 9 * Integer.BYTES;

    private final int readEnd;
    private final int writeEnd;
    private final Pointer memory = Memory.allocateDirect(LibC.RUNTIME, MEMINFO_SIZE + Integer.BYTES, true);
    private int content;

    private SplicePipe(int readEnd, int writeEnd) {
        this.readEnd = readEnd;
        this.writeEnd = writeEnd;
    }

    /** A new pipe; a small one where no more is to be had. */
    public static SplicePipe open() throws PosixException {
        int[] ends = new int[2];
        LibC.check(C.pipe2(ends, LibC.O_CLOEXEC | O_NONBLOCK), "open a pipe");
        C.fcntl(ends[1], F_SETPIPE_SZ, SIZE);
        return new SplicePipe(ends[0], ends[1]);
    }

    /** How many bytes are in it. */
    public int content() {
        return content;
    }

    /** Takes bytes from a socket; 0: its peer sends no more. */
    public int fill(TcpSocket source, int most) {
        int count = Errno.result((int) C.splice(source.number(), 0, writeEnd, 0, most, SPLICE));
        if (count > 0) {
            content += count;
        }
        return count;
    }

    /** Gives what is in it to a socket, or as much as that takes. */
    public int drain(TcpSocket sink) {
        int count = Errno.result((int) C.splice(readEnd, 0, sink.number(), 0, content, SPLICE));
        if (count > 0) {
            content -= count;
        }
        return count;
    }

    /**
     * How many bytes a socket is sure to take now; 0 if it has so little room that epoll would not call it writable, by the kernel's
     * sk_stream_is_writeable.
     */
    public int room(TcpSocket sink) {
        memory.putInt(MEMINFO_SIZE, MEMINFO_SIZE);
        int result = C.getsockopt(
                sink.number(), Socket.SOL_SOCKET, SO_MEMINFO, memory.address(), memory.address() + MEMINFO_SIZE);
        if (result == -1) {
            return SIZE; // not known: the socket is asked by giving it something
        }
        int queued = memory.getInt(MEMINFO_WMEM_QUEUED);
        int room = memory.getInt(MEMINFO_SNDBUF) - queued;
        return room < queued / 2 ? 0 : Math.min(room, SIZE);
    }

    @Override
    public void close() {
        C.close(readEnd);
        C.close(writeEnd);
    }
}
