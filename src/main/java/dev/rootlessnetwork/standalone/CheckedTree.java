package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.Violation;
import java.util.List;

/**
 * A tree of which only what fits the schema is left.
 *
 * @param violations what was taken out, and why
 */
record CheckedTree(ObjectNode json, List<Violation> violations) {}
