package dev.rootlessnetwork.posix;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** TAP interfaces in the calling thread's network namespace that stay when nobody is attached to them. */
public final class Tap {
    private static final Path TUN = Path.of("/dev/net/tun");
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final short IFF_TAP_NO_PI = 0x0002 | 0x1000;
    private static final int IFREQ_SIZE = 40;
    private static final int IFREQ_FLAGS_OFFSET = 16;

    private Tap() {}

    /**
     * Makes an interface.
     *
     * @param name 1–15 bytes
     * @throws PosixException EBUSY: it is there and somebody is attached; EPERM without CAP_NET_ADMIN; ENOENT or EACCES of
     *     /dev/net/tun
     */
    public static void createPersistent(String name) throws PosixException {
        setPersistent(name, 1);
    }

    /** Removes an interface to which nobody is attached. */
    public static void delete(String name) throws PosixException {
        setPersistent(name, 0);
    }

    private static void setPersistent(String name, long persistent) throws PosixException {
        try (Fd tun = Fd.open(TUN, Fd.O_RDWR)) {
            Pointer request = Memory.allocateDirect(LibC.RUNTIME, IFREQ_SIZE);
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            request.put(0, bytes, 0, bytes.length);
            request.putShort(IFREQ_FLAGS_OFFSET, IFF_TAP_NO_PI);
            PosixException.check(LibC.C.ioctl(tun.number(), TUNSETIFF, request.address()), "ioctl TUNSETIFF " + name);
            PosixException.check(LibC.C.ioctl(tun.number(), TUNSETPERSIST, persistent), "ioctl TUNSETPERSIST " + name);
        }
    }
}
