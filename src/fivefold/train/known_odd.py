"""What is learnt from: no row that is known to be odd where these are sought, rates of counts."""

from collections.abc import Iterator

import numpy as np

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Schema
from fivefold.core.finding import Finding, finding
from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.tasks.known import task_of
from fivefold.train.options import Options

ODD = 1

LEFT_OUT = 0.15
"""Part of the training rows that is not learnt from, where some of them may be odd."""


def learnable(data: Preprocessed, *, clean: bool) -> Preprocessed:
    """The rows to learn from and to judge by: where odd ones are sought the usual, of counts rates.

    Validation rows that are known to be odd are left out; training rows only where `clean` says
    that all others are usual.

    Raises:
        DataError: if no training row is left.
    """
    task = task_of(data.codec.schema.task)
    if not task.network:
        return data.replace(train=data.train.rated(), valid=data.valid.rated())
    valid = _usual(data.valid)
    train = _usual(data.train) if clean else data.train
    if not len(train):
        raise DataError(
            "Train: expected training rows that are usual for clean=True, found "
            f"{len(data.train):,} that are odd.",
            remedy="Leave clean= out, or look at which label is taken for the usual one.",
            rows=len(data.train),
        )
    return data.replace(train=train, valid=valid if len(valid) else data.valid)


def many_odd(data: Preprocessed, *, clean: bool) -> Iterator[Finding]:
    """The finding that more training rows are known to be odd than are left out."""
    share = float((data.train.target == ODD).mean()) if len(data.train) else 0.0
    if not task_of(data.codec.schema.task).network or clean or share <= LEFT_OUT:
        return
    sentence = (
        f"{share:.0%} of the training rows are known to be odd, and the {LEFT_OUT:.0%} that look "
        "oddest are left out: what is learnt as usual holds odd rows, and such rows are hardly "
        "found. Train(clean=True) learns from the rows alone that are known to be usual."
    )
    yield finding("many_odd", sentence, "warning", share=share, left_out=LEFT_OUT)


def alarm_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """What counts only where odd rows are sought."""
    for name in ("false_alarms", "clean"):
        if getattr(stage, name) != type(stage).model_fields[name].default:
            yield PreflightError(
                f'Train: expected task="anomaly" for {name}={getattr(stage, name)}, found '
                f"{'several targets' if task_of(schema.task).separate else schema.task}.",
                remedy=f'Leave `{name}` out, or pass task="anomaly" to Collect.',
                setting=name,
            )


def _usual(rows: Rows) -> Rows:
    return rows.take(np.flatnonzero(rows.target != ODD))
