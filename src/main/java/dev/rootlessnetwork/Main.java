package dev.rootlessnetwork;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of the program {@code rootlessnet}. */
@Command(
        name = "rootlessnet",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Gives network namespaces user-mode networking through slirp4netns, as declared.")
public final class Main implements Runnable {

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** The version that the build wrote into the jar's manifest; {@code unknown} outside of a jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"rootlessnet " + (version == null ? "unknown" : version)};
        }
    }
}
