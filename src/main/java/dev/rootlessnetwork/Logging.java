package dev.rootlessnetwork;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.common.collect.Maps;
import dev.rootlessnetwork.launch.LogContext;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashCommonFieldNames;
import net.logstash.logback.fieldnames.LogstashFieldNames;
import org.slf4j.LoggerFactory;

/** Logging: to standard error only, set up in code because reading a file for it would delay every start. */
final class Logging {
    /** Messages end in key=value pairs of their own; what is known of the network that they are about follows. */
    private static final String PATTERN =
            "time=%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} level=%level logger=%logger{0} %msg" + ofNetwork();

    /** Libraries whose warnings are about what we deal with and tell of in words of our own. */
    private static final List<String> VERBOSE = List.of("io.fabric8", "okhttp3", "io.javaoperatorsdk");

    private Logging() {}

    private static String ofNetwork() {
        return LogContext.KEYS.stream()
                .map(key -> "%replace(%mdc{" + key + "}){'^(.+)$', ' " + key + "=$1'}")
                .collect(Collectors.joining());
    }

    /**
     * Sets up logging anew.
     *
     * @param fixed what each line tells besides
     */
    static void configure(LogLevel level, LogFormat format, PrintStream stream, Map<String, String> fixed) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Encoder<ILoggingEvent> encoder = format == LogFormat.json ? jsonEncoder(fixed) : textEncoder(fixed);
        encoder.setContext(context);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(new KeptOpen(stream));
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(level.name()));
        root.addAppender(appender);
        if (level != LogLevel.debug) {
            VERBOSE.forEach(name -> context.getLogger(name).setLevel(Level.OFF));
        }
    }

    private static LogstashEncoder jsonEncoder(Map<String, String> fixed) {
        LogstashEncoder encoder = new LogstashEncoder();
        encoder.setIncludeMdcKeyNames(LogContext.KEYS);
        LogstashFieldNames names = new LogstashFieldNames();
        names.setTimestamp("time");
        names.setVersion(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLevelValue(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setThread("thread");
        names.setLogger("logger");
        encoder.setFieldNames(names);
        encoder.setTimeZone("UTC");
        encoder.setCustomFields(JsonNodeFactory.instance
                .objectNode()
                .setAll(Maps.transformValues(fixed, TextNode::valueOf))
                .toString());
        return encoder;
    }

    private static PatternLayoutEncoder textEncoder(Map<String, String> fixed) {
        String pairs = fixed.entrySet().stream()
                .map(pair -> " " + pair.getKey() + "=" + pair.getValue())
                .collect(Collectors.joining());
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(PATTERN + escaped(pairs) + "%n");
        return encoder;
    }

    /** What a pattern prints as it stands. */
    private static String escaped(String text) {
        return text.replaceAll("[\\\\%()]", "\\\\$0");
    }

    /** Logging closes its stream when it is set up anew; others go on to write to it. */
    private static final class KeptOpen extends FilterOutputStream {
        KeptOpen(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
