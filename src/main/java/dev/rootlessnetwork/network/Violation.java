package dev.rootlessnetwork.network;

/**
 * One thing that is wrong with a spec.
 *
 * @param field path of the field, such as {@code spec.ports[0].hostPort}
 * @param message what is wrong and what would be right, without the path
 */
public record Violation(String field, String message) {
    @Override
    public String toString() {
        return field + ": " + message;
    }
}
