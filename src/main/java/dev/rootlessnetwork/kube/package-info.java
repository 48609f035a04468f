/**
 * The Kubernetes agent: a java-operator-sdk reconciler over the launcher core, and everything that is said to the API server.
 * The only place that talks to Kubernetes.
 */
@NullMarked
package dev.rootlessnetwork.kube;

import org.jspecify.annotations.NullMarked;
