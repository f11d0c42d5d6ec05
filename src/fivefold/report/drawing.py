"""One style for every picture: colours, axes, and the way to SVG text."""

import hashlib
import io
import re
import threading
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from fivefold.core.digits import GROUPED, digits

INK = "#24292f"
MUTED = "#6e7781"
LINE = "#d0d7de"
BLUE = "#0072b2"
ORANGE = "#d55e00"
"""Ink and three hues of Okabe and Ito's palette, told apart by colour-blind readers too."""

WIDE = 4.8
"""Inches of a picture with names beside it: on a telephone letters stay as large as elsewhere."""

STYLE: Any = {
    "svg.hashsalt": "fivefold",
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "sans-serif"],
    "font.size": 9.0,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "text.color": INK,
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
}

_ONE_AT_A_TIME = threading.Lock()  # matplotlib's settings are global while a picture is drawn


def with_unit(name: str, unit: str) -> str:
    """What an axis shows, with its unit where there is one.

    Example:
        >>> with_unit("predicted", "USD"), with_unit("predicted", "")
        ('predicted, USD', 'predicted')
    """
    return f"{name}, {unit}" if unit else name


def draw(
    paint: Callable[[Axes], None], *, width: float = 4.6, height: float = 3.6, title: str = ""
) -> str:
    """A picture as SVG text, the same text for the same data.

    Args:
        paint: draws on the axes it is given.
        width: inches.
        height: inches.
        title: printed above on the left, and read out by screen readers.

    Returns:
        An `<svg>` element without XML prologue: text stays text, the background is transparent.
    """
    with _ONE_AT_A_TIME, matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # the reader's browser has the glyph
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        paint(axes)
        for axis in (axes.xaxis, axes.yaxis):
            largest = max(map(abs, axis.get_view_interval()))
            if largest >= GROUPED and isinstance(axis.get_major_formatter(), ScalarFormatter):
                axis.set_major_formatter(lambda value, _: digits(value))
                if axis is axes.xaxis:  # where longer words need room
                    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        if title:
            axes.set_title(title)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Title": title or None})
    return _tidied(text.getvalue())


def _tidied(svg: str) -> str:
    """Without prologue, and with ids that stay apart when a page holds several pictures."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', svg))
    mark = hashlib.sha256(svg.encode()).hexdigest()[:8]

    def kept(match: re.Match[str]) -> str:
        return f' id="{mark}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([\w.-]+)"', kept, svg)
    return re.sub(r'(href="#|url\(#)([\w.-]+)', rf"\g<1>{mark}-\g<2>", svg)
