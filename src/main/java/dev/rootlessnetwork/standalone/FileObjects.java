package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkSpec;
import dev.rootlessnetwork.network.Violation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Collects the objects of a file. What is wrong with the form of a spec goes to its object; what leaves open which object
 * is meant, or whether one is, goes to the file.
 */
final class FileObjects {
    private static final String API_VERSION = RootlessNetwork.GROUP + "/" + RootlessNetwork.VERSION;
    private static final Shape SPEC = Shape.ofRecord(RootlessNetworkSpec.class);
    private static final Set<String> FIELDS = Set.of("apiVersion", "kind", "metadata", "spec", "status");
    private static final Set<String> LISTS = Set.of("List", RootlessNetwork.KIND + "List");

    private final Path file;
    private final List<Manifest> manifests = new ArrayList<>();
    private final List<ManifestProblem> problems = new ArrayList<>();
    private boolean sound = true;
    private boolean empty = true;

    FileObjects(Path file) {
        this.file = file;
    }

    /** All that was collected. */
    ManifestFile file() {
        if (empty) {
            return ManifestFile.broken(file, "holds no object");
        }
        return new ManifestFile(file, manifests, problems, sound);
    }

    /** Adds a document: an object, or a list of objects. */
    void add(Node document) {
        empty = false;
        NodeReader reader = new NodeReader(YamlText.line(document));
        if (!(document instanceof MappingNode)) {
            unsound(YamlText.line(document), "", "expected an object with apiVersion, kind, metadata and spec");
            return;
        }
        Map<String, Node> fields = reader.entries(document, "");
        String kind = scalar(fields.get("kind"));
        if (kind != null && LISTS.contains(kind) && fields.get("items") instanceof SequenceNode items) {
            items.getValue().forEach(this::add);
            return;
        }
        addObject(fields, reader);
    }

    private void addObject(Map<String, Node> fields, NodeReader reader) {
        String version = scalar(fields.get("apiVersion"));
        String kind = scalar(fields.get("kind"));
        if (!isOurs(version, kind, reader)) {
            return;
        }
        fields.keySet().stream()
                .filter(name -> !FIELDS.contains(name))
                .forEach(name -> reader.refuse(name, "unknown field" + NearestName.hint(name, FIELDS)));
        int before = reader.violations().size();
        ObjectNode metadata = Metadata.read(fields.get("metadata"), reader);
        List<Violation> all = reader.violations();
        if (all.size() > before) {
            all.subList(before, all.size())
                    .forEach(violation ->
                            unsound(reader.line(violation.field()), violation.field(), violation.message()));
            return;
        }
        Node specNode = fields.get("spec");
        JsonNode spec = specNode == null ? null : reader.read(specNode, SPEC, "spec");
        if (spec == null && reader.violations().stream().noneMatch(FileObjects::isAboutSpec)) {
            reader.refuse("spec", "is missing");
        }
        RootlessNetwork object = ObjectTree.toObject(metadata, spec);
        manifests.add(new Manifest(file, object, object.generation(), reader.violations(), reader.lines()));
    }

    private static boolean isAboutSpec(Violation violation) {
        return violation.field().equals("spec");
    }

    private boolean isOurs(@Nullable String version, @Nullable String kind, NodeReader reader) {
        if (kind == null || version == null) {
            String missing = kind == null ? "kind" : "apiVersion";
            String value = kind == null ? RootlessNetwork.KIND : API_VERSION;
            unsound(reader.line(missing), missing, "is missing; expected " + value);
            return false;
        }
        if (version.equals(API_VERSION) && kind.equals(RootlessNetwork.KIND)) {
            return true;
        }
        boolean ourGroup = version.startsWith(RootlessNetwork.GROUP + "/");
        if (ourGroup && !version.equals(API_VERSION)) {
            unsound(
                    reader.line("apiVersion"),
                    "apiVersion",
                    "unknown version \"" + version + "\"; expected " + API_VERSION);
        } else {
            String message = "\"" + kind + "\" of " + version + " is not served here; expected " + RootlessNetwork.KIND
                    + " of " + API_VERSION;
            problems.add(new ManifestProblem(file, reader.line("kind"), "kind", message));
            // Objects of others may lie beside ours. But where only one of the two is off, one of ours may be meant.
            sound &= !ourGroup && !kind.equals(RootlessNetwork.KIND);
        }
        return false;
    }

    private void unsound(int line, String field, String message) {
        problems.add(new ManifestProblem(file, line, field, message));
        sound = false;
    }

    private static @Nullable String scalar(@Nullable Node node) {
        return node instanceof ScalarNode scalar && !scalar.getValue().isEmpty() ? scalar.getValue() : null;
    }
}
