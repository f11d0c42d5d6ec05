"""What the score would be if the model had to predict rows later than those it learnt from."""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.session import Session
from fivefold.core.wording import literal
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.otherwise import flatters, is_long, score_otherwise
from fivefold.kinds.known import kind_of
from fivefold.partition import Partition

FEWEST_DATES = 20


def optimistic_split(evidence: Evidence, session: Session) -> list[Finding]:
    """The score both ways, where rows have dates and were not divided by them.

    The network is trained once more on the earlier rows and judged on the later ones, with parts
    of the same sizes. Nothing is chosen by it, so the deployed model has learnt nothing.

    Returns:
        One finding with both scores; or with the reason why the second was not measured: more
        than 3,000,000 rows x epochs, or images, texts or others with an array of their own among
        the inputs. Empty where there is no
        column of dates or the schema has a time column (then the division is by time already).
    """
    schema = evidence.schema
    column = _date_column(evidence)
    if schema.named("time") or column is None or evidence.collected.given is not None:
        return []
    begun = f"Rows have dates (`{column}`) and were divided regardless of them"
    advice = f"Pass time={literal(column)} to Collect if the model is to predict later rows."
    later, why = by_time(evidence, column), ""
    if is_long(evidence, wide=False):
        why = "training again would take long"
    elif not min(map(len, (later.train, later.test))):
        why = "too many rows share a date"
    if why:
        sentence = f"{begun}; the score by time was not measured, as {why}. {advice}"
        return [finding("split_ignores_time", sentence, column=column)]
    name = evidence.headline.name
    ours = evidence.metrics[name]
    theirs = score_otherwise(
        evidence, session, later, name="by-time", time=evidence.collected.table.column(column)
    )
    worse = flatters(ours, theirs, evidence.headline.greater)
    told = ": the division flatters" if worse else ""
    sentence = (
        f"{begun}: {evidence.headline.title} is {ours}; trained on earlier rows and judged on "
        f"later ones it is {theirs}{told}. {advice}"
    )
    return [
        finding(
            "split_ignores_time",
            sentence,
            "serious" if worse else "note",
            column=column,
            metric=name,
            random=float(ours),
            by_time=float(theirs),
            by_time_low=theirs.low,
            by_time_high=theirs.high,
        )
    ]


def by_time(evidence: Evidence, column: str) -> Partition:
    """The same rows in parts of about the same sizes, the earliest first.

    Equal dates stay together; rows without a date count as the earliest.
    """
    parts = _parts(evidence.partition)
    rows = np.sort(np.concatenate(parts))
    times = evidence.collected.table.column(column)[rows]
    known = ~np.isnat(times)
    times = np.where(known, times, times[known].min())
    places = np.searchsorted(np.sort(times), times, side="left")
    part = np.searchsorted(np.cumsum([*map(len, parts)])[:2], places, side="right")
    return Partition(
        train=rows[part == 0],
        valid=rows[part == 1],
        test=rows[part == 2],
        how=f"by `{column}`, the earliest first",
    )


def _parts(partition: Partition) -> list[Array]:
    return [partition.train, partition.valid, partition.test]


def _date_column(evidence: Evidence) -> str | None:
    table, rows = evidence.collected.table, np.concatenate(_parts(evidence.partition))
    for column in evidence.schema.columns:
        if kind_of(column.kind).dated and column.role in ("input", "ignored"):
            dates = table.column(column.name)[rows]
            if len(np.unique(dates[~np.isnat(dates)])) >= FEWEST_DATES:
                return column.name
    return None
