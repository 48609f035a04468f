package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Rlimits;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The relay process: everything that it consists of, from its start until nothing is left to serve. */
public final class RelayServer {
    /** Of the control protocol. */
    static final int PROTOCOL = 1;

    private static final Logger LOG = LoggerFactory.getLogger(RelayServer.class);
    /** Of the descriptors that are not for connections: files of the JVM, event loops, namespaces. */
    private static final int RESERVED_DESCRIPTORS = 256;
    /** How long to wait for the first network. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private RelayServer() {}

    /**
     * Serves until there is no network and no connection left.
     *
     * @param files of this relay
     * @param ready is told by a byte "1" that the control socket is there, and closed
     * @throws IOException if it cannot start
     */
    public static void run(RelaySettings settings, RelayFiles files, Fd ready) throws IOException {
        ProgramFiles.open();
        Capacity capacity = new Capacity(Rlimits.openFiles() - RESERVED_DESCRIPTORS);
        try (Workers workers = Workers.start(capacity, settings.udpIdleTimeout())) {
            ForwardTable table = new ForwardTable(workers, settings.closeGrace(), settings.drain());
            try (TargetWatch targets = TargetWatch.start(table);
                    MemoryTrim memory = new MemoryTrim()) {
                memory.later();
                Predecessor predecessor = new Predecessor(settings.predecessor());
                Controls.Relay relay = new Controls.Relay(table, targets, predecessor, memory, settings.version());
                serve(settings, files, ready, relay, workers);
            }
        } finally {
            files.delete();
        }
    }

    private static void serve(RelaySettings settings, RelayFiles files, Fd ready, Controls.Relay relay, Workers workers)
            throws IOException {
        try (ControlServer server = ControlServer.bind(files.controlSocket(), relay)) {
            if (settings.predecessor() != null) {
                relay.predecessor()
                        .counted(Takeover.from(settings.predecessor(), relay.table(), relay.targets(), workers));
            }
            server.start();
            files.makeCurrent(settings.link());
            ready.write(new byte[] {'1'});
            ready.close();
            LOG.info("Relay is ready pid={} version={}", files.pid(), settings.version());
            relay.table().awaitIdle(PATIENCE);
            LOG.info("Relay ends, with nothing left to serve pid={}", files.pid());
        }
    }
}
