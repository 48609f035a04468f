package dev.rootlessnetwork.relay;

import java.time.Duration;

/**
 * Settings of a relay process.
 *
 * @param link that names the relay in charge, {@code current} for that of the node
 * @param version of the program
 * @param udpIdleTimeout after which a UDP flow without a datagram in either direction ends
 * @param closeGrace how long connections of a closed forward may go on
 * @param drain how long connections may go on after a successor has taken over
 */
public record RelaySettings(
        String link, String version, Duration udpIdleTimeout, Duration closeGrace, Duration drain) {}
