"""Targets with a label for each position of another column, known by how many there are."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing
from fivefold.codecs.coded import Coded
from fivefold.collect.wishes import Wishes
from fivefold.kinds.known import of_places
from fivefold.reading.raw import Raw

FIRST = 40
"""Rows that are looked at before all are."""

SHORT = 5
"""Letters below which texts of one length each say nothing: codes of two letters are many."""


def aligned(raw: Raw, targets: Sequence[str], wishes: Wishes) -> Mapping[str, str]:
    """The kinds of the target and of the column whose positions its labels are for, by name.

    A cell has as many positions as its list has items, its text words between blanks, or, where no
    cell of its column has a blank, letters. Nothing is said where no column has as many in every
    row as the target has labels (in half of the rows, if the task was asked for), or several do.

    Args:
        raw: the source.
        targets: names of what is to be predicted.
        wishes: what the user says of the columns.
    """
    asked = wishes.task is not None and wishes.task.by_row and not wishes.task.plane
    words = of_places("words")
    if len(targets) != 1 or targets[0] in wishes.kinds or words is None:
        return {}
    if wishes.task is not None and not asked:
        return {}
    (target,) = targets
    first = _parts(raw, target, FIRST)
    if first is None:
        return {}
    told = {target: words.name} if asked else {}
    aside = {target, *wishes.drop, *wishes.roles.values()}
    names = [
        n for n in raw.columns if n not in aside and _agree(first, _parts(raw, n, FIRST), asked)
    ]
    whole = _parts(raw, target, None) if names else None
    if whole is None or not (asked or _tells(whole)):
        return told
    found = {n: other for n in names if (other := _parts(raw, n, None)) is not None}
    names = [name for name, other in found.items() if _agree(whole, other, asked)]
    if len(names) != 1:
        return told
    kind = of_places(found[names[0]][1])
    return {target: words.name} | ({} if kind is None else {names[0]: kind.name})


Parts = tuple["np.ndarray[Any, np.dtype[Any]]", str, int]
"""How many each cell has; what they are; how many different cells there are."""


def _parts(raw: Raw, name: str, rows: int | None) -> Parts | None:
    """The parts of the cells of the first rows, or of all; None where they have none."""
    column = raw.columns[name]
    if not isinstance(column, Coded) and column.dtype != object:
        return None if column.ndim == 1 or column.ndim > 3 else _of_array(column[:rows])
    cells = column[:rows].tolist() if isinstance(column, Coded) else list(column[:rows])
    present = [cell for cell in cells if not is_missing(cell)]
    if not present:
        return None
    if all(isinstance(cell, str) for cell in present):
        texts = [cell.strip() if isinstance(cell, str) else "" for cell in cells]
        divided = any(len(text.split()) > 1 for text in texts)
        counts = [len(text.split()) if divided else len(text) for text in texts]
        return np.array(counts), "words" if divided else "letters", len(set(texts))
    if not all(isinstance(cell, list | tuple | np.ndarray) for cell in present):
        return None
    item = next((cell[0] for cell in present if len(cell)), None)
    what = "words" if isinstance(item, str) else "steps"
    counts = [0 if is_missing(cell) else len(cell) for cell in cells]
    return np.array(counts), what, 0


def _of_array(column: "np.ndarray[Any, np.dtype[Any]]") -> Parts:
    what = "words" if column.dtype.kind in "US" else "steps"
    return np.full(len(column), column.shape[1]), what, 0


def _agree(target: Parts, other: Parts | None, asked: bool) -> bool:
    if other is None:
        return False
    same = target[0] == other[0]
    return bool(same.mean() >= 0.5) if asked else bool(same.all())


def _tells(target: Parts) -> bool:
    """Whether it is no chance that another column has as many parts everywhere."""
    counts, what, different = target
    if not different:  # lists
        return bool((counts > 1).any())
    varied = len(np.unique(counts)) > 1
    if what == "letters":
        return bool(counts.mean() >= SHORT and 2 * different > len(counts))
    return bool(varied or counts.mean() >= SHORT)
