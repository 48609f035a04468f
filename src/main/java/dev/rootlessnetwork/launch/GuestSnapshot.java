package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The routes and interfaces of a network namespace, from the files that proc(5) describes.
 *
 * @param defaultRoutes the devices of IPv4 default routes
 * @param defaultRoutes6 the devices of IPv6 default routes
 * @param globalAddress6 the IPv6 address of global scope of each interface that has one usable now, with prefix length
 */
record GuestSnapshot(
        List<String> defaultRoutes,
        List<String> defaultRoutes6,
        Set<String> interfaces,
        Map<String, String> globalAddress6) {
    /** From the kernel's include/uapi/linux/route.h and ipv6_route.h. */
    private static final int RTF_UP = 0x0001;

    private static final int RTF_REJECT = 0x0200;

    /** From the kernel's include/uapi/linux/if_addr.h: not usable yet, because another node might have it. */
    private static final int IFA_F_TENTATIVE = 0x40;

    private static final int SCOPE_GLOBAL = 0;

    /** @param net a {@code net} directory of /proc */
    static GuestSnapshot read(Path net) throws IOException {
        return new GuestSnapshot(
                defaultRoutes(lines(net.resolve("route"))),
                defaultRoutes6(lines(net.resolve("ipv6_route"))),
                interfaces(lines(net.resolve("dev"))),
                addresses6(lines(net.resolve("if_inet6"))));
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of(); // a kernel without IPv6
        }
    }

    /** Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask … */
    static List<String> defaultRoutes(List<String> lines) {
        return lines.stream()
                .skip(1)
                .map(line -> line.trim().split("\\s+", -1))
                .filter(column -> column.length > 7
                        && column[1].equals("00000000")
                        && column[7].equals("00000000")
                        && isUsable(column[3]))
                .map(column -> column[0])
                .toList();
    }

    /** Columns: destination, its prefix length, source, its prefix length, next hop, metric, refcnt, use, flags, device. */
    static List<String> defaultRoutes6(List<String> lines) {
        return lines.stream()
                .map(line -> line.trim().split("\\s+", -1))
                .filter(column ->
                        column.length > 9 && column[1].equals("00") && isUsable(column[8]) && !column[9].equals("lo"))
                .map(column -> column[9])
                .toList();
    }

    private static boolean isUsable(String hexFlags) {
        int flags = Integer.parseUnsignedInt(hexFlags, 16);
        return (flags & RTF_UP) != 0 && (flags & RTF_REJECT) == 0;
    }

    /** Two lines of headings, then {@code name: counters}. */
    static Set<String> interfaces(List<String> lines) {
        Set<String> names = new TreeSet<>();
        lines.stream()
                .skip(2)
                .forEach(line -> names.add(line.substring(0, line.indexOf(':')).trim()));
        return names;
    }

    /** Columns: address, index, prefix length, scope, flags, device. */
    static Map<String, String> addresses6(List<String> lines) {
        Map<String, String> addresses = new LinkedHashMap<>();
        for (String line : lines) {
            String[] column = line.trim().split("\\s+", -1);
            if (column.length > 5
                    && Integer.parseInt(column[3], 16) == SCOPE_GLOBAL
                    && (Integer.parseInt(column[4], 16) & IFA_F_TENTATIVE) == 0) {
                addresses.putIfAbsent(column[5], address(column[0]) + "/" + Integer.parseInt(column[2], 16));
            }
        }
        return addresses;
    }

    private static String address(String hex) {
        try {
            return InetAddresses.toAddrString(
                    InetAddress.getByAddress(HexFormat.of().parseHex(hex)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an IPv6 address: " + hex, e);
        }
    }
}
