/**
 * Host ports: who claims them, whether they are free, which ones to choose, and how they are led into a target by
 * slirp4netns.
 */
@NullMarked
package dev.rootlessnetwork.port;

import org.jspecify.annotations.NullMarked;
