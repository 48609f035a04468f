package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An ordinary user's way into a network namespace: no thread of ours may enter it, as that takes the user namespace that
 * owns it, which a process of several threads cannot join. So each act is a short-lived program, started by nsenter(1).
 *
 * @param userns the user namespace that owns {@code netns}; must belong to our user
 */
public record Nsenter(Fd userns, Fd netns) {
    /** Ample for a program that asks the kernel for one thing. */
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private static final int USERNS_FD = 3;
    private static final int NETNS_FD = 4;
    private static final int LONGEST_OUTPUT = 1024;
    /** Where administrators' programs are, on distributions that leave them off an ordinary user's PATH. */
    private static final String MORE_PATH = "/usr/sbin:/sbin:/usr/bin:/bin";

    /** Where the programs that do the work are looked for, by a process with this PATH. */
    public static String searchPath(String path) {
        return path + ":" + MORE_PATH;
    }

    /**
     * The command line of a program that is to run in a user namespace, with the rights that its owner has there.
     *
     * @param descriptor of the user namespace in the program
     */
    public static List<String> intoUserNamespace(int descriptor, List<String> command) {
        List<String> arguments = new ArrayList<>(
                List.of("nsenter", "--user=/proc/self/fd/" + descriptor, "--preserve-credentials", "--"));
        arguments.addAll(command);
        return arguments;
    }

    /** Where nsenter(1) is. */
    public static Path program() throws IOException {
        return find(searchPath(System.getenv().getOrDefault("PATH", "")));
    }

    /**
     * Makes a tap that stays when nobody is attached to it.
     *
     * @param name 1 to 15 bytes
     * @throws IOException with the words of ip(8), such as for a /dev/net/tun that this user may not open
     */
    public void createTap(String name) throws IOException {
        run(List.of("ip", "tuntap", "add", "dev", name, "mode", "tap"), "");
    }

    /** Removes a tap to which nobody is attached. */
    public void deleteTap(String name) throws IOException {
        run(List.of("ip", "tuntap", "del", "dev", name, "mode", "tap"), "");
    }

    /** Writes a file below {@code /proc/sys/net}, where each network namespace has its own values. */
    public void writeSysctl(Path file, String value) throws IOException {
        run(List.of("tee", file.toString()), value);
    }

    /**
     * Runs a program to its end, at most 5 seconds.
     *
     * @param input its whole standard input, a few bytes
     * @throws IOException when it does not succeed, with the last of what it wrote
     */
    private void run(List<String> command, String input) throws IOException {
        String doing = String.join(" ", command);
        List<String> arguments = new ArrayList<>(List.of(
                "nsenter",
                "--user=/proc/self/fd/" + USERNS_FD,
                "--net=/proc/self/fd/" + NETNS_FD,
                "--preserve-credentials",
                "--"));
        arguments.addAll(command);
        String path = searchPath(System.getenv().getOrDefault("PATH", ""));
        try (Pipe in = Pipe.open();
                Pipe out = Pipe.open()) {
            var descriptors = new TreeMap<>(
                    Map.of(0, in.readEnd(), 1, out.writeEnd(), 2, out.writeEnd(), USERNS_FD, userns, NETNS_FD, netns));
            // Words of the programs go into our messages, so they are asked for in the one language of those.
            Map<String, String> environment = Map.of("PATH", path, "LC_ALL", "C");
            Spawn spawn = new Spawn(find(path), arguments, environment, descriptors);
            try (PidFd process = spawn.startHeld()) {
                in.writeEnd().write(input.getBytes(StandardCharsets.UTF_8));
                in.writeEnd().close();
                out.writeEnd().close();
                ExitStatus status = end(process);
                if (status.code() != 0 || status.signal() != 0) {
                    throw new IOException("`" + doing + "` inside the target " + status + ": " + lastWords(out));
                }
            }
        }
    }

    private static Path find(String path) throws IOException {
        for (String directory : path.split(":", -1)) {
            Path program = Path.of(directory, "nsenter");
            if (program.isAbsolute() && Files.isExecutable(program)) {
                return program;
            }
        }
        throw new IOException("an ordinary user enters a target by nsenter, which is not on PATH: install util-linux");
    }

    /** What these programs write fits into the pipe, so nobody has to read while they run. */
    private static ExitStatus end(PidFd process) throws PosixException {
        if (!process.awaitExit(DEADLINE)) {
            process.signal(Signal.KILL);
        }
        return Children.await(process.pid(), DEADLINE).orElse(ExitStatus.UNKNOWN);
    }

    private static String lastWords(Pipe out) throws PosixException {
        if (!out.awaitReadable(Duration.ZERO)) {
            return "it said nothing";
        }
        byte[] words = new byte[LONGEST_OUTPUT];
        int length = out.readEnd().read(words);
        String text = new String(words, 0, length, StandardCharsets.UTF_8).strip();
        return Optional.of(text).filter(said -> !said.isEmpty()).orElse("it said nothing");
    }
}
