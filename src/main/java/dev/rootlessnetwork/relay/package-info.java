/** The data plane of port handler rootlesskit: forwards ports of the host into targets, in a process of its own. */
@NullMarked
package dev.rootlessnetwork.relay;

import org.jspecify.annotations.NullMarked;
