"""A few rows of what people read: the texts, what was answered, and what is true."""

from typing import TYPE_CHECKING

from fivefold.codecs.personal import masked
from fivefold.core.wording import one_line
from fivefold.kinds.known import kind_of
from fivefold.report.tables import cell, shortened

if TYPE_CHECKING:
    from fivefold.artifacts import Collected, Evaluated

LONGEST = 400
"""Letters of a passage, the rest of which is left out."""


def passages(
    collected: "Collected", evaluated: "Evaluated"
) -> tuple[list[str], list[list[str]]] | None:
    """Test rows with texts: the truth, the answer, and each text; what points to people is masked.

    Args:
        collected: the rows.
        evaluated: which of them were judged, and what was answered.

    Returns:
        Headings and cells, those first that were answered worst; None where rows have no text, or
        not one answer each.
    """
    from fivefold.report.examples import has_examples, worst_and_best

    read = [column for column in collected.schema.inputs if kind_of(column.kind).is_passage]
    if not read or not has_examples(collected, evaluated):
        return None
    shown, truths, answers = worst_and_best(collected, evaluated)
    texts = [collected.table.column(column.name)[evaluated.index[shown]] for column in read]
    rows = [
        [
            cell(truth),
            cell(answer),
            *(shortened(masked(one_line(str(t or ""))), LONGEST) for t in told),
        ]
        for truth, answer, *told in zip(truths, answers, *texts, strict=True)
    ]
    headings = ["true", "answered", *(column.name for column in read)]
    return headings, rows
