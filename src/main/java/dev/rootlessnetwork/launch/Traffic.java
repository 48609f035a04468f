package dev.rootlessnetwork.launch;

/**
 * What forwards have done since their relay serves them.
 *
 * @param open connections, or flows of UDP, now
 * @param total connections or flows so far
 * @param receivedBytes from clients to the target
 * @param sentBytes from the target to clients
 * @param refused connections or datagrams that the target did not take
 */
public record Traffic(long open, long total, long receivedBytes, long sentBytes, long refused) {
    /** Of forwards that nobody has used. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0);

    /** Both together. */
    public Traffic plus(Traffic other) {
        return new Traffic(
                open + other.open,
                total + other.total,
                receivedBytes + other.receivedBytes,
                sentBytes + other.sentBytes,
                refused + other.refused);
    }
}
