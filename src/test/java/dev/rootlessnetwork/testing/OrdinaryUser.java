package dev.rootlessnetwork.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Runs main classes of the tests in a JVM of an ordinary user, who can do nothing that root can. While this is open, everybody
 * may open /dev/net/tun, which on some machines is root's.
 */
public final class OrdinaryUser implements AutoCloseable {
    /** Numeric ID of the user, who owns nothing. */
    public static final int ID = 65534;

    private static final String TUN = "/dev/net/tun";

    private final Path home;
    private final List<String> classPath = new ArrayList<>();

    private OrdinaryUser(Path home) {
        this.home = home;
    }

    /**
     * Prepares everything.
     *
     * @param directory an empty one; becomes readable for everybody
     */
    public static OrdinaryUser in(Path directory) throws IOException {
        CommandResult.run("chmod", "0755", directory.toString()).orFail();
        OrdinaryUser user = new OrdinaryUser(Files.createDirectory(directory.resolve("home")));
        CommandResult.run("chown", ID + ":" + ID, user.home.toString()).orFail();
        user.copyClassPath(Files.createDirectory(directory.resolve("classpath")));
        // The device's node is the host's: one of our own lies over it meanwhile, on this private host alone.
        String node = directory.resolve("tun").toString();
        CommandResult.run("mknod", "--mode=0666", node, "c", "10", "200").orFail();
        CommandResult.run("mount", "--bind", node, TUN).orFail();
        return user;
    }

    /** The build's classes and libraries may lie where only their owner can read them. */
    private void copyClassPath(Path directory) {
        List<String> copy = new ArrayList<>(List.of("cp", "--recursive", "--"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (Files.exists(Path.of(entry))) {
                copy.add(entry);
                classPath.add(directory
                        .resolve(String.valueOf(Path.of(entry).getFileName()))
                        .toString());
            }
        }
        copy.add(directory.toString());
        CommandResult.run(copy).orFail();
        CommandResult.run("chmod", "--recursive", "go=u-w", directory.toString())
                .orFail();
    }

    /** A directory of the user's own. */
    public Path home() {
        return home;
    }

    /** Runs a main class to its end. */
    public CommandResult run(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--reuid=" + ID,
                "--regid=" + ID,
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + home,
                "-cp",
                String.join(File.pathSeparator, classPath),
                main.getName()));
        Collections.addAll(command, arguments);
        return CommandResult.run(command);
    }

    @Override
    public void close() {
        CommandResult.run("umount", TUN).orFail();
    }
}
