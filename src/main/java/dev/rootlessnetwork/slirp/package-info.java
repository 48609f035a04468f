/** slirp4netns itself: finding it, what it can do, its command line, getting it ready, and its API socket. */
@NullMarked
package dev.rootlessnetwork.slirp;

import org.jspecify.annotations.NullMarked;
