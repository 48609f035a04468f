/** What an agent tells of itself by HTTP: whether it lives and is ready, and its figures in the form of Prometheus. */
@NullMarked
package dev.rootlessnetwork.metrics;

import org.jspecify.annotations.NullMarked;
