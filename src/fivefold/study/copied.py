"""Columns of the test rows that hold what was predicted, beside those that are said to."""

from dataclasses import replace

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.keys import codes_of, is_countable


def without_copies(
    collected: Collected, scores: Array, rows: Array
) -> tuple[Schema, list[Finding]]:
    """The schema without columns that hold the answers, and a finding of each."""
    schema = collected.schema
    answers = scores if scores.ndim == 1 else scores.argmax(axis=1)
    held = [codes_of(answers)]
    if scores.ndim > 1:
        held += [codes_of(column) for column in scores.T]
    held = [codes for codes in held if codes.max(initial=0) > 0]
    columns, found = [], list[Finding]()
    for column in schema.columns:
        cells = collected.table.column(column.name)[rows]
        is_read = column.role == "input" and is_countable(cells)
        if is_read and any(_tell_each_other(codes_of(cells), codes) for codes in held):
            column = replace(column, role="ignored", reason="holds the predictions")
            sentence = f"Column `{column.name}` tells the prediction in every test row; left out."
            found.append(finding("prediction_column", sentence, column=column.name))
        columns.append(column)
    return (replace(schema, columns=tuple(columns)) if found else schema), found


def _tell_each_other(one: Array, other: Array) -> bool:
    """Whether equal codes are equal in both."""
    pairs = len(set(zip(one.tolist(), other.tolist(), strict=True)))
    return pairs == int(one.max(initial=-1)) + 1 == int(other.max(initial=-1)) + 1
