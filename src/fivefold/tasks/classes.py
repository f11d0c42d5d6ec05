"""The classes of a target column, and what is remarkable about them."""

from collections.abc import Mapping

from fivefold.core.finding import Finding
from fivefold.core.wording import literal, plural
from fivefold.errors import DataError
from fivefold.tasks.labels import Labels
from fivefold.tasks.target import Targets

MOST_CLASSES = 1000


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
    """Findings about classes of very different size, and classes of one row."""
    found, total = [], sum(sizes.values())
    smallest = min(sizes, key=lambda label: sizes[label])
    largest = max(sizes, key=lambda label: sizes[label])
    share = sizes[smallest] / total
    if share < 0.1 and sizes[largest] >= 5 * sizes[smallest]:
        rare = share < 0.01
        found.append(
            Finding(
                code="imbalance",
                severity="warning" if rare else "note",
                sentence=f"Classes of `{name}` differ in size: {smallest!r} has "
                f"{plural(sizes[smallest], 'row')} ({share:.2%}), {largest!r} {sizes[largest]:,}.",
                numbers={"column": name, "rows": dict(sizes), "smallest_fraction": share},
                stage="Collect",
            )
        )
    single = [label for label, count in sizes.items() if count == 1]
    if single:
        found.append(
            Finding(
                code="single_row_class",
                severity="warning",
                sentence=f"{len(single)} class{'es' * (len(single) > 1)} of `{name}` "
                f"{'have' if len(single) > 1 else 'has'} one row only: "
                f"{', '.join(map(repr, single[:5]))}; it can be learnt from, not judged.",
                numbers={"column": name, "classes": single},
                stage="Collect",
            )
        )
    return tuple(found)
