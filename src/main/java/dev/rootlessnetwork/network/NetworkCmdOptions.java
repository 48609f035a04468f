package dev.rootlessnetwork.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Options in Podman's {@code key=value} form (containers.conf(5), {@code network_cmd_options}; podman-run(1),
 * {@code --network slirp4netns:…}), read. Of options given twice the last one counts.
 *
 * @param options what could be read
 * @param problems what is wrong, in the order of the options: in Podman's exact words where it refuses, then what
 *     slirp4netns or the kernel would refuse later. Empty if all is well
 */
public record NetworkCmdOptions(OptionSet options, List<String> problems) {
    private static final String CIDR = "cidr";
    private static final String PORT_HANDLER = "port_handler";
    private static final String ALLOW_HOST_LOOPBACK = "allow_host_loopback";
    private static final String ENABLE_IPV6 = "enable_ipv6";
    private static final String OUTBOUND_ADDR = "outbound_addr";
    private static final String OUTBOUND_ADDR6 = "outbound_addr6";
    private static final String MTU = "mtu";

    private static final Map<String, Boolean> BOOLEANS = Map.of("true", true, "false", false);

    public NetworkCmdOptions {
        problems = List.copyOf(problems);
    }

    /** @param interfaceExists whether the host has an interface of that name */
    public static NetworkCmdOptions parse(List<String> keysAndValues, Predicate<String> interfaceExists) {
        Map<String, String> sound = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (String keyAndValue : keysAndValues) {
            int equals = keyAndValue.indexOf('=');
            String key = equals < 0 ? "" : keyAndValue.substring(0, equals);
            String value = keyAndValue.substring(equals + 1);
            Optional<String> problem = problem(keyAndValue, key, value, interfaceExists);
            if (problem.isEmpty()) {
                sound.put(key, value);
            } else {
                problems.add(problem.get());
            }
        }
        OptionSet options = optionSet(sound);
        OptionRules.beyondPodman(options).forEach((option, problem) -> problems.add(problem));
        return new NetworkCmdOptions(options, problems);
    }

    private static Optional<String> problem(
            String keyAndValue, String key, String value, Predicate<String> interfaceExists) {
        return switch (key) {
            case CIDR -> PodmanSyntax.cidr(value);
            case PORT_HANDLER -> PodmanSyntax.portHandler(value);
            case ALLOW_HOST_LOOPBACK, ENABLE_IPV6 ->
                BOOLEANS.containsKey(value)
                        ? Optional.empty()
                        : Optional.of("invalid value of " + key + " for slirp4netns: " + GoQuote.quote(value));
            case OUTBOUND_ADDR -> PodmanSyntax.outboundAddr(value, interfaceExists);
            case OUTBOUND_ADDR6 -> PodmanSyntax.outboundAddr6(value, interfaceExists);
            case MTU -> PodmanSyntax.mtu(value);
            default -> Optional.of("unknown option for slirp4netns: " + GoQuote.quote(keyAndValue));
        };
    }

    private static OptionSet optionSet(Map<String, String> sound) {
        return new OptionSet(
                sound.get(CIDR),
                integer(sound.get(MTU)),
                truth(sound.get(ENABLE_IPV6)),
                truth(sound.get(ALLOW_HOST_LOOPBACK)),
                sound.get(PORT_HANDLER),
                sound.get(OUTBOUND_ADDR),
                sound.get(OUTBOUND_ADDR6),
                null,
                null,
                null);
    }

    private static @Nullable Long integer(@Nullable String value) {
        return value == null ? null : PodmanSyntax.atoi(value);
    }

    private static @Nullable Boolean truth(@Nullable String value) {
        return value == null ? null : BOOLEANS.get(value);
    }
}
