"""What is told of whole numbers that float64 does not hold apart."""

from collections.abc import Mapping

from fivefold.codecs.schema import Column
from fivefold.codecs.whole import WideIntegers
from fivefold.core.catalogue import finding
from fivefold.core.finding import Finding
from fivefold.core.wording import literal
from fivefold.kinds.table import labels


def wide_findings(columns: Mapping[str, Column], wide: Mapping[str, WideIntegers]) -> list[Finding]:
    """Findings about columns of such numbers: how they are read, and what keeps them numbers."""
    found, words = [], labels()
    for name, numbers in wide.items():
        column = columns[name]
        apart = f"float64 tells only {numbers.floats:,} of the {numbers.distinct:,} apart"
        holds = f"Column `{name}` holds whole numbers beyond 2**53: {apart}."
        shift = "Subtract their smallest value to read them as numbers"
        if column.role == "time":
            what = "They are kept in the order of the source's numbers, counted from the smallest."
        elif column.role not in {"input", "ignored"} or column.reason == "dropped as asked":
            continue
        elif column.kind != words.name:
            what = (
                "They are read as numbers all the same, as asked, and a model cannot tell the "
                f"others. {shift}, or pass kinds={{{literal(name)}: {literal(words.name)}}}."
            )
        else:
            what = (
                f"They are read as {words.wanted}. {shift}, or pass "
                f"kinds={{{literal(name)}: {literal(words.name)}}} if they are codes."
            )
        sentence = f"{holds} {what}"
        found.append(
            finding(
                "wide_integers",
                sentence,
                "note" if column.role == "time" else "warning",
                column=name,
                distinct=numbers.distinct,
                floats=numbers.floats,
            )
        )
    return found
