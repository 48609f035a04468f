package dev.rootlessnetwork.conformance;

import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The host's /etc/resolv.conf with other content, until closed. Only the private host of the tests sees it. */
final class ResolvConf implements AutoCloseable {
    private static final Path PLACE = Path.of("/etc/resolv.conf");

    private ResolvConf() {}

    static ResolvConf of(Path directory, String... nameServers) throws IOException {
        String content = Stream.of(nameServers)
                .map(address -> "nameserver " + address + "\n")
                .collect(Collectors.joining());
        Path file = Files.writeString(directory.resolve("resolv.conf"), content);
        CommandResult.run("mount", "--bind", file.toString(), PLACE.toString()).orFail();
        return new ResolvConf();
    }

    List<String> nameServers() throws IOException {
        return Files.readAllLines(PLACE).stream()
                .map(line -> line.substring("nameserver ".length()))
                .toList();
    }

    @Override
    public void close() {
        CommandResult.run("umount", "--lazy", PLACE.toString()).orFail();
    }
}
