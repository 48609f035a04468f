package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.testing.TargetProcess;
import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked of the kernel in a namespace of a test's own, as ip(8) sees it there. */
class RouteNetlinkIT {
    private static final int TABLE = 7001;

    private TargetProcess target;
    private RouteNetlink netlink;
    private int tap;

    @BeforeEach
    void makeATap() throws Exception {
        target = TargetProcess.inNetworkNamespace();
        try (Fd netns = Fd.openRead(Path.of("/proc/" + target.pid() + "/ns/net"))) {
            netlink = Namespaces.inNetns(netns, () -> {
                Tap.createPersistent("tap0");
                return RouteNetlink.open();
            });
        }
        tap = netlink.link("tap0").orElseThrow().index();
    }

    @AfterEach
    void end() {
        netlink.close();
        target.close();
    }

    private String ip(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return target.run(command).orFail().stdout();
    }

    private static InetAddress address(String text) {
        return InetAddresses.forString(text);
    }

    private void configure() throws PosixException {
        netlink.generateNoAddresses(tap);
        netlink.setUp(netlink.loopbackIndex());
        netlink.setUp(tap);
        netlink.add(new InterfaceAddress(tap, new IpPrefix(address("10.0.2.100"), 24), false));
        netlink.add(new InterfaceAddress(tap, new IpPrefix(address("fd00::100"), 64), true));
    }

    @Test
    void changesALinkOfTheNamespaceItWasOpenedIn() throws Exception {
        assertThat(netlink.link("tap0")).hasValueSatisfying(link -> {
            assertThat(link.up()).isFalse();
            assertThat(link.mtu()).isEqualTo(1500);
        });

        netlink.setMacAddress(tap, "52:54:00:12:34:56");
        netlink.setMtu(tap, 65520);
        netlink.setUp(tap);

        assertThat(netlink.link("tap0")).contains(new Link(tap, true, 65520, "52:54:00:12:34:56"));
        assertThat(ip("link", "show", "tap0")).contains("mtu 65520", "52:54:00:12:34:56", ",UP");
        assertThat(netlink.link("tap1")).isEmpty();
    }

    @Test
    void switchesALinkOnWithoutMulticast() throws Exception {
        assertThat(ip("link", "show", "tap0")).contains("MULTICAST");

        netlink.setUpWithoutMulticast(tap);

        assertThat(ip("link", "show", "tap0")).contains(",UP").doesNotContain("MULTICAST");
    }

    @Test
    void makesTheRouteThatARouterWillAdvertise() throws Exception {
        configure();
        netlink.add(new InterfaceAddress(tap, new IpPrefix(address("fe80::100"), 64), true));
        try (Fd netns = Fd.openRead(Path.of("/proc/" + target.pid() + "/ns/net"))) {
            assertThat(Namespaces.inNetns(netns, () -> AdvertisedRoute.add(address("fe80::2"), tap)))
                    .isTrue();
            assertThat(Namespaces.inNetns(netns, () -> AdvertisedRoute.add(address("fe80::2"), tap)))
                    .isFalse();
        }
        assertThat(ip("-6", "route", "show", "default")).startsWith("default via fe80::2 dev tap0 metric 1024");
        assertThat(target.run("cat", "/proc/net/ipv6_route").orFail().stdout())
                .as("RTF_ADDRCONF, RTF_DEFAULT, RTF_GATEWAY, RTF_UP")
                .contains(" 00050003     tap0");
        assertThat(netlink.remove(Route.defaultVia(address("fe80::2"), tap))).isTrue();
    }

    @Test
    void keepsTheKernelFromMakingAddressesOfItsOwn() throws Exception {
        netlink.generateNoAddresses(tap);
        netlink.setUp(tap);

        assertThat(ip("-details", "link", "show", "tap0")).contains("addrgenmode none");
        assertThat(netlink.addresses(tap)).isEmpty();
    }

