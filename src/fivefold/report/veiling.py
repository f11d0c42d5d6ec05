"""What is shown of columns that point to people: that they do, and no whole value."""

from collections.abc import Iterable
from dataclasses import replace

from fivefold.codecs.personal import masked, veiled
from fivefold.core.finding import Finding, personal_columns
from fivefold.report.described import Described


def without_people(
    columns: Iterable[Described], findings: Iterable[Finding]
) -> tuple[Described, ...]:
    """Columns of which cells show no whole value that points to a person.

    Of a column that is such as a whole the first and the last sign of a cell are left, and neither
    its numbers nor the ends of its histogram; in others what was found is replaced by its kind.

    Args:
        columns: as `described` gives them.
        findings: those of the rows.
    """
    whole = personal_columns(findings)
    return tuple(_veiled(one, whole[one.name]) if one.name in whole else one for one in columns)


def _veiled(one: Described, whole: bool) -> Described:
    def shown(cell: str) -> str:
        known = masked(cell)
        return veiled(cell) if whole and known == cell else known

    return replace(
        one,
        samples=tuple(map(shown, one.samples)),
        most_frequent=shown(one.most_frequent),
        numbers={} if whole else one.numbers,
        bins=() if whole else one.bins,
        counts=one.counts[:0] if whole else one.counts,
    )
