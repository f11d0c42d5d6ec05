"""Why some test rows were answered as they were: those answered worst, and some answered best."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.personal import masked, veiled
from fivefold.codecs.table import Array, Canonical
from fivefold.core.finding import personal_columns
from fivefold.evaluate.evidence import Evidence
from fivefold.explaining import explaining
from fivefold.kinds.codec import cells_of
from fivefold.requested import requested
from fivefold.serve.explanation import Added, short
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    import pandas as pd

ASKS = 1024
"""Rows that the model is asked about for one of them, about: less than `explain` asks by itself."""

TOLD = 12
"""Columns of a row that are told of, those that add the most; of pieces all are."""


HEAD = ("of", "unit", "score", "base", "beside", "by")


def explanations(evidence: Evidence, rows: int) -> "pd.DataFrame | None":
    """What the columns, words, regions or steps of some test rows add to their answers.

    Args:
        evidence: of a model that is here.
        rows: how many are explained, half of them those that were answered worst.

    Returns:
        A line for each of the largest parts of a row: `row` (of the collected table), `true`,
        `answered`, `of` (what is explained), `unit`, `score`, `base` and `beside`, `by`, then
        `name`, `value` and `at` of the part, what it `added`, and the standard `error` of that.
        None where answers have no parts that add.
    """
    import pandas as pd

    if not rows or evidence.task.sequence or not evidence.task.adds:
        return None
    asked = requested(evidence.collected, evidence.data)
    explainer = explaining(asked, evidence.data, evidence.asked, evidence.collected.findings)
    if not len(explainer.background):
        return None
    places = _worst_and_best(evidence, rows)
    index = evidence.data.test.index[places]
    inputs, some = asked.schema.inputs, asked.table.take(index)
    cells = {column.name: np.asarray(cells_of(some, column).values) for column in inputs}
    marks = decided(evidence.scores[places], evidence.threshold)
    answers = evidence.task.answers(marks, evidence.schema).tolist()
    truths = [evidence.collected.table.column(name)[index] for name in evidence.schema.targets]
    people = personal_columns(evidence.collected.findings)
    whole = {name for name, every in people.items() if every}
    lines = []
    for place, one in enumerate(explainer.explain(Canonical(cells, inputs), asks=ASKS)):
        true = ", ".join(str(column[place]) for column in truths)
        head = {"row": int(index[place]), "true": true, "answered": str(answers[place])}
        head |= {name: getattr(one, name) for name in HEAD}
        parts = one.parts[:TOLD] if one.by == "columns" else one.parts
        lines += [head | _line(part, whole) for part in parts]
    return pd.DataFrame(lines)


def _line(part: Added, people: set[str]) -> dict[str, Any]:
    """One part, its value and its place as texts; no whole value of what points to a person."""
    value = "" if part.at is not None else masked(short(part.value))
    value = veiled(value) if part.name in people else value
    at = "" if part.at is None else json.dumps(part.at)
    told = {"name": part.name, "value": value, "at": at}
    return told | {"added": part.added, "error": part.error}


def _worst_and_best(evidence: Evidence, rows: int) -> Array:
    """Places of test rows: those that cost most, then some that cost least."""
    losses = evidence.task.row_losses(evidence.target, evidence.scores)
    order = np.argsort(-losses, kind="stable")
    worst = order[: -(-rows // 2)]
    best = order[len(worst) :][::-1][: rows - len(worst)]
    return np.concatenate([worst, best])
