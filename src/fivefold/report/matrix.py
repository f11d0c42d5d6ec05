"""A square of numbers as a picture: with its names where they can be read, and small for many."""

from base64 import b64encode
from html import escape
from io import BytesIO

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.wording import printable
from fivefold.report.bars import HEIGHT, SLOT
from fivefold.report.tables import shortened
from fivefold.survey.section import Bars, Matrix

NAMED = 30
"""Names that one can read; of more columns those with the largest numbers have theirs."""
CELL, ROOM, LETTER = 20, 172, 12
"""Pixels of a cell, of the names beside them, and of their letters."""
LEAST = 0.1
STEPS = 9
"""Shades that are told apart."""
LEGEND = "<div><small>Blue: both rise, or one tells the other; orange: one falls.</small></div>"
TOUCHED = 2
"""Pixels of a cell where there are many, at least."""
SIGNS = (("+", "var(--blue,#0072b2)", (0, 114, 178)), ("-", "var(--orange,#d55e00)", (213, 94, 0)))


def drawn_of(picture: Matrix | Bars, *, label: str) -> str:
    """The picture as HTML: an SVG, and an image of all where there are too many names."""
    if isinstance(picture, Bars):
        return _bars(picture)
    shown = f"{_square(picture.largest(NAMED), label)}{LEGEND}"
    if len(picture.names) <= NAMED:
        return shown
    many = f"{label}: all {len(picture.names):,} columns"
    told = f"<div>{NAMED} columns with the largest, and all {len(picture.names):,}:</div>"
    return f"{told}{shown}{_small(picture.values, many)}"


def _square(matrix: Matrix, label: str) -> str:
    """The half below the diagonal: a name and a number a row, the number above its column."""
    count = len(matrix.names)
    width, height = ROOM + CELL * count, CELL * (count + 1)
    parts = [f"<title>{escape(label)}</title>"]
    values = np.nan_to_num(matrix.values)
    for sign, colour, _ in SIGNS:
        far = values if sign == "+" else -values
        level = np.ceil(np.clip(far, 0, 1) * STEPS).astype(int) * (far >= LEAST)
        for step in range(1, STEPS + 1):
            cells = np.argwhere(np.tril(level == step, -1))
            path = "".join(
                f"M{ROOM + CELL * column} {CELL * (row + 1)}h{CELL - 1}v{CELL - 1}h-{CELL - 1}z"
                for row, column in cells.tolist()
            )
            style = f"fill:{colour};fill-opacity:{step / STEPS:.2f}"
            parts += [f'<path style="{style}" d="{path}"/>'] if path else []
    ink = f'font-size="{LETTER}" style="fill:currentColor"'
    for place, name in enumerate(matrix.names):
        down, middle = CELL * (place + 1) + 14, ROOM + CELL * place + CELL // 2
        told = escape(f"{place + 1}  {shortened(printable(name), 22)}")
        parts.append(f'<text x="0" y="{down}" {ink}>{told}</text>')
        if place < count - 1:
            head = f'<text x="{middle}" y="{down - CELL}" text-anchor="middle" {ink}>'
            parts.append(f"{head}{place + 1}</text>")
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg role="img" {size}>{"".join(parts)}</svg>'


def _small(values: Array, label: str) -> str:
    """All of it as a PNG: blue where numbers are above 0, orange where below."""
    from PIL import Image

    known = np.nan_to_num(values)
    pixels = np.zeros((*known.shape, 4), np.uint8)
    for sign, _, colour in SIGNS:
        inside = known > 0 if sign == "+" else known < 0
        pixels[inside, :3] = colour
    pixels[:, :, 3] = np.rint(255 * np.sqrt(np.clip(np.abs(known), 0, 1)))
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    side = max(TOUCHED * len(known), 300) if len(known) < 300 else len(known)
    return (
        f'<img alt="{escape(label)}" width="{side}" height="{side}" '
        'style="image-rendering:pixelated;border:1px solid #8884;margin:.5em 0" '
        f'src="data:image/png;base64,{b64encode(file.getvalue()).decode()}">'
    )


def _bars(picture: Bars) -> str:
    """Rows by moment, from left to right, with the first and the last below."""
    counts = picture.counts
    slot = SLOT // 2 - 1
    width, most = slot * len(counts), max(int(counts.max(initial=0)), 1)
    heights = np.ceil(HEIGHT * counts / most).astype(int).tolist()
    path = "".join(
        f"M{slot * place} {HEIGHT}v-{high}h{slot - 1}v{high}"
        for place, high in enumerate(heights)
        if high
    )
    first, last = (escape(end) for end in picture.ends)
    ink = f'font-size="{LETTER}" style="fill:currentColor" y="{HEIGHT + LETTER + 2}"'
    label = f"{printable(picture.name)} from {first} to {last}"
    return (
        f'<svg role="img" width="{width}" height="{HEIGHT + LETTER + 6}"><title>{escape(label)}'
        f'</title><path style="fill:{SIGNS[0][1]}" d="{path}"/><text x="0" {ink}>{first}</text>'
        f'<text x="{width}" text-anchor="end" {ink}>{last}</text></svg>'
    )
