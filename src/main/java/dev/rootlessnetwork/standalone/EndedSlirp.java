package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Corrects a stored status whose slirp4netns has ended since it was written. */
final class EndedSlirp {
    private static final String REASON = "SlirpExited";

    private EndedSlirp() {}

    /**
     * Makes the status tell that nothing runs.
     *
     * @param pid of the slirp4netns that has ended
     * @param operatorRuns whether somebody is there to start it again
     */
    static void correct(ObjectNode object, int pid, boolean operatorRuns, Instant now) {
        ObjectNode status = (ObjectNode) object.get("status");
        String message = "slirp4netns (process " + pid + ") has ended"
                + (operatorRuns
                        ? "; the operator has not told of it yet"
                        : " while no operator runs; 'rootlessnet run' on this state directory starts it again");
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        ArrayNode conditions = status.putArray("conditions");
        for (String type : List.of("Ready", "SlirpReady", "PortsReady", "Reconciling")) {
            conditions
                    .addObject()
                    .put("type", type)
                    .put("status", type.equals("Reconciling") ? "True" : "False")
                    .put("reason", REASON)
                    .put("message", message)
                    .put("lastTransitionTime", time)
                    .set("observedGeneration", status.path("observedGeneration"));
        }
        JsonNode restarts = status.path("slirp4netns").path("restarts");
        status.putObject("slirp4netns").put("restarts", restarts.asInt());
        status.remove("network");
        for (JsonNode port : status.path("ports")) {
            ((ObjectNode) port).put("state", "Pending").put("reason", REASON).put("message", message);
        }
        status.put("portsActive", "0/" + status.path("ports").size());
    }
}
