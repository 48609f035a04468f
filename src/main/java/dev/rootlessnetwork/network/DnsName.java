package dev.rootlessnetwork.network;

import java.util.Optional;
import java.util.regex.Pattern;

/** The forms of names that Kubernetes takes (RFC 1123). */
public final class DnsName {
    private static final String LABEL_FORM = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern LABEL = Pattern.compile(LABEL_FORM);
    private static final Pattern SUBDOMAIN = Pattern.compile(LABEL_FORM + "(\\." + LABEL_FORM + ")*");
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_SUBDOMAIN = 253;

    private DnsName() {}

    /** Why a text is no DNS label, the form of namespaces and port names; empty if it is. */
    public static Optional<String> labelProblem(String text) {
        return text.length() <= LONGEST_LABEL && LABEL.matcher(text).matches()
                ? Optional.empty()
                : Optional.of(GoQuote.quote(text) + " is no DNS label: use at most " + LONGEST_LABEL
                        + " lower-case letters, digits and '-', beginning and ending with a letter or digit");
    }

    /** Why a text is no DNS subdomain, the form of object names; empty if it is. */
    public static Optional<String> subdomainProblem(String text) {
        return text.length() <= LONGEST_SUBDOMAIN && SUBDOMAIN.matcher(text).matches()
                ? Optional.empty()
                : Optional.of(GoQuote.quote(text) + " is no DNS subdomain: use at most " + LONGEST_SUBDOMAIN
                        + " lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit");
    }
}
