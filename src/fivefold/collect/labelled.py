"""Rows with the labels that people and functions gave them, from strokes to a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array
from fivefold.core.events import Progress
from fivefold.label.annotator import Rule, ask
from fivefold.label.crowd import UNKNOWN, counted, surest
from fivefold.label.event import Event
from fivefold.label.item import plain_row
from fivefold.label.recall import Recall
from fivefold.label.spread import Form, spread
from fivefold.label.standing import parts, settled, standing, votes
from fivefold.label.truth import How, Truth, decide
from fivefold.label.weak import (
    Gauge,
    Record,
    blended,
    combined,
    gauged,
    prior_of,
    recorded,
    weighed,
)

PEOPLE = "people"
EVERY = 16
"""Rows after which it is told how far functions are."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of each row, and of whom.

    Args:
        form: of the labels.
        classes: in their order.
        ordered: whether that goes from the least to the most.
        how: what decides where people differ.
        sure: the least probability of a label that functions alone give.
        rules: functions of the user's own knowledge, by their names.
        others: models and other functions, by their names.
        positive: the class that a binary model is judged by; None to guess.
    """

    form: Form
    classes: tuple[Any, ...]
    ordered: bool = False
    how: How = "dawid_skene"
    sure: float = 0.7
    rules: Mapping[str, Rule] = field(default_factory=dict)
    others: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    positive: Label | None = None


@dataclass(frozen=True)
class People:
    """What people said, as far as rows and classes are known.

    Attributes:
        said: the label by item and person.
        settled: the label of items that somebody decided.
        drawn: items that came to people at random.
        strangers: items that no row is.
        unknown: labels that are none of the classes.
        skipped: items that people left out, and nobody labelled.
    """

    said: Mapping[tuple[str, str], Any]
    settled: Mapping[str, Any]
    drawn: frozenset[str]
    strangers: int = 0
    unknown: int = 0
    skipped: frozenset[str] = frozenset()

    def truth(self, asked: Asked, aside: frozenset[str] = frozenset()) -> Truth:
        """What it comes to; see `decide`."""
        return decide(
            self.said, self.settled, asked.form, asked.classes, how=asked.how, aside=aside
        )


@dataclass(frozen=True)
class Answers:
    """What functions said.

    Attributes:
        labels: by item, where they are sure enough.
        records: how each did, by name; of numbers `Gauge`s.
        strays: answers that are no label, by name.
        measured: whether people's labels judged them.
    """

    labels: Mapping[str, Any]
    records: Mapping[str, Record | Gauge] = field(default_factory=dict)
    strays: Mapping[str, int] = field(default_factory=dict)
    measured: bool = False


def heard(events: Sequence[Event], items: Sequence[str], asked: Asked) -> People:
    """What people said of rows that are there, in classes that are known."""
    there, own, decided = set(items), votes(events), settled(events)
    fits = {event.number for event in (*own.values(), *decided.values()) if fit(event.value, asked)}
    named = {item for item, _ in own} | set(decided)
    passed = {item for (item, _), event in standing(events).items() if event.act == "skip"}
    return People(
        said={k: e.value for k, e in own.items() if k[0] in there and e.number in fits},
        settled={i: e.value for i, e in decided.items() if i in there and e.number in fits},
        drawn=frozenset(item for item, part in parts(events).items() if part == "random"),
        strangers=len(named - there),
        unknown=len({e.number for e in (*own.values(), *decided.values())} - fits),
        skipped=frozenset(passed - named),
    )


def fit(label: Any, asked: Asked) -> bool:
    """Whether a label is one that is asked for."""
    if asked.form == "number":
        return isinstance(label, int | float) and not isinstance(label, bool)
    if asked.form == "class":
        return not isinstance(label, list | dict) and label in asked.classes
    if not isinstance(label, list | tuple):
        return False
    if asked.form == "classes":
        return all(not isinstance(one, list | dict) and one in asked.classes for one in label)
    return all(
        isinstance(one, list | tuple)
        and len(one) == 3
        and one[0] < one[1]
        and one[2] in asked.classes
        for one in label
    )


def answered(
    collected: Collected,
    items: Sequence[str],
    asked: Asked,
    truth: Mapping[str, Any],
    recall: Recall,
    emit: Callable[[Progress], None],
) -> Answers:
    """What functions say of all rows, weighed by what people said of some.

    Args:
        collected: the rows.
        items: id of each row's item.
        asked: with the functions.
        truth: labels of people by item, of items that came at random and judge no model.
        recall: what functions that are no rules said before.
        emit: is told how many rows functions have answered.
    """
    said, strays = _ask_all(collected, items, asked, recall, emit)
    names = (*asked.rules, *asked.others)
    if not said:
        nothing = Record(0, 0, 0, 0, 0, 0, *[float("nan")] * 4)
        return Answers({}, dict.fromkeys(names, nothing), strays)
    if asked.form == "number":
        return _numbers(items, said, truth, names, strays)
    partial = frozenset(asked.rules)
    ours = {(item, PEOPLE): label for item, label in truth.items()}
    whole = spread({**said, **ours}, asked.form, asked.classes, partial=partial)
    by_people = whole.votes.who == (whole.people.index(PEOPLE) if PEOPLE in whole.people else -1)
    known = np.full(len(whole.units), UNKNOWN)
    known[whole.votes.item[by_people]] = whole.votes.said[by_people]
    own = whole.votes.only(~by_people)
    measured = bool((known[own.item] != UNKNOWN).any())
    found = recorded(own, known, prior_of(known, own.sizes[2]))
    at = {name: found[place] for place, name in enumerate(whole.people) if name != PEOPLE}
    spoke = {item for item, _ in said}
    share_of = len(set(items)) / max(1, len({item for item, _ in whole.units}))
    records = {n: r._replace(coverage=r.coverage / share_of) for n, r in at.items()}
    if measured:
        share = combined(own, weighed(own, known))
        codes = surest(share)
        codes[share.max(axis=1) < asked.sure] = UNKNOWN
    else:  # the user's own rules at their word; nothing else is trusted without a measurement
        trusted = np.array([name in asked.rules for name in whole.people], bool)
        counts = counted(own.only(trusted[own.who])).astype(float)
        codes = surest(counts)
        if asked.form != "class":
            codes[counts.sum(axis=1) == 0] = 0
    labels = {item: label for item, label in whole.labels(codes).items() if item in spoke}
    return Answers(labels, records, strays, measured)


def _ask_all(
    collected: Collected,
    items: Sequence[str],
    asked: Asked,
    recall: Recall,
    emit: Callable[[Progress], None],
) -> tuple[dict[tuple[str, str], Any], dict[str, int]]:
    """What each function says of each item, None left out, and how often it was no label."""
    names = [c.name for c in collected.schema.columns if c.name in collected.table.names]
    first: dict[str, int] = {}
    for row, item in enumerate(items):
        first.setdefault(item, row)
    found: dict[tuple[str, str], Any] = {}
    strays: dict[str, int] = {}
    for count, (item, row) in enumerate(first.items() if asked.rules or asked.others else (), 1):
        cells = plain_row(collected.table, row, names)
        for name, rule in asked.rules.items():
            said = ask(name, rule.spans if asked.form == "spans" else rule, cells, row)
            if said is not None:
                found[item, name] = [said] if asked.form == "classes" else said
        for name, function in asked.others.items():
            said = recall.said(name, item, partial(ask, name, function, cells, row))
            if said is not None and not fit(said, asked):
                strays[name] = strays.get(name, 0) + 1
            elif said is not None:
                found[item, name] = said
        if count % EVERY == 0 or count == len(first):
            emit(Progress(done=count, total=len(first), unit="row", values={}))
    return found, strays


def _numbers(
    items: Sequence[str],
    said: Mapping[tuple[str, str], Any],
    truth: Mapping[str, Any],
    names: Sequence[str],
    strays: Mapping[str, int],
) -> Answers:
    """Numbers of functions without their bias, those that err less counting more."""
    own = list(dict.fromkeys(items))
    true = np.array([float(truth.get(item, np.nan)) for item in own])
    arrays: list[Array] = [
        np.array([float(said.get((item, name), np.nan)) for item in own]) for name in names
    ]
    gauges = [gauged(numbers, true) for numbers in arrays]
    blend = blended(arrays, gauges)
    labels = {i: n for i, n in zip(own, blend.tolist(), strict=True) if n == n}
    measured = any(gauge.n for gauge in gauges)
    return Answers(labels, dict(zip(names, gauges, strict=True)), strays, measured)
