package dev.rootlessnetwork.standalone;

import java.util.ArrayList;
import java.util.List;

/** Rows with columns in line, as kubectl prints them. */
public final class TextTable {
    private static final String GAP = "   ";

    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(List<String> titles) {
        rows.add(List.copyOf(titles));
    }

    /** Adds a row; an empty cell is shown as {@code <none>}. */
    public void add(List<String> cells) {
        rows.add(cells.stream().map(cell -> cell.isEmpty() ? "<none>" : cell).toList());
    }

    /** The lines, the titles first. */
    public List<String> lines() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String cell = row.get(column);
                line.append(cell);
                if (column + 1 < columns) {
                    line.append(" ".repeat(widths[column] - cell.length())).append(GAP);
                }
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
