package dev.rootlessnetwork;

/** Forms of what commands print, named as users write them. */
enum OutputFormat {
    text,
    wide,
    yaml,
    json
}
