"""Cells of predictions as numbers and as probabilities; those that are none are refused."""

from collections.abc import Mapping, Sequence

import numpy as np

from fivefold.codecs.cell import BAD, as_float, word
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import first_rows, literal, quoted, together
from fivefold.errors import DataError
from fivefold.tasks.places import find_label

WHO = "audit"
AWAY = 0.01
"""By which the probabilities of a row may add up to something else than 1: they are rounded."""

Named = Mapping[str, str | None]
"""Columns of the answers, each with the class whose probability it holds; None for one alone."""


def numbers_of(values: Array, where: str, places: Array) -> Array:
    """Cells as float64.

    Raises:
        DataError: naming rows whose cell is no finite number.
    """
    if values.dtype.kind == "f":
        found = values.astype(np.float64)
    else:
        known = {cell: number_of(cell) for cell in dict.fromkeys(values.tolist())}
        found = np.array([known[cell] for cell in values.tolist()], dtype=np.float64)
    refuse(where, ~np.isfinite(found), places, "a finite number in each row", values)
    return found


def number_of(cell: object) -> float:
    """A cell as a number; NaN where it is none."""
    try:
        return as_float(cell)
    except BAD:
        return float("nan")


def shares_of(values: Array, where: str, places: Array) -> Array:
    """Probabilities, from 0 to 1.

    Raises:
        DataError: naming rows beyond.
    """
    found = numbers_of(values, where, places)
    remedy = "Pass probabilities: of a score that is a logarithm of odds, 1 / (1 + exp(-score))."
    refuse(where, (found < 0) | (found > 1), places, "probabilities from 0 to 1", found, remedy)
    return found


def by_class(
    held: Mapping[str, Array], said: Named, schema: Schema, places: Array, source: str
) -> Array:
    """`(n, classes)` probabilities from a column each, which is said or called as its class."""
    classes, names = schema.classes, list(held)
    begun = _alike(names, [word(one) for one in classes])
    found: dict[int, str] = {}
    for name in names:
        label = said[name]
        place = find_label(name.removeprefix(begun) if label is None else label, classes)
        if place is None or place in found:
            raise DataError(
                f"{source or WHO}: expected one column of probabilities for each class of "
                f"`{schema.target}`, found {literal(name)}, which is called like none.",
                evidence=f"Its classes: {quoted(classes, 8)}.",
                remedy="Say which is which, prediction={'yes': 'p_yes', 'no': 'p_no'}; classes "
                "that no test row has are known from train=.",
                column=name,
            )
        found[place] = name
    lacking = [classes[place] for place in range(len(classes)) if place not in found]
    if lacking:
        wanted = f"a column of probabilities for each of {len(classes)} classes"
        remedy = "Name the columns of all classes."
        found_text = f"none for {quoted(lacking, 5)}"
        raise DataError.expected(source or WHO, wanted, found_text, remedy)
    ordered = [found[place] for place in range(len(classes))]
    columns = [shares_of(held[name], where_of(name, source), places) for name in ordered]
    scores = np.stack(columns, axis=1)
    where = f"{source or WHO}, {together([f'`{name}`' for name in ordered[:5]])}"
    off = np.abs(scores.sum(axis=1) - 1) > AWAY
    remedy = "Divide the probabilities of each row by their sum."
    refuse(where, off, places, "probabilities that add up to 1", scores.sum(axis=1), remedy)
    return scores


def _alike(names: Sequence[str], labels: Sequence[str]) -> str:
    """What names of columns begin with before the label of a class; empty if with nothing."""
    for name in names:
        for label in sorted(labels, key=len, reverse=True):
            begun = name.removesuffix(label)
            if begun != name and all(one.removeprefix(begun) in labels for one in names):
                return begun
    return ""


def refuse(
    where: str,
    wrong: Array,
    places: Array,
    wanted: str,
    values: Array | None = None,
    remedy: str = "Predict these rows, or leave them out of the test rows.",
) -> None:
    """Refuse answers that are wrong, naming their rows from 0 on."""
    if not wrong.any():
        return
    at = places[wrong].tolist()
    there = "none" if values is None else quoted([word(cell) for cell in values[wrong][:3]], 3)
    count = f"{len(at):,} of {len(wrong):,} rows"
    raise DataError(
        f"{where}: expected {wanted}, found {there} in {count}.",
        evidence=f"Rows, counted from 0: {first_rows(at)}.",
        remedy=remedy,
        rows=tuple(at),
    )


def where_of(name: str, source: str) -> str:
    """What a column is called in messages; that of an array has no source."""
    return f"{source}, column `{name}`" if source else WHO
