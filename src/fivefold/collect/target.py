"""What is to be predicted: the task, the classes and the column that holds them."""

import re
from dataclasses import dataclass, replace

import numpy as np

from fivefold.codecs.canonical import canonical_column
from fivefold.codecs.cell import word
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Label, Task
from fivefold.codecs.table import Array
from fivefold.collect.infer import count_values
from fivefold.core.faults import nearest
from fivefold.core.finding import Finding
from fivefold.core.wording import literal, plural
from fivefold.errors import DataError

MOST_NUMBERS = 20
"""Whole numbers with at most this many different values may be classes."""
FEWEST_ROWS = 10
MOST_CLASSES = 1000
_WHOLE = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)


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
    task: Task
    classes: tuple[Label, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


def settle_target(
    column: Column,
    values: Array,
    *,
    usable: Array,
    source: str,
    task: Task | None = None,
    positive: Label | None = None,
) -> Target:
    """Decide task and classes from the values of the target.

    Texts, booleans and categories are classes; whole numbers are classes where there are at most
    20 different ones, each five times or more on average; other numbers are a regression. In a
    binary task the rarer class is the positive one unless `positive` says otherwise. `positive`
    with more than two classes makes it that class against the rest.

    Args:
        column: of the target as it was inferred.
        values: canonical values of that kind.
        usable: `(n,)` bool, rows to look at: readable, target present.
        source: name, for messages.
        task: what is to be predicted, if the guess is not wanted.
        positive: the class whose probability a binary model is judged by.

    Raises:
        DataError: if there are fewer than 10 rows, one class only, more than 1,000 classes, a
            positive class that does not occur, or values that do not suit the task.
    """
    rows = int(usable.sum())
    if rows < FEWEST_ROWS:
        raise DataError(
            f"{source}: expected at least {FEWEST_ROWS} rows with a target, found {rows} of "
            f"{len(values):,}.",
            remedy="Collect more rows.",
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
    if task is None and positive is None:
        task = None if _looks_like_classes(column, values[usable]) else "regression"
    if task == "regression":
        return _regression(column, values, usable, source, positive)
    return _classes(column, values, usable, source, task, positive)


def _looks_like_classes(column: Column, values: Array) -> bool:
    if column.kind != "numeric":
        return True
    distinct = np.unique(values)
    whole = bool(np.all(distinct == np.rint(distinct)))
    return whole and len(distinct) <= MOST_NUMBERS and len(values) >= 5 * len(distinct)


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
    values: Array,
    usable: Array,
    source: str,
    task: Task | None,
    positive: Label | None,
) -> Target:
    words = _as_words(column, values)
    distinct, counts = count_values(words[usable])
    sizes = dict(zip(distinct, counts.tolist(), strict=True))
    if len(sizes) == 1:
        raise _one_value(column.name, source, repr(distinct[0]))
    if len(sizes) > MOST_CLASSES or (len(sizes) > 50 and len(sizes) > 0.5 * usable.sum()):
        raise DataError(
            f"{source}, target `{column.name}`: expected classes that repeat, found "
            f"{len(sizes):,} different values in {int(usable.sum()):,} rows.",
            remedy='Choose another target, or pass task="regression" for numbers.',
            column=column.name,
            classes=len(sizes),
        )
    notes = []
    if positive is not None and word(positive) not in sizes:
        near = nearest(word(positive), list(sizes))
        shown = ", ".join(map(repr, sorted(sizes)[:10]))
        raise DataError(
            f"{source}, target `{column.name}`: expected positive= to be one of the classes, "
            f"found {positive!r}.",
            evidence=f"Classes: {shown}{' and more' * (len(sizes) > 10)}.",
            remedy=f"Write positive={literal(near)}." if near else "Choose one of these classes.",
            positive=positive,
            near=near,
        )
    if len(sizes) > 2 and positive is None and task == "binary":
        raise DataError(
            f"{source}, target `{column.name}`: expected two classes, found {len(sizes)}.",
            remedy="Name the class to tell from the rest with positive=.",
            classes=len(sizes),
        )
    if len(sizes) > 2 and positive is not None and task != "multiclass":
        chosen = word(positive)
        rest = f"not {chosen}"
        words = objects(None if w is None else chosen if w == chosen else rest for w in words)
        sizes = {chosen: sizes[chosen], rest: int(usable.sum()) - sizes[chosen]}
        notes.append(f"`{column.name}`: all classes but {chosen!r} are taken together.")
    if len(sizes) == 2 and task != "multiclass":
        chosen = word(positive) if positive is not None else _rarer(sizes)
        other = next(name for name in sizes if name != chosen)
        classes = typed_labels([other, chosen])
        why = "as asked" if positive is not None else f"the rarer: {sizes[chosen]:,} rows"
        notes.append(f"The positive class of `{column.name}` is {classes[1]!r} ({why}).")
        settled: Task = "binary"
    else:
        classes = typed_labels(sorted(sizes, key=natural))
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
        findings=tuple(class_findings(column.name, sizes)),
    )


def _as_words(column: Column, values: Array) -> Array:
    """The target as texts, 1.0 being "1" and a boolean True or False."""
    if column.kind == "boolean":
        names = {1.0: "True", 0.0: "False"}
        return objects(names.get(value) for value in values.tolist())
    plain = Column(name=column.name, kind="categorical", missing=column.missing)
    return canonical_column(values, plain)[0]


def _rarer(sizes: dict[str, int]) -> str:
    """The class with fewer rows; of two equal ones the later in natural order."""
    return min(sorted(sizes, key=natural, reverse=True), key=lambda name: sizes[name])


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """A sort key in which digits count as numbers.

    Example:
        >>> sorted(["k10", "k9", "-1", "3"], key=natural)
        ['-1', '3', 'k9', 'k10']
    """
    if re.fullmatch(r"-?\d+", text, re.ASCII):
        return ((0, float(text), text),)
    pieces = re.split(r"(\d+)", text)
    return tuple((1, float(p), "") if p.isascii() and p.isdigit() else (2, 0.0, p) for p in pieces)


def typed_labels(words: list[str]) -> tuple[Label, ...]:
    """Labels as people write them: whole numbers and booleans where all of them are, else text.

    Example:
        >>> typed_labels(["0", "1"]), typed_labels(["False", "True"]), typed_labels(["0", "a"])
        ((0, 1), (False, True), ('0', 'a'))
    """
    if all(_WHOLE.fullmatch(text) and text != "-0" for text in words):
        return tuple(int(text) for text in words)
    if set(words) <= {"True", "False"}:
        return tuple(text == "True" for text in words)
    return tuple(words)


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


def _one_value(name: str, source: str, value: str) -> DataError:
    return DataError(
        f"{source}, target `{name}`: expected at least two different values, found only {value}.",
        remedy="Choose another target, or collect rows of another class.",
        column=name,
        found=value,
    )
