/** The container image, as far as it can be had without building one. */
@NullMarked
package dev.rootlessnetwork.image;

import org.jspecify.annotations.NullMarked;
