package dev.rootlessnetwork.network;

import dev.rootlessnetwork.network.OptionRules.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What became of an object's options, its agent's defaults, and Podman's.
 *
 * @param merged all options as written, with every default applied
 * @param options the same, ready for use; null if there are violations
 * @param violations everything that is wrong, with paths below {@code spec.options}
 */
public record ResolvedOptions(OptionSet merged, @Nullable NetworkOptions options, List<Violation> violations) {
    public ResolvedOptions {
        violations = List.copyOf(violations);
        if ((options == null) == violations.isEmpty()) {
            throw new IllegalArgumentException("there are either options or violations");
        }
    }

    static ResolvedOptions of(OptionSet spec, OptionSet agentDefaults, Predicate<String> interfaceExists) {
        OptionSet merged = spec.orElse(agentDefaults).orElse(OptionSet.PODMAN_DEFAULTS);
        Map<Option, String> problems = OptionRules.ofSingleOptions(merged, interfaceExists);
        OptionRules.betweenOptions(merged, spec).forEach(problems::putIfAbsent);
        List<Violation> violations = new ArrayList<>();
        problems.forEach((option, message) -> violations.add(violation(option, message, spec)));
        return new ResolvedOptions(merged, violations.isEmpty() ? options(merged) : null, violations);
    }

    private static Violation violation(Option option, String message, OptionSet spec) {
        return new Violation(option.path(), option.isIn(spec) ? message : message + " (a default of the agent)");
    }

    private static NetworkOptions options(OptionSet sound) {
        return new NetworkOptions(
                sound.cidr() == null ? null : Ipv4Cidr.parse(sound.cidr()),
                Math.toIntExact(given(sound.mtu())),
                given(sound.enableIpv6()),
                given(sound.allowHostLoopback()),
                PortHandlerKind.of(given(sound.portHandler())).orElseThrow(),
                canonical(sound.outboundAddr()),
                canonical(sound.outboundAddr6()),
                given(sound.disableDns()),
                sound.macAddress() == null
                        ? null
                        : MacAddress.parse(sound.macAddress()).text(),
                given(sound.interfaceName()));
    }

    /** Podman's defaults leave none of these open. */
    private static <T> T given(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("an option has no default");
        }
        return value;
    }

    /** Addresses in one spelling, so that another spelling is no change; names as they are. */
    private static @Nullable String canonical(@Nullable String addressOrInterface) {
        return addressOrInterface == null
                ? null
                : IpLiteral.parse(addressOrInterface).map(IpLiteral::text).orElse(addressOrInterface);
    }
}
