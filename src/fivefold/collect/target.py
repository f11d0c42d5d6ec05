"""What is to be predicted: the task, the classes and the column that holds them."""

from dataclasses import dataclass, replace

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.schema import Column, Label
from fivefold.codecs.table import Array
from fivefold.collect.labels import Labels, read_labels
from fivefold.collect.positive import positive_as_asked, positive_of
from fivefold.collect.whole import WideIntegers
from fivefold.core.finding import Finding
from fivefold.core.wording import literal, plural
from fivefold.errors import DataError
from fivefold.keys import missing_rows

MOST_NUMBERS = 20
"""Whole numbers with at most this many different values may be classes."""
FEWEST_ROWS = 10
MOST_CLASSES = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """The target as the source gave it.

    Args:
        raw: `(n,)` cells.
        typed: whether the source tells texts from numbers; a CSV file does not.
        wide: the whole numbers that float64 does not hold apart, if there are such.
        lost: a sentence about texts that stand for missing in it; empty if there are none.
        remedy: what makes them values again.
    """

    raw: "Array | Coded"
    typed: bool = False
    wide: WideIntegers | None = None
    lost: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """The target as it was settled.

    Args:
        column: with the role `target`; categorical wherever there are classes.
        values: canonical.
        task: what is predicted.
        classes: labels in order; binary: the positive one last.
        notes: decisions worth a line each.
        findings: noticed on the way.
    """

    column: Column
    values: Array
    task: str
    classes: tuple[Label, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


def settle_target(
    column: Column,
    values: Array,
    *,
    usable: Array,
    source: str,
    cells: Cells | None = None,
    task: str | None = None,
    positive: Label | None = None,
) -> Target:
    """Decide task and classes from the values of the target.

    Texts, booleans and categories are classes; whole numbers are classes where there are at most
    20 different ones, each five times or more on average; other numbers are a regression. In a
    binary task `positive_of` finds the positive class unless `positive` says otherwise. `positive`
    with more than two classes makes it that class against the rest.

    Args:
        column: of the target as it was inferred.
        values: canonical values of that kind.
        usable: `(n,)` bool, rows to look at: readable, target present.
        source: name, for messages.
        cells: the same as the source gave them, from which labels are read; `values` if None.
        task: what is to be predicted, if the guess is not wanted.
        positive: the class whose probability a binary model is judged by.

    Raises:
        DataError: if there are fewer than 10 rows, one class only, more than 1,000 classes, a
            positive class that does not occur, or values that do not suit the task.
    """
    rows = int(usable.sum())
    cells = cells or Cells(raw=values)
    if rows < FEWEST_ROWS:
        raise DataError(
            f"{source}: expected at least {FEWEST_ROWS} rows with a target, found {rows} of "
            f"{len(values):,}.",
            evidence=cells.lost,
            remedy=cells.remedy or "Collect more rows.",
            rows=rows,
            column=column.name,
        )
    if column.kind in {"datetime", "image"}:
        raise DataError(
            f"{source}, target `{column.name}`: expected classes or numbers, found "
            f"{column.kind} values.",
            remedy="Choose another target.",
            column=column.name,
        )
    wide = cells.wide.within(usable) if cells.wide is not None else None
    if task is None and positive is None:
        task = None if _looks_like_classes(column, values[usable], wide) else "regression"
    if task == "regression":
        if wide is not None and wide.can_shift:
            raise _held_alike(column.name, source, wide)
        return _regression(column, values, usable, source, positive)
    present = ~missing_rows(values)
    found = read_labels(cells.raw, present, usable & present, typed=cells.typed)
    return _classes(column, found, source, cells, task, positive)


def _looks_like_classes(column: Column, values: Array, wide: WideIntegers | None) -> bool:
    if column.kind != "numeric":
        return True
    floats = np.unique(values)
    whole = bool(np.all(floats == np.rint(floats)))
    distinct = len(floats) if wide is None else wide.distinct
    return whole and distinct <= MOST_NUMBERS and len(values) >= 5 * distinct


def _regression(
    column: Column, values: Array, usable: Array, source: str, positive: Label | None
) -> Target:
    if column.kind != "numeric" or positive is not None:
        found = f"positive={positive!r}" if column.kind == "numeric" else f"{column.kind} values"
        raise DataError(
            f"{source}, target `{column.name}`: expected numbers for a regression, found {found}.",
            remedy="Leave task= and positive= out, or pass "
            f'kinds={{{literal(column.name)}: "numeric"}}.',
            column=column.name,
        )
    if len(np.unique(values[usable])) == 1:
        raise _one_value(column.name, source, f"{values[usable][0]:g}")
    return Target(
        column=replace(column, role="target"),
        values=values,
        task="regression",
        classes=(),
        notes=(f"`{column.name}` is predicted as a number (regression).",),
        findings=(),
    )


def _classes(
    column: Column,
    found: Labels,
    source: str,
    cells: Cells,
    task: str | None,
    positive: Label | None,
) -> Target:
    labels, sizes, words = found.labels, found.rows, found.words
    classes: tuple[Label, ...] = tuple(labels.values())
    rows = sum(sizes.values())
    if len(sizes) == 1:
        raise _one_value(column.name, source, repr(next(iter(labels.values()))), cells)
    if len(sizes) > MOST_CLASSES or (len(sizes) > 50 and len(sizes) > 0.5 * rows):
        raise DataError(
            f"{source}, target `{column.name}`: expected classes that repeat, found "
            f"{len(sizes):,} different values in {rows:,} rows.",
            remedy='Choose another target, or pass task="regression" for numbers.',
            column=column.name,
            classes=len(sizes),
        )
    notes = []
    chosen = (
        positive_as_asked(column.name, found, source, positive) if positive is not None else None
    )
    if len(sizes) > 2 and chosen is None and task == "binary":
        raise DataError(
            f"{source}, target `{column.name}`: expected two classes, found {len(sizes)}.",
            remedy="Name the class to tell from the rest with positive=.",
            classes=len(sizes),
        )
    if len(sizes) > 2 and chosen is not None and task != "multiclass":
        label = str(labels[chosen])
        rest = f"not {label}"
        words = objects(None if w is None else chosen if w == chosen else rest for w in words)
        sizes = {chosen: sizes[chosen], rest: rows - sizes[chosen]}
        labels = {chosen: label, rest: rest}
        notes.append(f"`{column.name}`: all classes but {label!r} are taken together.")
    if len(sizes) == 2 and task != "multiclass":
        last, why = (chosen, "as asked") if chosen is not None else positive_of(sizes, labels)
        classes = (labels[next(name for name in sizes if name != last)], labels[last])
        notes.append(f"The positive class of `{column.name}` is {classes[1]!r} ({why}).")
        settled: str = "binary"
    else:
        notes.append(f"`{column.name}` has {len(classes)} classes.")
        settled = "multiclass"
    if column.kind == "numeric" and task is None:
        notes.append(
            f"`{column.name}` holds {len(sizes)} different whole numbers, read as classes; "
            'pass task="regression" to predict a number.'
        )
    settled_column = replace(column, kind="categorical", role="target", format="")
    return Target(
        column=settled_column,
        values=words,
        task=settled,
        classes=classes,
        notes=tuple(notes),
        findings=tuple(
            class_findings(column.name, {str(labels[name]): sizes[name] for name in sizes})
        ),
    )


def class_findings(name: str, sizes: dict[str, int]) -> list[Finding]:
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
    return found


def _one_value(name: str, source: str, value: str, cells: Cells | None = None) -> DataError:
    return DataError(
        f"{source}, target `{name}`: expected at least two different values, found only {value}.",
        evidence=cells.lost if cells is not None else "",
        remedy=(cells.remedy if cells is not None else "")
        or "Choose another target, or collect rows of another class.",
        column=name,
        found=value,
    )


def _held_alike(name: str, source: str, wide: WideIntegers) -> DataError:
    return DataError(
        f"{source}, target `{name}`: expected numbers that float64 tells apart, found "
        f"{wide.distinct:,} different whole numbers of which it tells {wide.floats:,}.",
        remedy=f"Subtract the smallest value, {wide.smallest}, from `{name}`.",
        column=name,
        distinct=wide.distinct,
        floats=wide.floats,
        smallest=wide.smallest,
    )
