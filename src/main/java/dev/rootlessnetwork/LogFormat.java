package dev.rootlessnetwork;

/** Forms of log lines, named as users write them. */
enum LogFormat {
    text,
    json
}
