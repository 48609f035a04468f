/**
 * The desired state of a network as values: what an object asks for, parsed and checked, free of Kubernetes and of the
 * machine it will run on.
 */
@NullMarked
package dev.rootlessnetwork.network;

import org.jspecify.annotations.NullMarked;
