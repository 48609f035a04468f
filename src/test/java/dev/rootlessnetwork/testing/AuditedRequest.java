package dev.rootlessnetwork.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A request as the API server's audit log tells of it. Texts are empty where they do not apply.
 *
 * @param id the same for all stages of one request
 * @param user such as {@code system:serviceaccount:demo:agent}
 * @param verb of RBAC: get, list, watch, create, update, patch, delete
 * @param resource plural, with its subresource: {@code rootlessnetworks/status}
 * @param code HTTP status of the answer
 */
public record AuditedRequest(
        String id, String user, String verb, String resource, String namespace, String name, int code) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads a line of the log (audit.k8s.io/v1, Event). */
    static AuditedRequest parse(String line) {
        try {
            JsonNode event = JSON.readTree(line);
            JsonNode object = event.path("objectRef");
            String subresource = object.path("subresource").asText();
            return new AuditedRequest(
                    event.path("auditID").asText(),
                    event.path("user").path("username").asText(),
                    event.path("verb").asText(),
                    object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
                    object.path("namespace").asText(),
                    object.path("name").asText(),
                    event.path("responseStatus").path("code").asInt());
        } catch (JsonProcessingException e) {
            throw new AssertionError("a line of the audit log: " + line, e);
        }
    }
}
