/** What the test suites of the peers assert, asserted of us; docs/conformance.md has the table. */
@NullMarked
package dev.rootlessnetwork.conformance;

import org.jspecify.annotations.NullMarked;
