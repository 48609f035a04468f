/** The Helm chart: what it renders, and what it needs on a node. */
@NullMarked
package dev.rootlessnetwork.chart;

import org.jspecify.annotations.NullMarked;
