"""The classes of a target column, and what is remarkable about their sizes."""

from collections.abc import Mapping

from fivefold.core.catalogue import finding
from fivefold.core.finding import Finding, Severity
from fivefold.core.wording import literal, plural
from fivefold.errors import DataError
from fivefold.tasks.labels import Labels
from fivefold.tasks.target import Targets

MOST_CLASSES = 1000
LOPSIDED = 0.8
"""Fraction of the rows from which on one class alone makes an accuracy say little."""


def classes_of(targets: Targets) -> Labels:
    """The labels of the one target column.

    Raises:
        DataError: if there is one only, or more than 1,000, or they hardly repeat.
    """
    targets.refuse_unfit()
    found, column = targets.labels, targets.only
    sizes, rows = found.rows, sum(found.rows.values())
    if len(sizes) == 1:
        raise targets.one_value(column, repr(next(iter(found.labels.values()))), lost=True)
    if len(sizes) > MOST_CLASSES or (len(sizes) > 50 and len(sizes) > 0.5 * rows):
        raise DataError(
            f"{targets.source}, target `{column.name}`: expected classes that repeat, found "
            f"{len(sizes):,} different values in {rows:,} rows.",
            remedy=f"Choose another target, or pass task={literal(targets.number_task)} for "
            "numbers."
            if targets.number_task
            else "Choose another target.",
            column=column.name,
            classes=len(sizes),
        )
    return found


def class_notes(targets: Targets, classes: int) -> list[str]:
    """A line where numbers were taken for classes unasked."""
    column = targets.only
    if "numbers" not in column.reads_as or targets.asked:
        return []
    task = targets.number_task
    way = f"; pass task={literal(task)} to predict a number" if task else ""
    return [f"`{column.name}` holds {classes} different whole numbers, read as classes{way}."]


def class_findings(name: str, sizes: Mapping[str, int]) -> tuple[Finding, ...]:
    """The finding about classes of very different size, if they are."""
    total = sum(sizes.values())
    smallest = min(sizes, key=lambda label: sizes[label])
    largest = max(sizes, key=lambda label: sizes[label])
    share, most = sizes[smallest] / total, sizes[largest] / total
    if most < LOPSIDED and (share >= 0.1 or sizes[largest] < 5 * sizes[smallest]):
        return ()
    sentence = (
        f"Classes of `{name}` differ in size: {smallest!r} has "
        f"{plural(sizes[smallest], 'row')} ({share:.2%}), {largest!r} {sizes[largest]:,}."
    )
    if most >= LOPSIDED:
        sentence += f" An accuracy of {most:.3f} takes no skill here."
    severity: Severity = "warning" if share < 0.01 else "note"
    rows = dict(sizes)
    return (
        finding("imbalance", sentence, severity, column=name, rows=rows, smallest_fraction=share),
    )
