/** The program: its commands and its configuration. */
@NullMarked
package dev.rootlessnetwork;

import org.jspecify.annotations.NullMarked;
