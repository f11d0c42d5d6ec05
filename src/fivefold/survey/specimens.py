"""Cells that one sees or hears, some of each answer."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.coded import missing_rows, objects
from fivefold.codecs.png import as_cell
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.kinds.binned import Binned
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of
from fivefold.survey.section import Medium, Section

SIDE = 96
"""Pixels of a picture, down and across, at most."""
SEEN, HEARD = 16, 6
"""Cells of a column that are shown, and that can be listened to."""
LONGEST = 200_000
"""Letters of a sound as base64, of which longer ones are only seen."""


def specimens(
    table: Table, columns: Sequence[Column], rows: Array, groups: Binned | None
) -> list[Section]:
    """A section for each column whose cells can be seen or heard.

    Args:
        table: of canonical values.
        columns: those that are looked at.
        rows: positions of rows whose answers may be looked at.
        groups: of all rows by their answers; None where nothing is predicted.
    """
    return [one for column in columns if (one := _some_of(table, column, rows, groups)) is not None]


def _some_of(table: Table, column: Column, rows: Array, groups: Binned | None) -> Section | None:
    kind = kind_of(column.kind)
    if type(kind).drawn is Kind.drawn:
        return None
    values = table.column(column.name)
    there = rows[~missing_rows(values[rows])]
    labels, place = (("",), np.zeros(len(values), np.int64)) if groups is None else groups[:2]
    media = list[Medium]()
    each = max(1, SEEN // len(labels))
    heard = 0
    for number, label in enumerate(labels):
        own = there[place[there] == number]
        own = own[np.linspace(0, len(own) - 1, min(each, len(own))).astype(int)]
        for row in own:
            words = f"row {row:,}: {label}" if label else f"row {row:,}"
            cell = values[row]
            sound = _sound(kind, cell, column) if heard < HEARD else None
            if sound is not None:
                heard += 1
                media.append(Medium("audio/wav", sound, words))
            elif (seen := kind.drawn(cell, column)) is not None:
                media.append(Medium("image/png", as_cell(small(seen, SIDE)), words))
    if not media:
        return None
    told = f"{len(media)} cells of `{column.name}`" + (" by their answers" if labels[0] else "")
    return Section(
        name=f"cells of {column.name}",
        title=f"Some of {column.name}",
        head="",
        told=(f"{told}.",),
        media=tuple(media),
    )


def _sound(kind: Kind, cell: object, column: Column) -> str | None:
    """A cell as base64 of a sound file; None where it is none, or long."""
    if kind.control != "sound":
        return None
    file: str = kind.to_json(objects([cell]), column)[0]
    return file if len(file) <= LONGEST else None


def small(picture: Array, side: int) -> Array:
    """`(height, width, channels)` of a picture, every so many pixels of it."""
    each = -(-max(picture.shape[:2]) // side)
    some = picture[::each, ::each]
    return some if some.ndim == 3 else some[:, :, None]
