package dev.rootlessnetwork.posix;

import java.io.IOException;

/** Sets a switch, from wherever it runs itself. */
final class SysctlMain {
    private SysctlMain() {}

    /** @param arguments name and value */
    public static void main(String[] arguments) throws IOException {
        Sysctl.write(arguments[0], arguments[1]);
    }
}
