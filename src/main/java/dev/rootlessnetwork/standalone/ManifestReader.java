package dev.rootlessnetwork.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads manifests: YAML or JSON, several documents in a file, each an object or a list of objects. */
public final class ManifestReader {
    /** 1000 objects with 1000 ports each would take more; nobody writes that by hand. */
    private static final int LARGEST_FILE = 16 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private ManifestReader() {}

    /** A file as it was read: enough to tell whether it has changed. */
    static final class Content {
        private final byte @Nullable [] bytes;
        private final ManifestFile file;

        private Content(byte @Nullable [] bytes, ManifestFile file) {
            this.bytes = bytes;
            this.file = file;
        }

        ManifestFile file() {
            return file;
        }
    }

    /** Reads a file; whatever is wrong with it is among the problems. Never blocks on what is no regular file. */
    public static ManifestFile read(Path file) {
        return readAgain(file, null).file();
    }

    /** Reads a file; gives {@code before} back if its bytes are the same. */
    static Content readAgain(Path file, @Nullable Content before) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                return new Content(null, ManifestFile.broken(file, "is not a regular file"));
            }
            byte[] bytes;
            try (InputStream input = Files.newInputStream(file)) {
                bytes = input.readNBytes(LARGEST_FILE + 1);
            }
            if (before != null && Arrays.equals(bytes, before.bytes)) {
                return before;
            }
            return new Content(bytes, parse(file, bytes));
        } catch (NoSuchFileException e) {
            return new Content(null, ManifestFile.broken(file, "does not exist"));
        } catch (AccessDeniedException e) {
            return new Content(null, ManifestFile.broken(file, "cannot be read: permission denied"));
        } catch (IOException e) {
            return new Content(null, ManifestFile.broken(file, "cannot be read: " + e.getMessage()));
        }
    }

    private static ManifestFile parse(Path file, byte[] bytes) {
        if (bytes.length > LARGEST_FILE) {
            return ManifestFile.broken(
                    file, "is larger than " + (LARGEST_FILE >> 20) + " MiB; divide it into several files");
        }
        try {
            return parse(file, decode(bytes));
        } catch (CharacterCodingException e) {
            return ManifestFile.broken(file, "is not UTF-8 text");
        }
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    /** Reads text as if it were in a file. */
    static ManifestFile parse(Path file, String text) {
        FileObjects objects = new FileObjects(file);
        try {
            for (Node document : YamlText.documents(text)) {
                objects.add(document);
            }
        } catch (YamlText.SyntaxException e) {
            return ManifestFile.broken(file, e.line(), String.valueOf(e.getMessage()));
        }
        return objects.file();
    }
}
