package dev.rootlessnetwork.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.Target;
import java.io.IOException;

/** Recovery records as JSON. */
final class RecordFormat {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new SimpleModule()
                    .addSerializer(Ipv4Cidr.class, ToStringSerializer.instance)
                    .addDeserializer(Ipv4Cidr.class, new CidrDeserializer()))
            .addMixIn(Target.class, TargetAsJson.class)
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
    private interface TargetAsJson {}

    private static final class CidrDeserializer extends FromStringDeserializer<Ipv4Cidr> {
        private static final long serialVersionUID = 1L;

        CidrDeserializer() {
            super(Ipv4Cidr.class);
        }

        @Override
        protected Ipv4Cidr _deserialize(String text, DeserializationContext context) {
            return Ipv4Cidr.parse(text);
        }
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