    @Test
    void addsAddressesThatCanBeUsedAtOnceAndRemovesThem() throws Exception {
        configure();
        InterfaceAddress ipv4 = new InterfaceAddress(tap, new IpPrefix(address("10.0.2.100"), 24), false);
        InterfaceAddress ipv6 = new InterfaceAddress(tap, new IpPrefix(address("fd00::100"), 64), true);

        assertThat(netlink.addresses(tap)).containsExactlyInAnyOrder(ipv4, ipv6);
        assertThat(netlink.add(ipv4)).as("it is there already").isFalse();
        assertThat(netlink.add(ipv6)).as("it is there already").isFalse();
        assertThat(ip("address", "show", "dev", "tap0"))
                .contains(
                        "inet 10.0.2.100/24 brd 10.0.2.255 scope global tap0", "inet6 fd00::100/64 scope global nodad")
                .doesNotContain("tentative");

        assertThat(netlink.remove(ipv4)).isTrue();
        assertThat(netlink.remove(ipv4)).isFalse();
        assertThat(netlink.remove(ipv6)).isTrue();
        assertThat(netlink.remove(ipv6)).isFalse();
        assertThat(netlink.addresses(tap)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-4, 10.0.2.2", "-6, fd00::2"})
    void addsAndRemovesADefaultRoute(String family, String gateway) throws Exception {
        configure();
        Route route = Route.defaultVia(address(gateway), tap);

        assertThat(netlink.add(route)).isTrue();
        assertThat(netlink.add(route)).isFalse();
        assertThat(ip(family, "route", "show", "default")).startsWith("default via " + gateway + " dev tap0");
        assertThat(netlink.defaultRoutes(IpFamily.of(address(gateway)), tap)).containsExactly(route);
        assertThat(netlink.defaultRoutes(IpFamily.of(address(gateway)), netlink.loopbackIndex()))
                .isEmpty();

        assertThat(netlink.remove(route)).isTrue();
        assertThat(netlink.remove(route)).isFalse();
        assertThat(ip(family, "route", "show", "default")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-4, 10.0.2.100, 192.0.2.7, local 192.0.2.7", "-6, fd00::100, 2001:db8::7, local 2001:db8::7"})
    void deliversOneAddressOrAllInTheNamespaceItself(String family, String source, String host, String shown)
            throws Exception {
        configure();
        int lo = netlink.loopbackIndex();
        Route one = Route.toLocal(IpPrefix.host(address(host)), lo, TABLE, address(source));
        IpPrefix all = IpPrefix.all(IpFamily.of(address(host)));
        Route every = Route.toLocal(all, lo, TABLE, address(source));

        assertThat(netlink.add(one)).isTrue();
        assertThat(netlink.add(every)).isTrue();
        assertThat(netlink.add(every)).isFalse();
        assertThat(ip(family, "route", "show", "table", "7001"))
                .contains("local default dev lo ", shown + " dev lo ", " src " + source);

        assertThat(netlink.remove(one)).isTrue();
        assertThat(netlink.remove(one)).isFalse();
        assertThat(ip(family, "route", "show", "table", "7001"))
                .contains("local default dev lo ")
                .doesNotContain(shown);
        netlink.add(one);
        netlink.flushRoutes(IpFamily.of(address(host)), TABLE, TABLE);
        assertThat(ip(family, "route", "show", "table", "7001")).isEmpty();
        netlink.flushRoutes(IpFamily.of(address(host)), TABLE, TABLE);
    }

    @ParameterizedTest
    @CsvSource({"-4, IPV4", "-6, IPV6"})
    void addsAndRemovesRules(String option, IpFamily family) throws Exception {
        PolicyRule mark = PolicyRule.forMark(family, 0x52, TABLE, 90);
        PolicyRule port = PolicyRule.forUdpSourcePort(family, 53, TABLE, 91);
        PolicyRule other = PolicyRule.forMark(family, 0x52, TABLE + 1, 90);

        assertThat(netlink.add(mark)).isTrue();
        assertThat(netlink.add(mark)).isFalse();
        assertThat(netlink.add(port)).isTrue();
        assertThat(netlink.add(other)).isTrue();
        assertThat(ip(option, "rule", "show"))
                .contains(
                        "90:	from all fwmark 0x52 lookup 7001",
                        "91:	from all ipproto udp sport 53 lookup 7001",
                        "90:	from all fwmark 0x52 lookup 7002");
        assertThat(netlink.rules(family, TABLE)).containsExactly(mark, port);

        assertThat(netlink.remove(mark)).isTrue();
        assertThat(netlink.remove(mark)).isFalse();
        assertThat(netlink.rules(family, TABLE)).containsExactly(port);
        ip(option, "rule", "add", "iif", "tap0", "lookup", "7001", "priority", "92");
        netlink.flushRules(family, TABLE, TABLE);
        assertThat(ip(option, "rule", "show")).doesNotContain("7001").contains("7002");
    }

    @Test
    void removesManyRoutesOfOneTableAndNoOther() throws Exception {
        configure();
        int lo = netlink.loopbackIndex();
        for (int i = 0; i < 2000; i++) {
            IpPrefix host = IpPrefix.host(address("198.18." + i / 250 + "." + (i % 250 + 1)));
            netlink.add(Route.toLocal(host, lo, TABLE, address("10.0.2.100")));
        }
        netlink.add(Route.toLocal(IpPrefix.all(IpFamily.IPV4), lo, TABLE + 1, address("10.0.2.100")));

        netlink.flushRoutes(IpFamily.IPV4, TABLE, TABLE);

        assertThat(ip("route", "show", "table", "7001")).isEmpty();
        assertThat(ip("route", "show", "table", "7002")).startsWith("local default dev lo");
    }

    @Test
    void saysWhatWasRefusedInTheKernelsWords() {
        assertThatThrownBy(() -> netlink.setMtu(tap, 67))
                .isInstanceOf(PosixException.class)
                .hasMessage("set the MTU of interface " + tap
                        + " to 67: Invalid argument (EINVAL); mtu less than device minimum");
        assertThatThrownBy(() -> netlink.setUp(4711))
                .isInstanceOf(PosixException.class)
                .hasMessage("switch interface 4711 on: No such device (ENODEV)");
        assertThatThrownBy(() -> netlink.add(Route.defaultVia(address("192.0.2.1"), tap)))
                .isInstanceOf(PosixException.class)
                .hasMessageStartingWith("add route 0.0.0.0/0 via 192.0.2.1 dev " + tap + " table 254: ");
    }
}
