/**
 * The launcher core: compares what is wanted with what is observed, decides the steps, takes them, and keeps watch. It
 * knows no source of objects.
 */
@NullMarked
package dev.rootlessnetwork.launch;

import org.jspecify.annotations.NullMarked;
