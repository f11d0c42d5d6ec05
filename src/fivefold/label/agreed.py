"""How far people agree: all together, by class, two by two, and each with themselves."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.label.agreement import (
    Level,
    cohen_kappa,
    fleiss_kappa,
    interval_alpha,
    krippendorff_alpha,
    one_class,
)
from fivefold.label.crowd import Votes
from fivefold.label.event import Event
from fivefold.label.spread import Form, Spread, spread
from fivefold.label.standing import kept_acts, repeated, votes
from fivefold.metrics.intervals import wilson

NAN = float("nan")


@dataclass(frozen=True)
class Person:
    """What one person did.

    Attributes:
        labels: that stand.
        skipped: items.
        flagged: items.
        seconds: of a label, the middle one; NaN without any.
        shared: votes that others gave on what the person voted on.
        same: of these, which say the same.
        low: lower end of the interval of `same / shared`.
        high: upper end of it.
        repeats: items that were shown again.
        kept: of these, to which the same was said.
    """

    labels: int = 0
    skipped: int = 0
    flagged: int = 0
    seconds: float = NAN
    shared: int = 0
    same: int = 0
    low: float = NAN
    high: float = NAN
    repeats: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Agreed:
    """How far people agree.

    Attributes:
        items: that two people or more labelled.
        alpha: Krippendorff's; NaN where nothing can be said.
        kappa: Fleiss's; NaN of numbers.
        by_class: alpha of each class against the others.
        pairs: by two people how many items both labelled, and Cohen's kappa.
        people: by name.
    """

    items: int
    alpha: float
    kappa: float = NAN
    by_class: Mapping[Any, float] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)


def agreed(
    events: Iterable[Event], form: Form, classes: Sequence[Any], *, ordered: bool = False
) -> Agreed:
    """How far people agree by their own labels, without what was settled afterwards.

    Args:
        events: of all people.
        form: of the labels.
        classes: in their order.
        ordered: whether that goes from the least to the most.

    Example:
        >>> events = [Event(item=i, who=w, act="label", value=v, number=n) for n, (i, w, v) in
        ...           enumerate([("i", "ann", "a"), ("i", "bo", "a"), ("j", "ann", "b"),
        ...                      ("j", "bo", "b")], 1)]
        >>> agreed(events, "class", ["a", "b"]).alpha
        1.0
    """
    listed = [*events]
    said = {place: event.value for place, event in votes(listed).items()}
    counts = Counter(item for item, _ in said)
    items = sum(count > 1 for count in counts.values())
    if form == "number":
        names = {item: place for place, item in enumerate(counts)}
        of = np.array([names[item] for item, _ in said], int)
        alpha = interval_alpha(of, np.array([float(v) for v in said.values()])) if said else NAN
        return Agreed(items, alpha, people=_people(listed, None))
    shared = {place: label for place, label in said.items() if counts[place[0]] > 1}
    whole = spread(shared, form, classes)
    level: Level = "ordinal" if ordered and form == "class" else "nominal"
    return Agreed(
        items=items,
        alpha=krippendorff_alpha(whole.votes, level, lengths=whole.lengths),
        kappa=fleiss_kappa(whole.votes),
        by_class=_by_class(whole),
        pairs=_pairs(whole, quadratic=level == "ordinal"),
        people=_people(listed, whole),
    )


def _by_class(whole: Spread) -> dict[Any, float]:
    found = {}
    for place, label in enumerate(whole.classes):
        if whole.form == "classes":
            own = np.array([one == place for _, one in whole.units], bool)
            found[label] = krippendorff_alpha(whole.votes.only(own[whole.votes.item]))
        else:
            code = place + (whole.form == "spans")
            found[label] = krippendorff_alpha(one_class(whole.votes, code), lengths=whole.lengths)
    return found


def _pairs(whole: Spread, *, quadratic: bool) -> dict[tuple[str, str], tuple[int, float]]:
    """Of every two people who labelled some items both."""
    matrix = _matrix(whole.votes)
    items = np.array([item for item, _ in whole.units], object)
    found = {}
    for (a, one), (b, other) in combinations(enumerate(whole.people), 2):
        both = (matrix[a] >= 0) & (matrix[b] >= 0)
        if both.any():
            classes = whole.votes.sizes[2]
            kappa = cohen_kappa(
                matrix[a][both], matrix[b][both], classes=classes, quadratic=quadratic
            )
            found[one, other] = (len(set(items[both].tolist())), kappa)
    return found


def _matrix(votes: Votes) -> Array:
    """`(people, units)` the class that each said, -1 for nothing."""
    matrix = np.full((votes.sizes[1], votes.sizes[0]), -1)
    matrix[votes.who, votes.item] = votes.said
    return matrix


def _people(events: Sequence[Event], whole: Spread | None) -> dict[str, Person]:
    acts = kept_acts(events)
    own = votes(events)
    again: dict[str, list[bool]] = {}
    for first, second in repeated(events):
        again.setdefault(first.who, []).append(first.value == second.value)
    matrix = None if whole is None else _matrix(whole.votes)
    found = {}
    for who in dict.fromkeys(event.who for event in events):
        times = [event.seconds for (_, name), event in own.items() if name == who and event.seconds]
        shared = same = 0
        if matrix is not None and whole is not None and who in whole.people:
            number = whole.people.index(who)
            mine = matrix[number] >= 0
            there = (matrix >= 0) & mine
            there[number] = False
            shared, same = int(there.sum()), int((there & (matrix == matrix[number])).sum())
        low, high = wilson(same, shared)
        found[who] = Person(
            labels=sum(name == who for _, name in own),
            skipped=len({e.item for e in acts if e.who == who and e.act == "skip"}),
            flagged=len({e.item for e in acts if e.who == who and e.act == "flag"}),
            seconds=float(median(times)) if times else NAN,
            shared=shared,
            same=same,
            low=low,
            high=high,
            repeats=len(again.get(who, ())),
            kept=sum(again.get(who, ())),
        )
    return found
