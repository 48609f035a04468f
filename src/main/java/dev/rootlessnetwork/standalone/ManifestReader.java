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
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads manifests: YAML or JSON, several documents in a file, each an object or a list of objects. */
public final class ManifestReader {
    /** 1000 objects with 1000 ports each would take more; nobody writes that by hand. */
    private static final int LARGEST_FILE = 16 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private ManifestReader() {}

    /** Reads a file; whatever is wrong with it is among the problems. Never blocks on what is no regular file. */
    public static ManifestFile read(Path file) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                return ManifestFile.broken(file, "is not a regular file");
            }
            byte[] bytes;
            try (InputStream input = Files.newInputStream(file)) {
                bytes = input.readNBytes(LARGEST_FILE + 1);
            }
            if (bytes.length > LARGEST_FILE) {
                return ManifestFile.broken(
                        file, "is larger than " + (LARGEST_FILE >> 20) + " MiB; divide it into several files");
            }
            return parse(file, decode(bytes));
        } catch (CharacterCodingException e) {
            return ManifestFile.broken(file, "is not UTF-8 text");
        } catch (NoSuchFileException e) {
            return ManifestFile.broken(file, "does not exist");
        } catch (AccessDeniedException e) {
            return ManifestFile.broken(file, "cannot be read: permission denied");
        } catch (IOException e) {
            return ManifestFile.broken(file, "cannot be read: " + e.getMessage());
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
