package dev.rootlessnetwork.launch;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The files of one network in the state directory.
 *
 * @param directory {@code networks/<id>}
 */
record NetworkFiles(Path directory) {
    static final int ID_LENGTH = 16;

    /** The name of an object's directory: the first 16 hexadecimal digits of its UID's SHA-256. */
    static String id(String uid) {
        return Hashing.sha256()
                .hashString(uid, StandardCharsets.UTF_8)
                .toString()
                .substring(0, ID_LENGTH);
    }

    /** The directory's name, which names the network in other places, too. */
    String id() {
        return String.valueOf(directory.getFileName());
    }

    /** The recovery record. */
    Path record() {
        return directory.resolve("network.json");
    }

    /** The whole object as last observed. */
    Path status() {
        return directory.resolve("status.yaml");
    }

    /** slirp4netns's control socket. */
    Path apiSocket() {
        return directory.resolve("api.sock");
    }

    /** Output of slirp4netns. */
    Path log() {
        return directory.resolve("slirp4netns.log");
    }
}
