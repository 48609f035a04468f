package dev.rootlessnetwork;

/**
 * What {@code doctor} found out about one thing.
 *
 * @param check the thing, in a word or two
 * @param remedy what to do about it; empty where nothing is to be done
 */
record Finding(Level level, String check, String message, String remedy) {
    /** How bad it is. */
    enum Level {
        /** As it should be. */
        OK,
        /** Some objects, or some options of them, will not work. */
        WARN,
        /** What every object needs is missing. */
        FAIL
    }

    static Finding ok(String check, String message) {
        return new Finding(Level.OK, check, message, "");
    }

    static Finding warn(String check, String message, String remedy) {
        return new Finding(Level.WARN, check, message, remedy);
    }

    static Finding fail(String check, String message, String remedy) {
        return new Finding(Level.FAIL, check, message, remedy);
    }
}
