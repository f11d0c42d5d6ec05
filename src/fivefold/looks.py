"""Looks at the test rows: counted, limited, and told with the score."""

from pathlib import Path

from fivefold.artifacts import Collected, Evaluated
from fivefold.codecs.digest import digest_of
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.ledger import Look, add_look, known_looks
from fivefold.core.wording import plural
from fivefold.errors import SpentError
from fivefold.keys import digest_of_rows
from fivefold.metrics.optimism import Looks
from fivefold.tasks.known import task_of


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
    scores: Array,
    *,
    limit: int | None,
    directory: Path | None = None,
) -> None:
    """Refuse a look beyond a limit before anything is compared with the truth.

    Answers that were looked at before may be looked at again.

    Raises:
        SpentError: with `looks` and `limit`.
    """
    if limit is None:
        return
    known = known_looks(digest_of_test_rows(collected, index), directory)
    _refuse(known, digest_of_answers(scores), limit)


def take_look(
    collected: Collected,
    index: Array,
    scores: Array,
    *,
    metric: str,
    score: Estimate,
    directory: Path | None = None,
    limit: int | None = None,
    answers: str = "",
) -> Looks:
    """Count a look at test rows: call it once a model, in the process that was asked for it.

    Args:
        collected: the table.
        index: `(n,)` positions of the test rows.
        scores: what was answered for them, by which the model is known again.
        metric: that leads.
        score: by that metric, with its interval.
        directory: of the run or study; None for one that writes nothing.
        limit: the most looks; refused where others took the last one meanwhile.
        answers: the digest by which the model is known already; that of `scores` if empty.

    Returns:
        How many there are now, and what that makes of the best of them.

    Raises:
        SpentError: if there are more than `limit`.
        StoreError: if the ledger cannot be written.
    """
    rows, answers = digest_of_test_rows(collected, index), answers or digest_of_answers(scores)
    look = Look(rows=rows, answers=answers, metric=metric, score=float(score), n=len(index))
    looks = add_look(look, directory)
    if limit is not None and len(looks) > limit and looks[-1].answers == answers:
        _refuse(looks[:-1], answers, limit)
    return Looks.of(len(looks), metric, score)


def looks_of(
    collected: Collected, evaluated: Evaluated, directory: Path | None = None
) -> Looks | None:
    """The looks that a result told, or of one from disk those so far; None if none is known.

    To ask is no look.
    """
    if evaluated.looks is not None or not len(evaluated.index):
        return evaluated.looks
    known = known_looks(digest_of_test_rows(collected, evaluated.index), directory)
    metric = task_of(collected.schema.task).metrics[0].name
    return Looks.of(len(known), metric, evaluated.metrics[metric]) if known else None


def _refuse(known: list[Look], answers: str, limit: int) -> None:
    if len(known) < limit or answers in {look.answers for look in known}:
        return
    last = known[-1]
    scored = f" {last.metric} {last.score:.4g}" if last.score is not None else ""
    raise SpentError(
        f"Evaluate: expected test rows that fewer than {plural(limit, 'model')} "
        f"{'was' if limit == 1 else 'were'} scored on, found {plural(len(known), 'look')} at them.",
        evidence=f"The last one:{scored}, {last.time}.",
        remedy="Decide by validation scores (until='train'), collect new test rows, "
        "or allow more looks.",
        looks=len(known),
        limit=limit,
    )
