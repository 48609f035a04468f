/**
 * The custom resource {@code RootlessNetwork} and its two mappings: from a spec to what the launcher is asked for, and from
 * what the launcher observed to a status.
 */
@NullMarked
package dev.rootlessnetwork.api;

import org.jspecify.annotations.NullMarked;
