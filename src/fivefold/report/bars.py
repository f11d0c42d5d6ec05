"""Histograms that are small enough to stand in a line: of letters, and of rectangles."""

from html import escape

import numpy as np

from fivefold.codecs.table import Array

LETTERS = "▁▂▃▄▅▆▇█"
PLAIN = str.maketrans(LETTERS + "…", "_.,-=+*#~")
"""What stands for letters that a terminal does not know."""

COLOURS = (
    "var(--blue,#0072b2)",
    "var(--orange,#d55e00)",
    "var(--green,#009e73)",
    "var(--muted,#6e7781)",
)
"""One a group: those of the page, or fixed ones where there is no page."""

SLOT, HEIGHT = 12, 28
"""Pixels that a bin is wide, and the largest bar high."""


def sparks(counts: Array) -> str:
    """One letter a bin, the higher the more rows; a blank where there are none.

    Example:
        >>> sparks(np.array([1, 0, 4, 8]))
        '▁ ▄█'
    """
    most = max(int(counts.max(initial=0)), 1)
    levels = np.ceil(len(LETTERS) * counts / most).astype(int)
    return "".join(LETTERS[level - 1] if level else " " for level in levels.tolist())


def bars(counts: Array, *, label: str) -> str:
    """A picture of a histogram; of several groups side by side, each by its own share of rows.

    Args:
        counts: `(bins, groups)` rows.
        label: what stands in its place where it is not seen, and beside a pointer; text.

    Returns:
        SVG of about a thousand letters at most; empty without a bin.
    """
    bins, groups = counts.shape
    if not bins or not counts.any():
        return ""
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    heights = np.ceil(HEIGHT * shares / shares.max()).astype(int)
    width = (SLOT - 1) // groups
    drawn = []
    for group in range(groups):
        lines = "".join(
            f"M{SLOT * bin + width * group} {HEIGHT}v-{high}h{width}v{high}"
            for bin, high in enumerate(heights[:, group].tolist())
            if high
        )
        drawn.append(f'<path style="fill:{COLOURS[group]}" d="{lines}"/>' if lines else "")
    size = f'width="{SLOT * bins}" height="{HEIGHT}"'
    return f'<svg role="img" {size}><title>{escape(label)}</title>{"".join(drawn)}</svg>'
