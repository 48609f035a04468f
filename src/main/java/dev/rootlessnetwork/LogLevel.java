package dev.rootlessnetwork;

/** Severities of log lines, named as users write them. */
enum LogLevel {
    off,
    error,
    warn,
    info,
    debug,
    trace
}
