"""A column that says of each row whether it is learnt from or judged by."""

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fivefold.codecs.coded import Coded, coded_of
from fivefold.codecs.table import Array
from fivefold.collect.tabulate import Tabulated
from fivefold.collect.wishes import Wishes
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import together
from fivefold.reading.partnames import USES, part_in, words_of
from fivefold.reading.raw import Raw

NAMES = frozenset(("split", "part", "partition", "subset", "set", "usage", "phase", "fold"))
"""Words of the names that such a column has."""

SAYS_PARTS = "says which rows are learnt from and judged by"
_MOST = 12  # words that mean a part; more are something else


class Parts(NamedTuple):
    """What such a column says."""

    column: str
    given: Array  # (n,) int8, as `Raw.given`
    told: Finding

    def divided(self, raw: Raw) -> Raw:
        """The same rows, divided."""
        return raw.replace(given=self.given, findings=(*raw.findings, self.told))

    def set_aside(self, table: Tabulated) -> None:
        """Nothing is learnt from the column itself."""
        kept = table.columns[self.column]
        table.columns[self.column] = replace(kept, role="ignored", reason=SAYS_PARTS)


def parts_said(raw: Raw, wishes: Wishes, targets: Collection[str]) -> Parts | None:
    """The parts that a column of the table says; None where none does, or several could.

    It is called `split` or so, all its words are parts (`train`, `valid`, `Testing`), and rows to
    learn from are among them. A column that the user speaks of is what the user says.
    """
    if raw.given is not None:
        return None
    spoken = {*targets, *wishes.drop, *wishes.kinds, *wishes.roles.values()}
    found = [
        said
        for name in raw.columns
        if name not in spoken and not NAMES.isdisjoint(words_of(name))
        if (said := _said(raw, name)) is not None
    ]
    return found[0] if len(found) == 1 else None


def _said(raw: Raw, name: str) -> Parts | None:
    cells = raw.columns[name]
    if not isinstance(cells, Coded):
        if cells.dtype != object or not all(isinstance(cell, str | None) for cell in cells):
            return None
        cells = coded_of(cells)
    coded = cells
    values = coded.values.tolist()
    if len(values) > _MOST or not all(isinstance(value, str) for value in values):
        return None
    parts = [part_in(value) if value.strip() else -1 for value in values]
    if any(part < 0 and value.strip() for part, value in zip(parts, values, strict=True)):
        return None
    # The last place is for cells that are missing, whose code is -1.
    given = np.array([*parts, -1], np.int8)[coded.codes]
    counts = {part: int(np.sum(given == part)) for part in (0, 1, 2, -1)}
    if not counts[0] or not counts[1] + counts[2]:
        return None
    words = [
        f"{count:,} {USES[part] if part >= 0 else 'not said which'}"
        for part, count in counts.items()
        if count
    ]
    sentence = (
        f"Column `{name}` divides the rows: {together(words)}; it is no input. "
        f"Pass drop=({name!r},) to have them drawn."
    )
    rows = {value: int(np.sum(coded.codes == code)) for code, value in enumerate(values)}
    return Parts(name, given, finding("parts_by_column", sentence, column=name, rows=rows))
