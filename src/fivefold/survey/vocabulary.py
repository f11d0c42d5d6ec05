"""Words of texts: those that most rows have, and those that go with an answer."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import per_cent
from fivefold.kinds.binned import Binned
from fivefold.kinds.known import kind_of
from fivefold.survey.section import Section

ROWS = 4096
"""That are read, evenly spaced."""
WORDS, TOLD = 30, 5
"""Of the table, and of a sentence, for each answer."""
FEWEST = 5
"""Rows that a word must stand in."""
SURE = 3.3
"""Deviations from chance beyond which a word goes with an answer, of thousands that are tried."""
_WORD = re.compile(r"[^\W\d_]{2,}")


def vocabulary(
    table: Table, columns: Sequence[Column], rows: Array, groups: Binned | None
) -> list[Section]:
    """A section for each column of texts.

    Args:
        table: of canonical values.
        columns: those that are looked at.
        rows: positions of rows whose answers may be looked at.
        groups: of all rows by their answers; None where nothing is predicted.

    Reference:
        Monroe, Colaresi and Quinn, Fightin' Words, Political Analysis 16, 2008.
    """
    some, found = rows[:: max(1, -(-len(rows) // ROWS))], list[Section | None]()
    for column in columns:
        kind, values = kind_of(column.kind), table.column(column.name)
        if kind.is_passage and "words" in kind.sizes(values[:1], column):
            found.append(_of_column(column.name, values[some], some, groups))
    return [one for one in found if one is not None]


def _of_column(name: str, texts: Array, rows: Array, groups: Binned | None) -> Section | None:
    labels, place = (("",), np.zeros(len(rows), np.int64)) if groups is None else groups[:2]
    of = place if groups is None else place[rows]
    counts = [Counter[str]() for _ in labels]
    sizes = np.zeros(len(labels))
    for text, group in zip(texts.tolist(), of.tolist(), strict=True):
        if text is not None and group >= 0:
            counts[group].update(set(_WORD.findall(text.lower())))
            sizes[group] += 1
    every = sum(counts, Counter[str]())
    common = [word for word, count in every.most_common(WORDS) if count >= FEWEST]
    if not common:
        return None
    read = int(sizes.sum())
    listed = ", ".join(f"{word} {per_cent(every[word] / read)}" for word in common[:TOLD])
    told = [f"Commonest in `{name}`: {listed}."]
    telling = dict[str, list[str]]()
    if len(labels) > 1 and (sizes > 0).sum() > 1:
        words = [word for word, count in every.items() if count >= FEWEST]
        table = np.array([[each[word] for word in words] for each in counts], float)
        for number, label in enumerate(labels):
            far = _far(table[number], sizes[number], table.sum(axis=0), sizes.sum())
            best = [one for one in np.argsort(-far, kind="stable")[:TOLD] if far[one] > SURE]
            if best:
                telling[label] = [words[one] for one in best]
                told.append(f"Where {label}: {', '.join(telling[label])}.")
    named = list(dict.fromkeys([*(w for each in telling.values() for w in each), *common]))
    lines = [_line(word, every, counts, labels, sizes) for word in named]
    return Section(
        name=f"words of {name}",
        title=f"Words of {name}",
        head="words",
        told=tuple(told),
        rows=tuple(lines),
    )


def _far(rows: Array, size: float, every: Array, total: float) -> Array:
    """`(words,)` how much likelier each is here than elsewhere, in deviations."""
    others, rest = every - rows, total - size
    odds = np.log((rows + 0.5) / (size - rows + 0.5)) - np.log(
        (others + 0.5) / (rest - others + 0.5)
    )
    spread = np.sqrt(1 / (rows + 0.5) + 1 / (others + 0.5))
    return np.asarray(odds / spread)


def _line(
    word: str,
    every: Counter[str],
    counts: Sequence[Counter[str]],
    labels: tuple[str, ...],
    sizes: Array,
) -> dict[str, Any]:
    line: dict[str, Any] = {"word": word, "share of texts": every[word] / max(1, sizes.sum())}
    if len(labels) > 1:
        for label, own, size in zip(labels, counts, sizes, strict=True):
            line[f"where {label}"] = own[word] / max(1, size)
    return line
