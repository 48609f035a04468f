package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkSpec.OptionsSpec;
import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.OptionSet;
import dev.rootlessnetwork.network.PortDraft;
import dev.rootlessnetwork.network.PortList;
import dev.rootlessnetwork.network.ResolvedOptions;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * From an object to what the launcher is asked for. Pure, but for the question whether an interface exists.
 *
 * @param source where objects come from: the rules of names, nodes and precedence differ
 * @param agentDefaults options that the agent was given, for those that an object leaves open
 * @param interfaceExists whether this host has an interface of a name; a check by form alone where nothing is to be started
 */
public record SpecMapper(Source source, OptionSet agentDefaults, Predicate<String> interfaceExists) {
    private static final RootlessNetworkSpec NOTHING = new RootlessNetworkSpec(null, null, null, null);

    /** An object that is well formed; refused with every violation of a rule at once. */
    public NetworkRequest map(RootlessNetwork object) {
        return map(object, List.of());
    }

    /**
     * An object and what is wrong with its form already, such as unknown fields: refused if there is anything. The fields
     * that are named there, those in them and those around them are not judged again.
     */
    public NetworkRequest map(RootlessNetwork object, List<Violation> ofForm) {
        RootlessNetworkSpec spec = object.getSpec() == null ? NOTHING : object.getSpec();
        List<Violation> ofRules = new ArrayList<>(MetadataRules.judge(object, source));
        if (source == Source.CLUSTER && isEmpty(spec.nodeName())) {
            ofRules.add(new Violation("spec.nodeName", "is missing: name the node of the target"));
        }
        Target target = TargetRules.judge(spec.target(), ofRules);
        ResolvedOptions options = NetworkOptions.resolve(options(spec.options()), agentDefaults, interfaceExists);
        ofRules.addAll(options.violations());
        PortList ports = PortList.judge(drafts(spec.ports()), options.merged());
        ofRules.addAll(ports.violations());

        List<Violation> all = new ArrayList<>(ofForm);
        ofRules.stream()
                .filter(rule -> ofForm.stream().noneMatch(form -> overlap(form.field(), rule.field())))
                .forEach(all::add);
        NetworkIdentity identity = identity(object);
        if (!all.isEmpty() || target == null || options.options() == null) {
            return new NetworkRequest.Refuse(identity, all);
        }
        NetworkPlan plan = new NetworkPlan(
                identity, precedence(object), nodeName(spec), target, options.options(), ports.entries());
        return new NetworkRequest.Run(plan, Recollections.of(object.getStatus(), plan));
    }

    /** Whether one field is, or contains, the other. */
    private static boolean overlap(String field, String other) {
        return field.equals(other) || isWithin(field, other) || isWithin(other, field);
    }

    private static boolean isWithin(String outer, String inner) {
        return inner.startsWith(outer + ".") || inner.startsWith(outer + "[");
    }

    private static NetworkIdentity identity(RootlessNetwork object) {
        return new NetworkIdentity(object.key(), object.uid(), Math.max(1, object.generation()));
    }

    /** The older object comes first in a cluster, where names say nothing; the first name elsewhere. */
    private String precedence(RootlessNetwork object) {
        return source == Source.CLUSTER
                ? object.getMetadata().getCreationTimestamp() + "/" + object.uid()
                : object.key().toString();
    }

    private String nodeName(RootlessNetworkSpec spec) {
        return source == Source.CLUSTER && spec.nodeName() != null ? spec.nodeName() : "";
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static OptionSet options(@Nullable OptionsSpec options) {
        if (options == null) {
            return OptionSet.EMPTY;
        }
        return new OptionSet(
                options.cidr(),
                options.mtu() == null ? null : Long.valueOf(options.mtu()),
                options.enableIPv6(),
                options.allowHostLoopback(),
                options.portHandler(),
                options.outboundAddr(),
                options.outboundAddr6(),
                options.disableDNS(),
                isEmpty(options.macAddress()) ? null : options.macAddress(),
                options.interfaceName());
    }

    private static List<PortDraft> drafts(@Nullable List<PortSpec> ports) {
        return ports == null ? List.of() : ports.stream().map(SpecMapper::draft).toList();
    }

    private static PortDraft draft(PortSpec port) {
        return new PortDraft(
                port.name(),
                port.protocol(),
                port.hostIP(),
                port.hostPort(),
                port.containerPort(),
                port.containerIP(),
                port.range());
    }
}
