package dev.rootlessnetwork.network;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What makes options impossible, each in the words of who would refuse it: Podman, slirp4netns, the kernel. */
final class OptionRules {
    private static final long LARGEST_MTU = 65521;

    /** IPv6's minimum, RFC 8200 section 5. */
    private static final long SMALLEST_MTU_WITH_IPV6 = 1280;

    /** An option that can be wrong, by its field's name in a spec. */
    enum Option {
        CIDR("cidr"),
        MTU("mtu"),
        ENABLE_IPV6("enableIPv6"),
        PORT_HANDLER("portHandler"),
        OUTBOUND_ADDR("outboundAddr"),
        OUTBOUND_ADDR6("outboundAddr6"),
        MAC_ADDRESS("macAddress"),
        INTERFACE_NAME("interfaceName");

        private final String field;

        Option(String field) {
            this.field = field;
        }

        String path() {
            return "spec.options." + field;
        }

        /** Whether the set says something about it. */
        boolean isIn(OptionSet options) {
            return switch (this) {
                case CIDR -> options.cidr() != null;
                case MTU -> options.mtu() != null;
                case ENABLE_IPV6 -> options.enableIpv6() != null;
                case PORT_HANDLER -> options.portHandler() != null;
                case OUTBOUND_ADDR -> options.outboundAddr() != null;
                case OUTBOUND_ADDR6 -> options.outboundAddr6() != null;
                case MAC_ADDRESS -> options.macAddress() != null;
                case INTERFACE_NAME -> options.interfaceName() != null;
            };
        }
    }

    private OptionRules() {}

    /** What is wrong with single options, at most one problem for each. */
    static Map<Option, String> ofSingleOptions(OptionSet options, Predicate<String> interfaceExists) {
        Map<Option, String> problems = beyondPodman(options);
        note(problems, Option.CIDR, options.cidr() == null ? Optional.empty() : PodmanSyntax.cidr(options.cidr()));
        note(
                problems,
                Option.MTU,
                options.mtu() == null
                        ? Optional.empty()
                        : PodmanSyntax.mtu(options.mtu().toString()));
        note(
                problems,
                Option.PORT_HANDLER,
                options.portHandler() == null ? Optional.empty() : PodmanSyntax.portHandler(options.portHandler()));
        note(
                problems,
                Option.OUTBOUND_ADDR,
                options.outboundAddr() == null
                        ? Optional.empty()
                        : PodmanSyntax.outboundAddr(options.outboundAddr(), interfaceExists));
        note(
                problems,
                Option.OUTBOUND_ADDR6,
                options.outboundAddr6() == null
                        ? Optional.empty()
                        : PodmanSyntax.outboundAddr6(options.outboundAddr6(), interfaceExists));
        return problems;
    }

    /** What slirp4netns or the kernel would refuse although Podman lets it pass. */
    static Map<Option, String> beyondPodman(OptionSet options) {
        Map<Option, String> problems = new EnumMap<>(Option.class);
        if (options.cidr() != null && PodmanSyntax.cidr(options.cidr()).isEmpty()) {
            String cidr = options.cidr();
            note(problems, Option.CIDR, refusal(() -> Ipv4Cidr.parse(cidr)));
        }
        if (options.mtu() != null && options.mtu() > LARGEST_MTU) {
            problems.put(
                    Option.MTU, "MTU must be a positive integer (< " + (LARGEST_MTU + 1) + "), not " + options.mtu());
        }
        if (options.macAddress() != null) {
            String macAddress = options.macAddress();
            note(problems, Option.MAC_ADDRESS, refusal(() -> MacAddress.parse(macAddress)));
        }
        if (options.interfaceName() != null) {
            note(problems, Option.INTERFACE_NAME, InterfaceName.problem(options.interfaceName()));
        }
        return problems;
    }

    /**
     * What is wrong between options that are each right.
     *
     * @param spec what the object itself sets: a problem is put to an option of its own if there is one
     */
    static Map<Option, String> betweenOptions(OptionSet merged, OptionSet spec) {
        Map<Option, String> problems = new EnumMap<>(Option.class);
        boolean ipv6 = Boolean.TRUE.equals(merged.enableIpv6());
        if (ipv6 && merged.mtu() != null && merged.mtu() < SMALLEST_MTU_WITH_IPV6) {
            problems.put(
                    theSpecsOwn(Option.MTU, spec),
                    "IPv6 needs an MTU of at least " + SMALLEST_MTU_WITH_IPV6 + ", not " + merged.mtu()
                            + ": raise mtu, or leave enableIPv6 out");
        }
        if (!ipv6 && merged.outboundAddr6() != null) {
            problems.put(theSpecsOwn(Option.OUTBOUND_ADDR6, spec), PodmanSyntax.OUTBOUND_ADDR6_WITHOUT_IPV6);
        }
        return problems;
    }

    private static Option theSpecsOwn(Option option, OptionSet spec) {
        return !option.isIn(spec) && Option.ENABLE_IPV6.isIn(spec) ? Option.ENABLE_IPV6 : option;
    }

    private static void note(Map<Option, String> problems, Option option, Optional<String> problem) {
        problem.ifPresent(message -> problems.put(option, message));
    }

    private static Optional<String> refusal(Runnable parse) {
        try {
            parse.run();
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }
}
