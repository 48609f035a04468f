package dev.rootlessnetwork.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.util.Optional;
import java.util.regex.Pattern;

/** Objects as YAML that people read, and that every YAML reader reads alike. */
public final class ObjectYaml {
    private static final ObjectMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .stringQuotingChecker(new Words())
            .build());

    private static final ObjectMapper READER =
            new YAMLMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private ObjectYaml() {}

    /** A whole object as one document, without a marker before it, ending with a line feed. */
    public static String write(RootlessNetwork object) {
        return writeValue(object);
    }

    /** The tree of an object, in the same form. */
    public static String write(JsonNode object) {
        return writeValue(object);
    }

    /** An object that was written; empty if it is garbled. */
    public static Optional<RootlessNetwork> read(String object) {
        try {
            return Optional.ofNullable(READER.readValue(object, RootlessNetwork.class))
                    .filter(read ->
                            read.getMetadata() != null && read.getMetadata().getName() != null);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static String writeValue(Object object) {
        try {
            return YAML.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object can always be written", e);
        }
    }

    /** Leaves the quotes away from words only: what begins with a digit may be a number to one reader or another. */
    private static final class Words extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;
        private static final Pattern WORD = Pattern.compile("[A-Za-z/]([-A-Za-z0-9._/ ]*[-A-Za-z0-9._/])?");

        @Override
        public boolean needToQuoteValue(String value) {
            return !WORD.matcher(value).matches() || super.needToQuoteValue(value);
        }
    }
}
