"""Files of a folder or an archive, decoded a few at a time."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.canonical import canonical_column, reason
from fivefold.kinds.known import kind_of
from fivefold.kinds.sample import Sample
from fivefold.reading.packed import Member

AT_ONCE = 256
"""Files that are held at a time."""


class Decoded:
    """The cells that files are, and what became of each.

    Args:
        members: files, all of which are cells.
        column: of which kind.

    Attributes:
        cells: `(n,)` canonical; or as the files have them, where a form must be settled for the
            whole column first.
        bad: `(n,)` positions of those that cannot be read.
        why: what is wrong with the first of them, as a sentence.
        seconds: that decoding took.
    """

    def __init__(self, members: Sequence[Member], column: Column) -> None:
        self.members, self.column = members, column
        self.cells: Array = np.empty(0, object)
        self.bad: Array = np.empty(0, np.int64)
        self.why, self.seconds = "", 0.0

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of each file; they are decoded meanwhile, and all is known at the end."""
        kind, found, bad = kind_of(self.column.kind), list[Array](), list[Array]()
        for first in range(0, len(self.members), AT_ONCE):
            some = self.members[first : first + AT_ONCE]
            contents = [member.content for member in some]
            raw: Array = objects(map(_cell, some, contents))
            started = perf_counter()
            cells, wrong = canonical_column(raw, self.column, on_bad="missing")
            self.seconds += perf_counter() - started
            if len(wrong) and not bad:
                self.why = reason(raw[wrong[0]], self.column)
            if len(wrong):
                bad.append(first + wrong)
            settled = kind.form(Sample(contents[:1], [1], asked=True))
            found.append(raw if settled else cells)
            for member, content in zip(some, contents, strict=True):
                yield member.path, content
        self.cells = objects(cell for piece in found for cell in piece)
        self.bad = np.concatenate(bad) if bad else self.bad


def _cell(member: Member, content: bytes) -> Any:
    """The bytes of a file, or what stands for several."""
    return content if type(member) is Member else member.cell
