/** What integration tests need of the world: real processes in real namespaces, and servers and commands inside them. */
@NullMarked
package dev.rootlessnetwork.testing;

import org.jspecify.annotations.NullMarked;
