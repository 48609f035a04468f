package dev.rootlessnetwork.api;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How Flux, Argo CD's health checks of this kind, and {@code kubectl wait}'s like judge an object that they know nothing special of: the
 * rules of sigs.k8s.io/cli-utils, pkg/kstatus/status (Compute, checkGenericProperties, checkReadyCondition; v0.37.2).
 */
enum Kstatus {
    InProgress,
    Failed,
    Current,
    Terminating;

    private static final String TRUE = "True";

    static Kstatus of(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        JsonNode status = object.path("status");
        if (!metadata.path("deletionTimestamp").asText().isEmpty()) {
            return Terminating;
        }
        boolean comparable = metadata.has("generation") && status.has("observedGeneration");
        if (comparable
                && metadata.get("generation").asLong()
                        != status.get("observedGeneration").asLong()) {
            return InProgress;
        }
        // The first in the order of the list decides.
        for (JsonNode condition : status.path("conditions")) {
            if (is("Reconciling", condition) && isTrue(condition)) {
                return InProgress;
            }
            if (is("Stalled", condition) && isTrue(condition)) {
                return Failed;
            }
        }
        for (JsonNode condition : status.path("conditions")) {
            if (is("Ready", condition)) {
                return isTrue(condition) ? Current : InProgress;
            }
        }
        return Current;
    }

    private static boolean is(String type, JsonNode condition) {
        return condition.path("type").asText().equals(type);
    }

    private static boolean isTrue(JsonNode condition) {
        return condition.path("status").asText().equals(TRUE);
    }
}
