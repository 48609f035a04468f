package dev.rootlessnetwork.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is wrong between port entries of one object. */
final class PortConflicts {
    private PortConflicts() {}

    /** A sound entry and its index in the spec. */
    record Place(int index, PortEntry entry) {}

    /** Names that are used again. */
    static List<Violation> names(List<PortDraft> drafts) {
        List<Violation> violations = new ArrayList<>();
        Map<String, Integer> firstUse = new HashMap<>();
        for (int i = 0; i < drafts.size(); i++) {
            String name = drafts.get(i).name();
            if (name == null) {
                continue;
            }
            Integer first = firstUse.putIfAbsent(name, i);
            if (first != null) {
                violations.add(new Violation(
                        path(i) + ".name",
                        GoQuote.quote(name) + " names " + path(first) + " already: give each port a name of its own"));
            }
        }
        return violations;
    }

    /** Entries that cannot listen beside one before them; one violation for each. */
    static List<Violation> overlaps(List<Place> places) {
        List<Violation> violations = new ArrayList<>();
        for (int later = 1; later < places.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                if (places.get(earlier).entry().overlaps(places.get(later).entry())) {
                    violations.add(overlap(places.get(earlier), places.get(later)));
                    break;
                }
            }
        }
        return violations;
    }

    private static Violation overlap(Place earlier, Place later) {
        return new Violation(
                path(later.index()) + ".hostPort",
                later.entry().listener() + " of port " + later.entry().name() + " overlaps "
                        + earlier.entry().listener() + " of port "
                        + earlier.entry().name() + " (" + path(earlier.index())
                        + ".hostPort): give each its own host ports or host address");
    }

    static String path(int index) {
        return "spec.ports[" + index + "]";
    }
}
