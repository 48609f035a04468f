"""A chart of a Comparison as SVG: a panel for each measure, a bar for each forwarder. Readable on light and dark pages."""

from xml.sax.saxutils import escape

# key, title, whether more is better
PANELS = [
    ("up1", "1 stream up, Gbit/s", True),
    ("down1", "1 stream down, Gbit/s", True),
    ("up1.cpu", "CPU seconds per GiB up", False),
    ("down1.cpu", "CPU seconds per GiB down", False),
    ("rate1", "connections/s, 1 client", True),
    ("rate32", "connections/s, 32 clients", True),
    ("rate32.p99", "a connection of 32 clients, p99, ms", False),
    ("rtt1000.p50", "round trip with 1000 forwards, µs", False),
]
# Text and bars must keep their contrast on a page whose colours are not known: hence a background of our own, too.
STYLE = """
  svg { color-scheme: light dark; }
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .hint, .direct { fill: #59636e; }
  .page { fill: #ffffff; stroke: #d1d9e0; }
  .bar { fill: #afb8c1; }
  .limit { fill: none; stroke: #8c959f; stroke-dasharray: 3 2; }
  .ours { fill: #0969da; }
  text.ours { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .hint, .direct { fill: #9198a1; }
    .page { fill: #0d1117; stroke: #3d444d; }
    .bar { fill: #57606a; }
    .limit { stroke: #8b949e; }
    .ours { fill: #4493f8; }
  }
"""
WIDTH, MARGIN, GAP, COLUMNS = 780, 20, 30, 2
PANEL = (WIDTH - 2 * MARGIN - GAP) // COLUMNS
NAMES, VALUES = 86, 56  # room left of the bars, and right of the longest one
TITLE, ROW, BAR = 30, 20, 13


def text(x, y, kind, content, anchor="start"):
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def bar_kind(comparison, title):
    if title == comparison.ours:
        return "ours"
    return "limit" if title == "direct" else "bar"


def label(comparison, title, metric, figure):
    """Connections that failed are in no percentile, so they are told beside it."""
    failed = comparison.total(title, metric.key.split(".")[0] + ".errors")
    return metric.form.format(figure) + (f", {failed} failed" if failed and "p99" in metric.key else "")


def panel(comparison, titles, metric, heading, more_is_better, left, top):
    figures = [comparison.figure(title, metric) for title in titles]
    longest = max((figure for figure in figures if figure is not None), default=0) or 1
    hint = "more is better" if more_is_better else "less is better"
    yield text(left, top + 12, "title", heading)
    yield text(left + PANEL, top + 12, "hint", hint, "end")
    for number, (title, figure) in enumerate(zip(titles, figures)):
        y = top + TITLE + number * ROW
        kind = bar_kind(comparison, title)
        yield text(left + NAMES - 8, y + 11, "ours" if kind == "ours" else "direct", title, "end")
        if figure is None:
            yield text(left + NAMES, y + 11, "hint", "fails")
            continue
        width = max(1, figure / longest * (PANEL - NAMES - VALUES))
        yield f'<rect x="{left + NAMES}" y="{y + .5}" width="{width:.1f}" height="{BAR}" rx="2" class="{kind}"/>'
        yield text(f"{left + NAMES + width + 6:.1f}", y + 11, kind if kind == "ours" else "", label(comparison, title, metric, figure))


def svg(comparison):
    metrics = {metric.key: metric for metric in comparison.metrics}
    body, top = [], MARGIN
    for first in range(0, len(PANELS), COLUMNS):
        height = 0
        for column, (key, heading, more_is_better) in enumerate(PANELS[first:first + COLUMNS]):
            titles = [title for title in comparison.titles if comparison.values[title, key]]
            if titles:
                body += panel(comparison, titles, metrics[key], heading, more_is_better, MARGIN + column * (PANEL + GAP), top)
                height = max(height, TITLE + ROW * len(titles) + 16)
        top += height
    height = top + MARGIN - 16
    page = f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="6" class="page"/>'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
        ' aria-label="Port forwarders compared">', f"<style>{STYLE}</style>", page, *body, "</svg>", ""])
