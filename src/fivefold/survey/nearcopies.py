"""Texts and pictures that are copies of one another, but for a little."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.coded import coded_of, missing_rows
from fivefold.codecs.copies import copies
from fivefold.codecs.png import as_cell
from fivefold.codecs.schema import Column
from fivefold.codecs.spots import outlines, picture_copies
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import per_cent
from fivefold.core.wording import plural
from fivefold.kinds.known import kind_of
from fivefold.survey.section import Medium, Section
from fivefold.survey.specimens import SIDE, small

ROWS = 100_000
"""That are looked at, at most, evenly spaced."""
FEWEST = 8
"""Words of a text that may be a copy: shorter ones are alike by chance."""
SHINGLE, LEAST = 3, 0.6
"""Words of a run, and the share of runs that copies have in common."""
LETTERS = 600
"""Of a text, by which it is known."""
TOLD, SHOWN, SEEN = 2, 50, 6


def near_copies(table: Table, columns: Sequence[Column], rows: Array) -> list[Section]:
    """A section for each column of texts or pictures, of which some are copies of others.

    Args:
        table: of canonical values.
        columns: those that are looked at.
        rows: positions.
    """
    some, found = rows[:: max(1, -(-len(rows) // ROWS))], list[Section | None]()
    for column in columns:
        kind, values = kind_of(column.kind), table.column(column.name)
        if kind.is_passage and values.dtype == object:
            found.append(_of_passages(column, values, some, len(rows)))
        elif kind.control == "picture":
            found.append(_of_pictures(column, values, some, len(rows)))
    return [one for one in found if one is not None]


def _of_passages(column: Column, values: Array, rows: Array, count: int) -> Section | None:
    """Groups of texts that share most of their runs of three words."""
    coded = coded_of(values)
    codes = coded.codes[rows]
    codes = codes[codes >= 0]
    repeats = np.bincount(codes, minlength=len(coded.values))
    texts = coded.values.tolist()
    there = [one for one in np.flatnonzero(repeats).tolist() if texts[one].count(" ") >= FEWEST - 1]
    if not there:
        return None
    group = copies([texts[one][:LETTERS] for one in there], shingle=SHINGLE, least=LEAST)
    near, counts = np.unique(group, return_counts=True)
    equal = int(repeats[there].sum()) - len(there)
    several = near[counts > 1]
    if not len(several) and not equal:
        return None
    first = np.full(len(coded.values) + 1, -1)
    first[coded.codes[rows][::-1]] = rows[::-1]
    members = {int(one): np.flatnonzero(group == one) for one in several[:SHOWN]}
    order = sorted(members, key=lambda one: -len(members[one]))
    lines = [_pair(one, members[one], there, texts, first) for one in order]
    told = f"`{column.name}`: {_counted(len(there) - len(near), 'cell')} nearly as another"
    told += f", {len(near[counts > 1]):,} groups in all" if len(several) > 1 else ""
    told += f"; {_counted(equal, 'cell')} equal to one" if equal else ""
    return Section(
        name=f"copies of {column.name}",
        title=f"Texts of {column.name} that are copies",
        head="copies",
        told=(f"{told}{_of(len(rows), count)}.",),
        rows=tuple(lines),
    )


def _pair(
    one: int, members: Array, there: list[int], texts: list[str], first: Array
) -> dict[str, Any]:
    """Two texts of a group, and how large it is."""
    a, b = (there[place] for place in members[:2])
    return {
        "row": int(first[a]),
        "copy": int(first[b]),
        "texts": len(members),
        "cell": texts[a][:LETTERS],
        "its copy": texts[b][:LETTERS],
    }


def _of_pictures(column: Column, values: Array, rows: Array, count: int) -> Section | None:
    """Pairs of pictures that are the same but for their size, their quality or a mirror."""
    kind = kind_of(column.kind)
    gone = missing_rows(values)
    drawn = (None if gone[row] else kind.drawn(values[row], column) for row in rows)
    pairs, likeness, group = picture_copies(outlines(drawn))
    if not len(pairs):
        return None
    order = np.argsort(-likeness, kind="stable")
    lines, media = list[dict[str, Any]](), list[Medium]()
    for place in order[:SHOWN]:
        one, other = (int(row) for row in rows[pairs[place]])
        lines.append({"row": one, "copy": other, "correlation": float(likeness[place])})
        for row in (one, other) if len(lines) <= SEEN else ():
            seen = kind.drawn(values[row], column)
            media += [] if seen is None else [_shown(seen, f"row {row:,}")]
    copied = len(group) - len(np.unique(group))
    groups = int((np.bincount(group) > 1).sum())
    told = f"`{column.name}`: {_counted(copied, 'picture')} nearly as another"
    told += f", {groups:,} groups in all" if groups > 1 else ""
    return Section(
        name=f"copies of {column.name}",
        title=f"Pictures of {column.name} that are copies",
        head="copies",
        told=(f"{told}{_of(len(rows), count)}.",),
        rows=tuple(lines),
        media=tuple(media),
    )


def _shown(seen: Array, words: str) -> Medium:
    return Medium("image/png", as_cell(small(seen, SIDE)), words)


def _counted(count: int, noun: str) -> str:
    return f"{plural(count, noun)} {'is' if count == 1 else 'are'}"


def _of(looked: int, count: int) -> str:
    """Of how many rows that is said, where it is not of all."""
    return f" (of {looked:,} rows, {per_cent(looked / count)})" if looked < count else ""
