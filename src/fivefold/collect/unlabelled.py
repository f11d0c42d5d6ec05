"""A source that says of no row whether it is odd, where odd ones are sought."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fivefold.collect.wishes import Wishes
from fivefold.reading.raw import Raw

NOT_THERE = "not in the data; the answer"


def with_answer(raw: Raw, wishes: Wishes) -> Raw:
    """The same with a column for the answer, False in every row; as it is where there is one.

    So what is predicted has a name everywhere: in schema, report, bundle and replies.
    """
    if not wishes.answers_alone or raw.target:
        return raw
    name = answer_name(list(raw.columns))
    rows = len(next(iter(raw.columns.values()), ()))
    return replace(raw, columns={**raw.columns, name: np.zeros(rows, bool)}, target=name)


def answer_name(names: Sequence[str]) -> str:
    """What the answer is called: `odd`, unless a column is.

    Example:
        >>> answer_name(["a", "odd"])
        'odd_'
    """
    name = "odd"
    while name in names:
        name += "_"
    return name
