package dev.rootlessnetwork.standalone;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Guesses which known name was meant by an unknown one. */
public final class NearestName {
    /** Of this many letters one may be wrong; more than that is another word. */
    private static final int LETTERS_PER_ERROR = 3;

    /** From this length on two letters may have changed places, which counts as two errors. */
    private static final int LETTERS_FOR_A_SWAP = 4;

    private NearestName() {}

    /** The known name that is nearest, whatever its case; empty if none is near. */
    public static Optional<String> of(String given, Collection<String> known) {
        String lower = given.toLowerCase(Locale.ROOT);
        int most = Math.max(given.length() < LETTERS_FOR_A_SWAP ? 1 : 2, given.length() / LETTERS_PER_ERROR);
        LevenshteinDistance distance = new LevenshteinDistance(most);
        return known.stream()
                .map(name -> new Candidate(name, distance.apply(lower, name.toLowerCase(Locale.ROOT))))
                .filter(candidate -> candidate.errors() >= 0)
                .min(Comparator.comparingInt(Candidate::errors).thenComparing(Candidate::name))
                .map(Candidate::name);
    }

    /** {@code ; did you mean "name"?}, or nothing if no known name is near. */
    public static String hint(String given, Collection<String> known) {
        return of(given, known).map(name -> "; did you mean \"" + name + "\"?").orElse("");
    }

    private record Candidate(String name, int errors) {}
}
