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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    /** What ip(8) says last of a command that failed, by the number of its line. */
    private static final Pattern FAILED_COMMAND = Pattern.compile("Command failed -:(\\d+)");
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
     * Has ip(8) do some things one after the other, until one of them fails.
     *
     * @param commands each without the program's name, one word from the next by a space
     * @throws IOException with the words of ip(8), such as for a /dev/net/tun that this user may not open
     */
    public void ip(List<String> commands) throws IOException {
        try {
            run(List.of("ip", "-batch", "-"), String.join("\n", commands) + "\n");
        } catch (IOException e) {
            throw new IOException(namingTheCommand(String.valueOf(e.getMessage()), commands), e);
        }
    }

    private static String namingTheCommand(String words, List<String> commands) {
        return FAILED_COMMAND
                .matcher(words)
                .replaceFirst(failed ->
                        Matcher.quoteReplacement("in `" + commands.get(Integer.parseInt(failed.group(1)) - 1) + "`"));
    }

    /** Removes a tap to which nobody is attached. */
    public void deleteTap(String name) throws IOException {
        run(List.of("ip", "tuntap", "del", "dev", name, "mode", "tap"), "");
    }

    /**
     * Runs a program to its end, at most 5 seconds.
     *
     * @param input its whole standard input, less than a pipe takes
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
        String text =
                new String(words, 0, length, StandardCharsets.UTF_8).strip().replace("\n", "; ");
        return Optional.of(text).filter(said -> !said.isEmpty()).orElse("it said nothing");
    }
}
