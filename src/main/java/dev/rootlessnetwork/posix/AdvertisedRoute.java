package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.net.InetAddress;

/**
 * The IPv6 default route that a router's advertisement makes, made before it comes. The kernel takes it for one of its own,
 * so that the advertisement renews it; a second default route by the same router it would refuse with an error in its log.
 * Only the older interface of ipv6(7), SIOCADDRT, can say so.
 */
public final class AdvertisedRoute {
    private static final int AF_INET6 = 10;
    private static final int SOCK_DGRAM = 2;
    private static final long SIOCADDRT = 0x890b;

    /** struct in6_rtmsg: destination, source, gateway; type, lengths, metric; info, flags, interface. */
    private static final int IN6_RTMSG_SIZE = 80;

    private static final int GATEWAY_OFFSET = 32;
    private static final int METRIC_OFFSET = 56;
    private static final int FLAGS_OFFSET = 72;
    private static final int INTERFACE_OFFSET = 76;

    /** What the kernel gives to routes by advertisement, net.ipv6.conf.all.ra_defrtr_metric. */
    private static final int METRIC = 1024;

    private static final int RTF_UP = 0x1;
    private static final int RTF_GATEWAY = 0x2;
    private static final int RTF_DEFAULT = 0x10000;
    private static final int RTF_ADDRCONF = 0x40000;

    private AdvertisedRoute() {}

    /**
     * Makes it in the calling thread's network namespace.
     *
     * @param router its link-local address
     * @return false if it was there already
     * @throws PosixException EPERM: CAP_NET_ADMIN is missing; EACCES: the interface has no IPv6
     */
    public static boolean add(InetAddress router, int interfaceIndex) throws PosixException {
        byte[] request = new Struct(IN6_RTMSG_SIZE)
                .putBytes(GATEWAY_OFFSET, router.getAddress())
                .putInt(METRIC_OFFSET, METRIC)
                .putInt(FLAGS_OFFSET, RTF_UP | RTF_GATEWAY | RTF_DEFAULT | RTF_ADDRCONF)
                .putInt(INTERFACE_OFFSET, interfaceIndex)
                .bytes();
        String doing = "add a default route via " + router.getHostAddress() + " dev " + interfaceIndex;
        try (Fd socket = new Fd(LibC.check(C.socket(AF_INET6, SOCK_DGRAM | LibC.O_CLOEXEC, 0), doing));
                Fd.Lease lease = socket.lease()) {
            if (C.ioctl(lease.number(), SIOCADDRT, request) != -1) {
                return true;
            }
            int errno = LibC.errno();
            if (errno == LibC.EEXIST) {
                return false;
            }
            throw new PosixException(doing, errno);
        }
    }
}
