package dev.rootlessnetwork.relay;

/** Why a client was not served. */
enum Refusal {
    NOBODY_LISTENS("nothing listens on the target's port: start the server, or mend containerPort"),
    UNREACHABLE("the target's port could not be reached"),
    TOO_MANY_CONNECTIONS("too many connections of one network: more wait until some end, or raise RLIMIT_NOFILE"),
    OUT_OF_DESCRIPTORS("out of descriptors or memory: new connections wait until some are free"),
    TOO_MANY_FLOWS("too many UDP flows of one network: new clients are not served until some are idle");

    private final String words;

    Refusal(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
