package dev.rootlessnetwork.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** YAML 1.2, and with it JSON, as trees whose nodes know their lines. */
final class YamlText {
    /** The parser calls itself for each level; a manifest has less than ten. */
    static final int MOST_LEVELS = 100;

    private static final int MOST_ALIASES = 50;

    private YamlText() {}

    /** The text is not YAML. */
    static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int line;

        SyntaxException(int line, String message) {
            super(message);
            this.line = line;
        }

        /** From 1; 1 also if it cannot be told. */
        int line() {
            return line;
        }
    }

    /** The documents of a text, without those that are empty. */
    static List<Node> documents(String text) throws SyntaxException {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setMaxAliasesForCollections(MOST_ALIASES)
                .setCodePointLimit(Integer.MAX_VALUE) // the file's size is bounded already
                .build();
        try {
            refuseDepth(settings, text);
            List<Node> documents = new ArrayList<>();
            for (Node document : new Compose(settings).composeAllFromString(text)) {
                if (!document.getTag().equals(Tag.NULL)) {
                    ExpandedSize.check(document);
                    documents.add(document);
                }
            }
            return documents;
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            throw new SyntaxException(mark == null ? 1 : mark.getLine() + 1, explain(e));
        } catch (ReaderException e) {
            throw new SyntaxException(
                    lineAt(text, e.getPosition()),
                    String.format("not YAML: it holds the control character U+%04X", e.getCodePoint()));
        } catch (YamlEngineException e) {
            throw new SyntaxException(1, "not YAML: " + e.getMessage());
        }
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private static void refuseDepth(LoadSettings settings, String text) throws SyntaxException {
        int levels = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> levels++;
                case MappingEnd, SequenceEnd -> levels--;
                default -> {}
            }
            if (levels > MOST_LEVELS) {
                Optional<Mark> mark = event.getStartMark();
                throw new SyntaxException(
                        mark.map(where -> where.getLine() + 1).orElse(1),
                        "nested deeper than " + MOST_LEVELS + " levels");
            }
        }
    }

    private static String explain(MarkedYamlEngineException e) {
        String context = e.getContext();
        String problem = e.getProblem();
        return "not YAML: " + (context == null || context.isEmpty() ? "" : context + ": ") + problem;
    }

    private static int lineAt(String text, int codePoints) {
        return (int) text.codePoints()
                        .limit(codePoints)
                        .filter(codePoint -> codePoint == '\n')
                        .count()
                + 1;
    }
}
