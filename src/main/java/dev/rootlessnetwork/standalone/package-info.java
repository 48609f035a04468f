/** Manifest files as the source of objects: reading, watching, and running what they hold, without a cluster. */
@NullMarked
package dev.rootlessnetwork.standalone;

import org.jspecify.annotations.NullMarked;
