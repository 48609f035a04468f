package dev.rootlessnetwork.launch;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.Target;
import java.io.IOException;

/** Recovery records as JSON. */
final class RecordFormat {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addMixIn(Target.class, TargetAsJson.class)
            .addMixIn(Ipv4Cidr.class, CidrAsJson.class)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private RecordFormat() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Target.Pid.class, name = "pid"),
        @JsonSubTypes.Type(value = Target.PidFile.class, name = "pidFile"),
        @JsonSubTypes.Type(value = Target.NetnsPath.class, name = "netnsPath")
    })
    @JsonAutoDetect(
            getterVisibility = JsonAutoDetect.Visibility.NONE,
            isGetterVisibility = JsonAutoDetect.Visibility.NONE)
    private interface TargetAsJson {}

    private interface CidrAsJson {
        @JsonCreator
        static Ipv4Cidr parse(String text) {
            return Ipv4Cidr.parse(text);
        }

        @JsonValue
        @Override
        String toString();
    }

    static byte[] write(NetworkRecord record) throws IOException {
        return JSON.writeValueAsBytes(record);
    }

    /** @throws IOException if the text is no record, or one of another format */
    static NetworkRecord read(byte[] json) throws IOException {
        NetworkRecord record = JSON.readValue(json, NetworkRecord.class);
        if (record == null || record.format() != NetworkRecord.FORMAT) {
            throw new IOException("not a record of format " + NetworkRecord.FORMAT);
        }
        return record;
    }
}
