"""How answers move with the cells of columns, as small pictures side by side."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.report.drawing import BLUE, INK, LINE, MUTED, ORANGE
from fivefold.report.tables import shortened

if TYPE_CHECKING:
    import pandas as pd

GREEN = "#009e73"
COLOURS = (BLUE, ORANGE, GREEN)
"""Of answers that are drawn, at most so many."""

WIDTH, HEIGHT, GAP = 172.0, 124.0, 2
"""Points of a picture, of which so many stand side by side."""

TOP, LEFT, BOTTOM, RIGHT = 20.0, 40.0, 16.0, 10.0
NAMES, ROOM = 66.0, 13
"""Points beside a picture for the names of cells, and their letters."""

APART = 14.0
"""Points between the last number and what is missing."""


def dependence(table: "pd.DataFrame") -> str:
    """Effects on answers by column, all on one scale, as SVG text.

    Args:
        table: `partial_dependence`. Of more than three answers those are drawn that move most.
    """
    kept = _moving_most(table)
    drawn = table[table["answer_of"].isin(kept)]
    ends = [end for one in drawn["effect"] for end in (one.low, float(one), one.high)]
    known = [end for end in ends if np.isfinite(end)] + [0.0]
    low, high = min(known), max(known)
    margin = 0.04 * ((high - low) or 1.0)
    scale = (low - margin, high + margin)
    names = list(dict.fromkeys(drawn["column"]))
    down = -(-len(names) // GAP)
    head = 30.0 if len(kept) > 1 else 16.0
    size = GAP * WIDTH, down * HEIGHT + head + 2
    parts = [f"<title>{TITLE}</title>", _text(2, 11, TITLE, INK, size=10)]
    parts += _legend(kept) if len(kept) > 1 else []
    for number, name in enumerate(names):
        lines = drawn[drawn["column"] == name]
        across, below = number % GAP, number // GAP
        parts.append(f'<g transform="translate({across * WIDTH:g} {below * HEIGHT + head:g})">')
        parts.append(_text(LEFT, 13, shortened(name, 26), INK))
        ordered = lines["place"].notna().any()
        parts += (_curves if ordered else _levels)(lines, kept, scale)
        parts.append("</g>")
    box = f'width="{size[0]:g}pt" height="{size[1]:g}pt" viewBox="0 0 {size[0]:g} {size[1]:g}"'
    return f'<svg {box} font-family="DejaVu Sans, sans-serif">{"".join(parts)}</svg>'


TITLE = "How answers move"


def _moving_most(table: "pd.DataFrame") -> list[str]:
    """Answers that are drawn, in their order."""
    reach = table.assign(effect=table["effect"].astype(float)).groupby("answer_of")["effect"]
    spread = (reach.max() - reach.min()).sort_values(ascending=False, kind="stable")
    most = set(spread.index[: len(COLOURS)])
    return [name for name in dict.fromkeys(table["answer_of"]) if name in most]


def _legend(names: Sequence[str]) -> list[str]:
    room = GAP * WIDTH / len(names)
    return [
        _text(2 + room * place, 24, f"■ {shortened(name, int(room / 5))}", COLOURS[place])
        for place, name in enumerate(names)
    ]


def _curves(
    lines: "pd.DataFrame", kept: Sequence[str], scale: tuple[float, float]
) -> Iterator[str]:
    """A line and its band for each answer, over the numbers; what is missing as a dot."""
    missing = lines["place"].isna()
    places = lines["place"][~missing].to_numpy(float)
    right = WIDTH - RIGHT - (APART if missing.any() else 0.0)
    across = _scaled((float(places.min()), float(places.max())), (LEFT, right))
    down = _scaled(scale, (HEIGHT - BOTTOM, TOP))
    for value in _ticks(*scale):
        yield _rule(LEFT, down(value), WIDTH - RIGHT, down(value), strong=value == 0)
        yield _text(LEFT - 4, down(value) + 3, digits(value), MUTED, anchor="end", size=8)
    for place, name in enumerate(kept):
        mine = lines[lines["answer_of"] == name]
        there = mine[mine["place"].notna()]
        x = [across(value) for value in there["place"]]
        ends = [(one.low, one.high) for one in there["effect"]]
        if np.isfinite(ends).all():
            upper = [f"{a:.1f} {down(end[1]):.1f}" for a, end in zip(x, ends, strict=True)]
            lower = [f"{a:.1f} {down(end[0]):.1f}" for a, end in zip(x, ends, strict=True)]
            outline = " ".join([*upper, *lower[::-1]])
            yield f'<polygon style="fill: {COLOURS[place]};fill-opacity:.18" points="{outline}"/>'
        curve = " ".join(
            f"{a:.1f} {down(float(one)):.1f}" for a, one in zip(x, there["effect"], strict=True)
        )
        stroke = f"fill:none;stroke: {COLOURS[place]};stroke-width:1.6"
        yield f'<polyline style="{stroke}" points="{curve}"/>'
        for _, line in mine[mine["place"].isna()].iterrows():
            yield _dot(WIDTH - RIGHT, line["effect"], down, COLOURS[place], upright=True)
    first = lines[~missing].sort_values("place", kind="stable")
    ends_told = [_brief(first["value"].iloc[place]) for place in (0, -1)]
    yield _text(LEFT, HEIGHT - 5, ends_told[0], MUTED, size=8)
    yield _text(right, HEIGHT - 5, ends_told[1], MUTED, anchor="end", size=8)
    if missing.any():
        yield _text(WIDTH - RIGHT, TOP - 7, "missing", MUTED, anchor="end", size=8)


def _levels(
    lines: "pd.DataFrame", kept: Sequence[str], scale: tuple[float, float]
) -> Iterator[str]:
    """A dot and its interval for each answer, one line a cell."""
    names = list(dict.fromkeys(lines["value"]))
    across = _scaled(scale, (NAMES, WIDTH - RIGHT))
    down = _scaled((-0.5, len(names) - 0.5), (TOP, HEIGHT - BOTTOM))
    ticks = _ticks(*scale)
    few = ticks if len(ticks) < 4 else ticks[ticks.index(0.0) % 2 :: 2]
    for value in few:
        yield _rule(across(value), TOP, across(value), HEIGHT - BOTTOM, strong=value == 0)
        yield _text(across(value), HEIGHT - 5, digits(value), MUTED, anchor="middle", size=8)
    apart = 0.0 if len(kept) == 1 else 2.2
    for at, word in enumerate(names):
        yield _text(NAMES - 5, down(at) + 3, shortened(word, ROOM), INK, anchor="end", size=8)
        for place, name in enumerate(kept):
            mine = lines[(lines["answer_of"] == name) & (lines["value"] == word)]
            for _, line in mine.iterrows():
                y = down(at) + apart * (place - (len(kept) - 1) / 2)
                yield _dot(y, line["effect"], across, COLOURS[place], upright=False)


def _dot(place: float, effect: Any, scale: Any, colour: str, *, upright: bool) -> str:
    ends = [scale(end) for end in (effect.low, effect.high) if np.isfinite(end)]
    x, y = (place, scale(float(effect))) if upright else (scale(float(effect)), place)
    line = ""
    if len(ends) == 2:
        one, other = ends
        style = f"stroke: {colour};stroke-width:1.2"
        line = _line(x, one, x, other, style) if upright else _line(one, y, other, y, style)
    return f'{line}<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" style="fill: {colour}"/>'


def _brief(value: str) -> str:
    """A cell in a few letters, a number as people read it."""
    try:
        return digits(float(value))
    except ValueError:
        return shortened(value, ROOM)


def _scaled(values: tuple[float, float], room: tuple[float, float]) -> Any:
    """What takes a value to where it stands."""
    (low, high), (first, last) = values, room
    return lambda value: first + (last - first) * (value - low) / ((high - low) or 1.0)


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers between two, 0 among them."""
    step = 10.0 ** np.floor(np.log10((high - low) or 1.0))
    for part in (2.0, 1.0, 0.5, 0.25, 0.2):
        first = int(np.ceil(low / (step * part)))
        found: Array = np.arange(first, int(np.floor(high / (step * part))) + 1)
        if len(found) >= 3:
            return [round(float(one * step * part), 12) for one in found]
    return [0.0]


def _rule(x: float, y: float, to_x: float, to_y: float, *, strong: bool) -> str:
    return _line(x, y, to_x, to_y, f"stroke: {MUTED if strong else LINE};stroke-width:.6")


def _line(x: float, y: float, to_x: float, to_y: float, style: str) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" style="{style}"/>'


def _text(
    x: float, y: float, words: str, colour: str, *, anchor: str = "start", size: int = 9
) -> str:
    style = f"fill: {colour};font-size:{size}px"
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} style="{style}">{escape(words)}</text>'
