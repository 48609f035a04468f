package dev.rootlessnetwork.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The name servers of resolv.conf(5), to which slirp4netns hands on what its own resolver is asked. */
public final class NameServers {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private NameServers() {}

    /** Those of this host, as they are written; none where the file cannot be read. */
    public static List<String> read() {
        try {
            return parse(Files.readAllLines(RESOLV_CONF));
        } catch (IOException e) {
            return List.of();
        }
    }

    static List<String> parse(List<String> resolvConf) {
        return resolvConf.stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .toList();
    }
}
