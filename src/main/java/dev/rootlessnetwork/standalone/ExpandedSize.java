package dev.rootlessnetwork.standalone;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * How large a tree is whose aliases are written out. A few lines of aliases of aliases stand for billions of nodes, and
 * an alias inside of what it names for endless ones.
 */
final class ExpandedSize {
    private static final int MOST_NODES = 1_000_000;

    private final IdentityHashMap<Node, Size> known = new IdentityHashMap<>();

    private ExpandedSize() {}

    private record Size(long nodes, int levels) {}

    /** @throws YamlText.SyntaxException if whoever walks the tree would not come to an end soon */
    static void check(Node document) throws YamlText.SyntaxException {
        new ExpandedSize().of(document, 1);
    }

    private Size of(Node node, int level) throws YamlText.SyntaxException {
        Size size = known.get(node);
        if (size == null) {
            long nodes = 1;
            int levels = 1;
            refuseTooLarge(node, nodes, level);
            for (Node child : children(node)) {
                Size below = of(child, level + 1);
                nodes += below.nodes();
                levels = Math.max(levels, below.levels() + 1);
                refuseTooLarge(node, nodes, level);
            }
            size = new Size(nodes, levels);
            known.put(node, size);
        }
        refuseTooLarge(node, size.nodes(), level + size.levels() - 1);
        return size;
    }

    private static void refuseTooLarge(Node node, long nodes, int level) throws YamlText.SyntaxException {
        if (nodes > MOST_NODES || level > YamlText.MOST_LEVELS) {
            throw new YamlText.SyntaxException(
                    YamlText.line(node), "too large or too deep with its aliases written out; write it without them");
        }
    }

    private static List<Node> children(Node node) {
        if (node instanceof MappingNode mapping) {
            return mapping.getValue().stream()
                    .flatMap(tuple -> Stream.of(tuple.getKeyNode(), tuple.getValueNode()))
                    .toList();
        }
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }
}
