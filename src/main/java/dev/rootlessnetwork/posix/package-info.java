/**
 * The system calls that Java has no words for, each under its POSIX or Linux name, with descriptors that have owners and
 * failures that keep their errno. Decides nothing and logs nothing.
 */
@NullMarked
package dev.rootlessnetwork.posix;

import org.jspecify.annotations.NullMarked;
