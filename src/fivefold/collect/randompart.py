"""Which labelled rows a model is judged by: of those alone that people were given at random."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Canonical
from fivefold.collect.addtarget import GIVEN
from fivefold.keys import codes_of
from fivefold.kinds.known import number_kind
from fivefold.partition import TEST, VALID
from fivefold.reading.names import JUDGED
from fivefold.ties import known

TRAIN, VALIDATE, JUDGE = 0, 1, 2


class Parts(NamedTuple):
    """What labelled rows are for.

    Args:
        given: `(n,)` int8, 0 to train, 1 to validate, 2 to test.
        judged: `(n,)` bool, rows that people labelled at random.
        left: `(n,)` bool, rows that no part may hold, as they belong to test rows: of their group,
            or later than them.
    """

    given: Array
    judged: Array
    left: Array

    def put(self, collected: Collected) -> Collected:
        """The rows with the part of each, and a column that says which may be judged by."""
        column = Column(name=JUDGED, kind=number_kind(), role="judged", reason=GIVEN)
        schema = replace(collected.schema, columns=(*collected.schema.columns, column))
        columns = {name: collected.table.column(name) for name in collected.table.names}
        table = Canonical({**columns, JUDGED: self.judged.astype(float)}, schema.columns)
        return collected.replace(table=table, schema=schema, given=self.given)


def random_part(
    collected: Collected,
    items: Sequence[str],
    labels: Mapping[str, Any],
    drawn: Collection[str],
    *,
    seed: int,
    test: float = TEST,
    most: float = 1.0,
) -> Parts:
    """Divide rows so that test rows are of the random part alone.

    What a row is for follows from its item, the seed and how many rows people labelled, so that
    nothing that is learnt of labels needs those of validation and test rows. Groups stay on one
    side; where rows have a time the latest are for testing.

    Args:
        collected: the table, with or without a target.
        items: id of each row's item.
        labels: by item, of people.
        drawn: items that came to people at random.
        seed: of the draw.
        test: fraction of the rows that people labelled which are to be test rows.
        most: fraction of the random part that may be test rows.
    """
    ids = np.array(items, object)
    told = np.array([item in labels for item in items], bool) & collected.usable
    judged = told & np.array([item in drawn for item in items], bool)
    wanted = min(round(test * int(told.sum())), int(most * int(judged.sum())))
    given = np.full(len(ids), TRAIN, np.int8)
    left = np.zeros(len(ids), bool)
    if collected.given is not None and (collected.given == JUDGE).any():
        asked = collected.given == JUDGE  # the source has test rows: those that judge are of these
        given[asked & judged] = JUDGE
        others = np.where(collected.given == VALIDATE, VALIDATE, TRAIN)
        return Parts(np.where(asked, given, others).astype(np.int8), judged, asked & ~judged)
    time, group = (collected.schema.named(role) for role in ("time", "group"))
    share = VALID / (1 - TEST)
    if time is not None:
        moments = known(collected.table.column(time))
        if wanted:
            cut = np.sort(moments[judged])[-wanted]
            given[judged & (moments >= cut)] = JUDGE
            left = (moments >= cut) & (given != JUDGE)
        free = told & (given != JUDGE) & ~left
        if free.any():
            given[(moments >= np.quantile(moments[free], 1 - share)) & (given != JUDGE)] = VALIDATE
        return Parts(given, judged, left)
    if group is not None:
        units = codes_of(collected.table.column(group)).astype(str)
        tested = _first_units(units[judged], wanted, seed)
        inside = np.isin(units, tested)
        given[judged & inside] = JUDGE
        left = inside & ~judged
        return Parts(_with_valid(given, units, share, seed), judged, left)
    given[_even(ids, judged, labels, wanted, seed)] = JUDGE
    free = told & (given != JUDGE)
    given[_even(ids, free, labels, round(share * int(free.sum())), seed + 1)] = VALIDATE
    others = ~told
    chosen = _with_valid(given, ids, share, seed)
    given[others] = chosen[others]
    return Parts(given, judged, left)


def place_of(key: str, seed: int) -> float:
    """A place in [0, 1) that follows from a key and a seed.

    Example:
        >>> place_of("a", 0) == place_of("a", 0) != place_of("a", 1)
        True
    """
    return int.from_bytes(sha256(f"{seed}/{key}".encode()).digest()[:7], "big") / 2**56


def _with_valid(given: Array, units: Array, share: float, seed: int) -> Array:
    """With the rows of a share of the units for validation, but for those that judge."""
    places = {unit: place_of(unit, seed + 1) for unit in np.unique(units.astype(str)).tolist()}
    below = np.array([places[unit] < share for unit in units.astype(str).tolist()], bool)
    return np.where(below & (given != JUDGE), VALIDATE, given).astype(np.int8)


def _first_units(units: Array, rows: int, seed: int) -> list[str]:
    """Units in the order of their places, until so many rows are theirs."""
    names, counts = np.unique(units, return_counts=True)
    order = np.argsort([place_of(name, seed) for name in names.tolist()], kind="stable")
    before = np.cumsum(counts[order]) - counts[order]
    return [str(name) for name in names[order][before < rows]]


def _even(ids: Array, rows: Array, labels: Mapping[str, Any], wanted: int, seed: int) -> Array:
    """`(n,)` bool: so many of some rows, spread evenly over their labels; an item is one."""
    own = list(dict.fromkeys(ids[rows].tolist()))
    order = sorted(own, key=lambda item: (_rank(labels[item]), place_of(item, seed)))
    share = min(1.0, wanted / max(1, int(rows.sum())))
    chosen = {
        item
        for place, item in enumerate(order, 1)
        if int(place * share + 1e-9) > int((place - 1) * share + 1e-9)
    }
    return np.asarray(rows & np.array([item in chosen for item in ids.tolist()], bool))


def _rank(label: Any) -> tuple[float, str]:
    if isinstance(label, int | float) and not isinstance(label, bool):
        return float(label), ""
    return 0.0, str(label)
