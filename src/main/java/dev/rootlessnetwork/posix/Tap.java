package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** TAP interfaces in the calling thread's network namespace that stay when nobody is attached to them. */
public final class Tap {
    private static final Path TUN = Path.of("/dev/net/tun");
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final short IFF_TAP = 0x0002;
    private static final short IFF_NO_PI = 0x1000;
    /** struct ifreq; its first 16 bytes are the name, with a NUL at the end. */
    private static final int IFREQ_SIZE = 40;

    private static final int FLAGS_OFFSET = 16;

    private Tap() {}

    /**
     * Makes an interface, or takes an existing one to which nobody is attached.
     *
     * @param name 1 to 15 bytes; no {@code %}, which the kernel would replace by a number
     * @throws PosixException EBUSY: somebody is attached to it; EINVAL: an interface of another kind has the name; EPERM:
     *     CAP_NET_ADMIN is missing, or the device cgroup keeps /dev/net/tun from us; EACCES or ENOENT: it cannot be opened
     */
    public static void createPersistent(String name) throws PosixException {
        setPersistent(name, 1, "make the tap " + name);
    }

    /**
     * Removes an interface to which nobody is attached; does nothing where there is none.
     *
     * @throws PosixException as {@link #createPersistent}
     */
    public static void delete(String name) throws PosixException {
        if (exists(name)) {
            setPersistent(name, 0, "remove the tap " + name);
        }
    }

    /**
     * Makes the taps that a process is attached to end with it, in whatever namespace they are.
     *
     * @throws IOException EPERM: we may not look into the process; ENOSYS before Linux 5.6
     */
    public static void endWith(PidFd process) throws IOException {
        Path descriptors = Path.of("/proc", Integer.toString(process.pid()), "fd");
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                // Below another root, as a sandbox has, the path of the device begins otherwise.
                if (Files.readSymbolicLink(link).endsWith("net/tun")) {
                    int number = Integer.parseInt(String.valueOf(link.getFileName()));
                    try (Fd tap = process.descriptor(number)) {
                        setPersistent(tap, 0, "let the tap of process " + process.pid() + " end with it");
                    }
                }
            }
        }
    }

    /** Whether there is an interface of this name, of whatever kind. */
    public static boolean exists(String name) {
        return C.if_nametoindex(name) != 0;
    }

    private static void setPersistent(String name, long persistent, String doing) throws PosixException {
        try (Fd tap = attach(name, doing)) {
            setPersistent(tap, persistent, doing);
        }
    }

    private static void setPersistent(Fd tap, long persistent, String doing) throws PosixException {
        try (Fd.Lease lease = tap.lease()) {
            LibC.check(C.ioctl(lease.number(), TUNSETPERSIST, persistent), doing);
        }
    }

    /** Takes the interface, and makes it where there is none; a new one lives as long as the descriptor. */
    static Fd attach(String name, String doing) throws PosixException {
        Struct request = new Struct(IFREQ_SIZE).putBytes(0, nameBytes(name)).putShort(FLAGS_OFFSET, (short)
                (IFF_TAP | IFF_NO_PI));
        Fd tun = openTun();
        try (Fd.Lease lease = tun.lease()) {
            if (C.ioctl(lease.number(), TUNSETIFF, request.bytes()) == -1) {
                throw refused(doing, LibC.errno());
            }
            return tun;
        } catch (PosixException e) {
            tun.close();
            throw e;
        }
    }

    private static byte[] nameBytes(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= FLAGS_OFFSET || name.indexOf('%') >= 0) {
            throw new IllegalArgumentException("not an interface name: " + name);
        }
        return bytes;
    }

    /**
     * Looks whether the device opens that taps come from; changes nothing.
     *
     * @throws PosixException tells what to do about it
     */
    public static void checkDevice() throws PosixException {
        openTun().close();
    }

    private static Fd openTun() throws PosixException {
        try {
            return Fd.open(TUN, Fd.O_RDWR);
        } catch (PosixException e) {
            throw switch (e.errno()) {
                case LibC.EACCES ->
                    new PosixException(
                            "open " + TUN, LibC.EACCES, "give this user access to it, for example by mode 0666");
                case LibC.ENOENT ->
                    new PosixException("open " + TUN, LibC.ENOENT, "load the kernel module tun, or pass the device in");
                case LibC.EPERM ->
                    new PosixException(
                            "open " + TUN,
                            LibC.EPERM,
                            "the device cgroup of this container does not allow character device 10:200, which a mount of"
                                    + " the file does not change: runc 1.2.0 to 1.2.3 leave it out, so update to runc 1.2.4"
                                    + " or newer, or have the device passed in (--device /dev/net/tun, or a device plugin)");
                default -> e;
            };
        }
    }

    private static PosixException refused(String doing, int errno) {
        return switch (errno) {
            case LibC.EBUSY -> new PosixException(doing, errno, "a process is attached to it; end that first");
            case LibC.EINVAL -> new PosixException(doing, errno, "an interface of another kind has this name");
            case LibC.EPERM -> new PosixException(doing, errno, "that needs CAP_NET_ADMIN in the network namespace");
            default -> new PosixException(doing, errno);
        };
    }
}
