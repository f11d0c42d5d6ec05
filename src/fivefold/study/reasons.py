"""Refits that failed: what is told of them, and the error where nothing else is left."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from fivefold.core.wording import one_line, plural
from fivefold.errors import TrainingError
from fivefold.study.unit import Outcome

if TYPE_CHECKING:
    import pandas as pd

MOST_REASONS = 5


def why_of(reasons: Iterable[str]) -> str:
    """Why some refits of a model failed, in a line; empty where none did.

    Args:
        reasons: one for each of its folds, empty for those that were done.

    Example:
        >>> why_of(["", "", ""]), why_of(["no rows", "no rows"]), why_of(["", "no rows", ""])
        ('', 'failed: no rows', 'failed in 1 of 3 folds: no rows')
    """
    every = list(reasons)
    given = [one_line(reason) for reason in every if reason]
    if not given:
        return ""
    ((most, _),) = Counter(given).most_common(1)
    where = "" if len(given) == len(every) else f" in {len(given)} of {len(every)} folds"
    return f"failed{where}: {most}"


def stacked(frames: "Iterable[pd.DataFrame]") -> "pd.DataFrame":
    """Scores of folds one below the other; `why` is empty for those that were done."""
    import pandas as pd

    whole = pd.concat(list(frames), ignore_index=True)
    return whole.assign(why=whole["why"].fillna("")) if "why" in whole else whole


def with_whys(table: "pd.DataFrame", frames: "Iterable[pd.DataFrame]") -> "pd.DataFrame":
    """A table of one row a model, and `why` folds of it failed; as it is where none did.

    Args:
        table: of the models.
        frames: their folds, in the same order.
    """
    whys = [why_of(frame.get("why", ())) for frame in frames]
    return table.assign(why=whys) if any(whys) else table


def listed(reasons: Iterable[str], noun: str) -> str:
    """Each reason once and whole, the most frequent first, with the count of what it ended.

    Example:
        >>> print(listed(["no rows", "late", "late"], "trial"))
          2 trials: late
          1 trial: no rows
    """
    counted = Counter(reasons).most_common()
    lines = []
    for why, count in counted[:MOST_REASONS]:
        indented = why.replace("\n", "\n    ")
        lines.append(f"  {plural(count, noun)}: {indented}")
    more = len(counted) - MOST_REASONS
    return "\n".join([*lines, *([f"  and {plural(more, 'reason')} more"] if more > 0 else [])])


def check_left(who: str, found: Mapping[str, Sequence[Outcome]]) -> None:
    """Refuse to go on where no refit of any model gave answers.

    Args:
        who: the function that people call.
        found: what came of the refits, by the name of the model; of one alone it may be empty.

    Raises:
        TrainingError: telling every reason, with the first failure as its cause, or as a note
            where it arose in another process.
    """
    failed = [(name, outcome) for name, outcomes in found.items() for outcome in outcomes]
    if not all(outcome.failed for _, outcome in failed):
        return
    reasons = [": ".join(filter(None, [name, outcome.failed])) for name, outcome in failed]
    error = TrainingError(
        f"{who}: expected a refit that gives answers, found none among {len(failed)}.",
        evidence=listed(reasons, "refit"),
        remedy="Mend what the most frequent reason names.",
        reasons=tuple(reasons),
    )
    cause = next((outcome.error for _, outcome in failed if outcome.error is not None), None)
    trace = next((outcome.trace for _, outcome in failed if outcome.trace), "")
    if cause is None and trace:
        error.add_note(f"there, in a process of its own:\n{trace}")
    raise error from cause
