package dev.rootlessnetwork.network;

import java.util.ArrayList;
import java.util.List;

/**
 * A list of port entries, judged.
 *
 * @param entries in the order of the spec; only complete if there are no violations
 * @param violations everything that is wrong, with paths below {@code spec.ports}
 */
public record PortList(List<PortEntry> entries, List<Violation> violations) {
    private static final int MOST_ENTRIES = 1000;

    public PortList {
        entries = List.copyOf(entries);
        violations = List.copyOf(violations);
    }

    /** @param options the object's options with every default applied, right or wrong */
    public static PortList judge(List<PortDraft> drafts, OptionSet options) {
        if (drafts.size() > MOST_ENTRIES) {
            return new PortList(
                    List.of(),
                    List.of(new Violation(
                            "spec.ports",
                            "at most " + MOST_ENTRIES + " entries, not " + drafts.size()
                                    + ": join neighbouring ports by range, or divide them among objects")));
        }
        List<Violation> violations = new ArrayList<>();
        List<PortConflicts.Place> places = new ArrayList<>();
        for (int i = 0; i < drafts.size(); i++) {
            int index = i;
            PortRules rules = new PortRules(i, options);
            rules.judge(drafts.get(i)).ifPresent(entry -> places.add(new PortConflicts.Place(index, entry)));
            violations.addAll(rules.violations());
        }
        violations.addAll(PortConflicts.names(drafts));
        violations.addAll(PortConflicts.overlaps(places));
        return new PortList(places.stream().map(PortConflicts.Place::entry).toList(), violations);
    }
}
