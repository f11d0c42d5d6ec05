"""Looks at the test rows: counted, limited, and told with the score."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from fivefold.artifacts import Collected, Evaluated
from fivefold.codecs.digest import digest_of
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.ledger import Look, add_looks, known_looks
from fivefold.core.wording import plural
from fivefold.errors import SpentError
from fivefold.keys import digest_of_rows
from fivefold.metrics.optimism import Looks
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import led


def digest_of_test_rows(collected: Collected, index: Array) -> str:
    """SHA-256 of rows as the source gave them: all columns, targets among them, in any order.

    Columns that a model does not read count as well, and those that stages made do not: it is the
    rows that are looked at, whatever is asked of them.

    Args:
        collected: the table.
        index: `(n,)` positions in it.
    """
    table, changes = collected.table, collected.changes
    rows = (table if changes is None else changes.source_table(table)).take(index)
    return digest_of_rows({name: rows.column(name) for name in rows.names})


def digest_of_answers(scores: Array) -> str:
    """SHA-256 of what a model answered: equal answers are one look, whatever gave them."""
    return digest_of({}, {"scores": scores})


def check_looks(
    collected: Collected,
    index: Array,
    answers: Sequence[str],
    *,
    limit: int | None,
    directory: Path | None = None,
) -> None:
    """Refuse looks beyond a limit before anything is compared with the truth.

    Answers that were looked at before may be looked at again.

    Args:
        collected: the table.
        index: `(n,)` positions of the test rows.
        answers: digest of what each model answered for them.
        limit: the most models; None for any number.
        directory: of the run or study.

    Raises:
        SpentError: with `looks` and `limit`.
    """
    if limit is not None:
        refuse(known_looks(digest_of_test_rows(collected, index), directory), answers, limit)


@dataclass(frozen=True, eq=False)
class Seen:
    """A model that was compared with the truth of test rows.

    Args:
        answers: digest of what it answered.
        score: by the metric that leads.
    """

    answers: str
    score: Estimate


def take_looks(
    collected: Collected,
    index: Array,
    seen: Sequence[Seen],
    *,
    metric: str,
    directory: Path | None = None,
    limit: int | None = None,
) -> Looks:
    """Count looks at test rows, all or none: call it in the process that was asked for them.

    Args:
        collected: the table.
        index: `(n,)` positions of the test rows.
        seen: the models, at least one.
        metric: that leads.
        directory: of the run or study; None for one that writes nothing.
        limit: the most models; refused where others took the last look meanwhile.

    Returns:
        How many there are now, and what that makes of the best of them.

    Raises:
        SpentError: if there would be more than `limit`; then none is counted.
        StoreError: if the ledger cannot be written.
    """
    rows = digest_of_test_rows(collected, index)
    taken = [
        Look(rows=rows, answers=s.answers, metric=metric, score=float(s.score), n=len(index))
        for s in seen
    ]
    answers = [one.answers for one in seen]
    check = None if limit is None else partial(refuse, answers=answers, limit=limit)
    looks = add_looks(taken, directory, check=check)
    return replace(Looks.of(len(looks), metric, seen[-1].score), limit=limit)


def limit_in(recipe: str) -> int | None:
    """The least number of models that a pipeline's `Evaluate(looks=)` allows; None for any.

    Example:
        >>> limit_in('{"stages": [{"stage": "Evaluate", "with": {"looks": 3}}]}')
        3
    """
    entries = json.loads(recipe).get("stages", []) if recipe else []
    given = [entry.get("with", {}).get("looks") for entry in entries]
    return min((limit for limit in given if isinstance(limit, int)), default=None)


def looks_of(
    collected: Collected, evaluated: Evaluated, directory: Path | None = None
) -> Looks | None:
    """The looks that a result told, or of one from disk those so far; None if none is known.

    To ask is no look.
    """
    if evaluated.looks is not None or not len(evaluated.index):
        return evaluated.looks
    known = known_looks(digest_of_test_rows(collected, evaluated.index), directory)
    metric = led(task_of(collected.schema).metrics, evaluated.threshold)[0].name
    return Looks.of(len(known), metric, evaluated.metrics[metric]) if known else None


def refuse(
    known: Sequence[Look], answers: Sequence[str], limit: int, *, who: str = "Evaluate"
) -> None:
    """Refuse models that would make more looks than a limit.

    Args:
        known: looks at the rows.
        answers: digest of what each model answered; where they have not answered yet, one for each.
        limit: the most models.
        who: scores them.

    Raises:
        SpentError: with `looks` and `limit`.
    """
    more = len({*answers} - {look.answers for look in known})
    if not more or len(known) + more <= limit:
        return
    told = ""
    if known:
        last = known[-1]
        scored = f" {last.metric} {last.score:.4g}" if last.score is not None else ""
        told = f"The last one:{scored}, {last.time}."
    raise SpentError(
        f"{who}: expected at most {plural(limit, 'model')} to be scored on these test rows, "
        f"found {plural(len(known), 'look')} at them and {plural(more, 'more model')} to score.",
        evidence=told,
        remedy="Decide by validation scores (until='train'), collect new test rows, "
        "or allow more looks.",
        looks=len(known),
        limit=limit,
    )
