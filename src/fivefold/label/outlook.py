"""What a model thinks of all items, after some of them were labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """What a model thinks of all items.

    Args:
        items: ids, in the order of the source.
        guesses: what it would answer for each, as an event has it; None where it cannot say.
        probabilities: `(n, classes)` that its answers come from; None for numbers and the like.
        exclusive: whether one class excludes the others; else each column is of a label alone.
        features: `(n, width)` by which items are alike; None for no opinion.
        learnt: labels that it has learnt from.
        metric: the name of the score, the first of the task.
        score: of answers to items of the random part, each by a model that has not learnt from it;
            None while there are too few of these.
    """

    items: Sequence[str]
    guesses: Sequence[Any]
    probabilities: Array | None = None
    exclusive: bool = True
    features: Array | None = None
    learnt: int = 0
    metric: str = ""
    score: Estimate | None = None

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each item."""
        return {item: place for place, item in enumerate(self.items)}

    def guess(self, item: str) -> Any:
        """What it would answer for an item; None for one that it does not know."""
        place = self.places.get(item)
        return None if place is None else self.guesses[place]
