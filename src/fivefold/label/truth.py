"""What is true of items by what people said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from fivefold.label.crowd import counted, dawid_skene, expected, majority, surest
from fivefold.label.spread import Form, spread

How = Literal["dawid_skene", "majority"]


@dataclass(frozen=True)
class Truth:
    """What people's labels come to.

    Attributes:
        labels: by item.
        disputed: items of which people say different things, and nothing tells which is true.
        accuracy: how often each person is right, as Dawid and Skene estimate it; empty where no
            two people labelled one item, or it was not asked.
    """

    labels: Mapping[str, Any]
    disputed: tuple[str, ...] = ()
    accuracy: Mapping[str, float] = field(default_factory=dict)


def decide(
    said: Mapping[tuple[str, str], Any],
    settled: Mapping[str, Any],
    form: Form,
    classes: Sequence[Any],
    *,
    how: How = "dawid_skene",
    aside: frozenset[str] = frozenset(),
) -> Truth:
    """The label of each item that people labelled.

    What was settled is true, and so is what all say. Where they differ the commonest class is, or
    the likeliest by how each person errs; of numbers the mean.

    Args:
        said: the label by item and person.
        settled: the label of items that somebody decided.
        form: of the labels.
        classes: in their order.
        how: what decides where people differ.
        aside: items from which nothing of people is learnt, as models are judged by them.

    Example:
        >>> said = {("i", "ann"): "a", ("i", "bo"): "a", ("j", "ann"): "a", ("j", "bo"): "b"}
        >>> decide(said, {"k": "b"}, "class", ["a", "b"], how="majority")
        Truth(labels={'i': 'a', 'k': 'b'}, disputed=('j',), accuracy={})
    """
    by_item: dict[str, list[Any]] = {}
    for (item, _), label in said.items():
        if item not in settled:
            by_item.setdefault(item, []).append(label)
    if form == "number":
        means = {item: float(np.mean(numbers)) for item, numbers in by_item.items()}
        return Truth({**means, **settled})
    labels = {i: found[0] for i, found in by_item.items() if all(one == found[0] for one in found)}
    differing = {item for item in by_item if item not in labels}
    free = {key: label for key, label in said.items() if key[0] in by_item}
    accuracy: dict[str, float] = {}
    if how == "dawid_skene" and any(len(found) > 1 for found in by_item.values()):
        whole = spread(free, form, classes)
        informs = ~whole.of(aside)[whole.votes.item]
        crowd = dawid_skene(whole.votes.only(informs))
        codes = surest(expected(whole.votes, crowd))
        right = crowd.confusion.diagonal(axis1=1, axis2=2) @ crowd.prior
        accuracy = dict(zip(whole.people, right.tolist(), strict=True))
    else:
        whole = spread({k: v for k, v in free.items() if k[0] in differing}, form, classes)
        codes = majority(whole.votes)
    counts = counted(whole.votes)
    agreed = (counts > 0).sum(axis=1) == 1
    codes = np.where(agreed, counts.argmax(axis=1), codes)
    decided = {i: label for i, label in whole.labels(codes).items() if i in differing}
    disputed = tuple(item for item in by_item if item in differing and item not in decided)
    return Truth({**labels, **decided, **settled}, disputed, accuracy)
