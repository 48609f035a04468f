package dev.rootlessnetwork.relay;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a relay process.
 *
 * @param link that names the relay in charge, {@code current} for that of the node
 * @param version of the program
 * @param udpIdleTimeout after which a UDP flow without a datagram in either direction ends
 * @param closeGrace how long connections of a closed forward may go on
 * @param drain how long connections may go on after a successor has taken over
 * @param predecessor control socket of a relay to take over from; null: there is none
 */
public record RelaySettings(
        String link,
        String version,
        Duration udpIdleTimeout,
        Duration closeGrace,
        Duration drain,
        @Nullable Path predecessor) {}
