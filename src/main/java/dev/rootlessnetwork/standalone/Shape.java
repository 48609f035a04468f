package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a field may hold. Read off the records of the custom resource, so that both cannot drift apart. */
sealed interface Shape {
    /** A string. */
    record Text() implements Shape {}

    /** A whole number within the bounds, both included. */
    record Whole(long smallest, long largest) implements Shape {}

    /** True or false. */
    record Flag() implements Shape {}

    /** Strings by any key. */
    record Texts() implements Shape {}

    /** Any number of the same. */
    record ListOf(Shape element) implements Shape {}

    /** An object with these fields and no others, in this order. */
    record Fields(Map<String, Shape> byName) implements Shape {}

    /** The shape that a record declares by its components. */
    static Fields ofRecord(Class<?> type) {
        Map<String, Shape> byName = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
            byName.put(renamed == null ? component.getName() : renamed.value(), of(component.getGenericType()));
        }
        return new Fields(byName);
    }

    private static Shape of(Type type) {
        if (type == String.class) {
            return new Text();
        }
        if (type == Integer.class || type == int.class) {
            return new Whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == Long.class || type == long.class) {
            return new Whole(Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == Boolean.class || type == boolean.class) {
            return new Flag();
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return new ListOf(of(list.getActualTypeArguments()[0]));
        }
        if (type instanceof Class<?> record && record.isRecord()) {
            return ofRecord(record);
        }
        throw new IllegalStateException("no manifest can hold a " + type);
    }
}
