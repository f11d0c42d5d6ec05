"""Labels of any form as votes of classes: one an item, one a class, or one a stretch of a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from fivefold.codecs.table import Array
from fivefold.label.crowd import UNKNOWN, Votes
from fivefold.label.event import Event

Form = Literal["class", "classes", "spans", "number"]
"""What people say of an item: one class, any number of them, where classes stand, a number."""

Place = Any
"""What of an item is voted on: nothing, the number of a class, or the ends of a stretch."""

OUTSIDE = 0
"""The class of what is in no span."""


@dataclass(frozen=True, eq=False)
class Spread:
    """The votes of items that are divided into what is voted on.

    Attributes:
        form: of the labels.
        classes: there are.
        units: item and place of each.
        votes: on the units.
        people: their names, or those of functions.
        lengths: `(units,)` how much of a row each is; 1 but for spans.
    """

    form: Form
    classes: tuple[Any, ...]
    units: tuple[tuple[str, Place], ...]
    votes: Votes
    people: tuple[str, ...]
    lengths: Array

    def of(self, items: "set[str] | frozenset[str]") -> Array:
        """`(units,)` bool: those of some items."""
        return np.array([item in items for item, _ in self.units], bool)

    def labels(self, said: Array) -> dict[str, Any]:
        """The label of each item by the class of each unit; none where one is not known."""
        units: dict[str, list[tuple[Place, int]]] = {}
        unknown: set[str] = set()
        for (item, place), code in zip(self.units, said.tolist(), strict=True):
            units.setdefault(item, []).append((place, code))
            if code == UNKNOWN:
                unknown.add(item)
        return {
            item: label_of(found, self.form, self.classes)
            for item, found in units.items()
            if item not in unknown
        }


def spread(
    said: Mapping[tuple[str, str], Any],
    form: Form,
    classes: Sequence[Any],
    *,
    partial: frozenset[str] = frozenset(),
) -> Spread:
    """Labels as votes.

    Args:
        said: the label by item and who said it.
        form: of the labels; not of numbers.
        classes: in their order; labels of others are left out.
        partial: those who say nothing of what they do not name, as rules do.
    """
    known = {label: place for place, label in enumerate(classes)}
    by_item: dict[str, dict[str, Any]] = {}
    for (item, who), label in said.items():
        by_item.setdefault(item, {})[who] = label
    people = tuple(dict.fromkeys(who for _, who in said))
    units: list[tuple[str, Place]] = []
    triples: list[tuple[int, int, int]] = []
    lengths: list[float] = []
    for item, labels in by_item.items():
        stretches = stretches_of(labels.values()) if form == "spans" else ()
        for place in _places(form, len(known), stretches):
            for number, who in enumerate(people):
                if who in labels:
                    code = _code(labels[who], place, form, known, who in partial)
                    if code != UNKNOWN:
                        triples.append((len(units), number, code))
            units.append((item, place))
            lengths.append(place[1] - place[0] if form == "spans" else 1.0)
    count = {"class": len(known), "classes": 2, "spans": len(known) + 1}[form]
    of, by, codes = np.array(triples, int).reshape(-1, 3).T
    sizes = (len(units), len(people), max(1, count))
    votes = Votes(of, by, codes, sizes)
    return Spread(form, tuple(classes), tuple(units), votes, people, np.array(lengths))


def _places(form: Form, classes: int, stretches: Sequence[Place]) -> Sequence[Place]:
    if form == "spans":
        return stretches
    return range(classes) if form == "classes" else (None,)


def _code(label: Any, place: Place, form: Form, known: Mapping[Any, int], partial: bool) -> int:
    if form == "class":
        return known.get(label, UNKNOWN)
    if form == "classes":
        names = label if isinstance(label, list | tuple | set | frozenset) else [label]
        says = any(known.get(name) == place for name in names)
        return UNKNOWN if partial and not says else int(says)
    start, end = place
    found = [
        known[name] for low, high, name in label if low <= start and end <= high and name in known
    ]
    return found[-1] + 1 if found else UNKNOWN if partial else OUTSIDE


def stretches_of(labels: Any) -> list[tuple[float, float]]:
    """The stretches between all ends of some lists of spans, from 0 on; one where there are none.

    Example:
        >>> stretches_of([[[2, 5, "a"]], [[4, 5, "a"]]])
        [(0, 2), (2, 4), (4, 5)]
    """
    ends = sorted({0, *(end for spans in labels for span in spans for end in span[:2])})
    return list(pairwise(ends)) or [(0, 1)]


def label_of(found: Sequence[tuple[Place, int]], form: Form, classes: Sequence[Any]) -> Any:
    """The label of an item by the class of each of its places.

    Example:
        >>> label_of([((0, 2), 0), ((2, 4), 1), ((4, 5), 1)], "spans", ["a"])
        [[2, 5, 'a']]
    """
    if form == "class":
        return classes[found[0][1]]
    if form == "classes":
        return [classes[place] for place, says in found if says]
    spans: list[list[Any]] = []
    for (start, end), code in found:
        if code == OUTSIDE:
            continue
        label = classes[code - 1]
        if spans and spans[-1][1] == start and spans[-1][2] == label:
            spans[-1][1] = end
        else:
            spans.append([start, end, label])
    return spans


def form_of(events: Iterable[Event]) -> Form:
    """The form of the labels that were given, where nothing says it."""
    for event in events:
        if event.is_answer and isinstance(event.value, list | tuple):
            if not event.value:
                continue
            return "spans" if isinstance(event.value[0], list | tuple) else "classes"
        if event.is_answer and isinstance(event.value, float):
            return "number"
    return "class"


def classes_named(
    events: Iterable[Event], form: Form, others: Iterable[Any] = ()
) -> tuple[Any, ...]:
    """The classes that labels name, in order.

    Args:
        events: of people.
        form: of the labels; numbers name none.
        others: that are named elsewhere.
    """
    found: dict[Any, None] = {}
    for event in events:
        if event.is_answer and form != "number":
            label = event.value
            spans = [one[2] for one in label] if form == "spans" else label
            found.update(dict.fromkeys([label] if form == "class" else spans))
    found.update(dict.fromkeys(others))
    return tuple(sorted(found, key=str))
