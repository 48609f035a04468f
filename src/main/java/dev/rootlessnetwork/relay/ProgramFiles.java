package dev.rootlessnetwork.relay;

/**
 * The files that this program consists of. A relay outlives the container that it was started in, whose files are deleted, and must
 * not need one that it has not opened by then.
 */
final class ProgramFiles {
    /** No jar has it, so that each is looked into. */
    private static final String NOWHERE = "dev/rootlessnetwork/relay/is-in-no-jar";

    private ProgramFiles() {}

    /**
     * Opens every jar of the class path, for good: a class that is needed for the first time later, by an error say, is then read from the
     * open file. The JVM's own classes are mapped as a whole from the start, and the native libraries are loaded by the first event loop.
     */
    static void open() {
        if (ClassLoader.getSystemResource(NOWHERE) != null) {
            throw new IllegalStateException("a jar has " + NOWHERE);
        }
    }
}
