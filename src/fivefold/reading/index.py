"""Files by what may name them: a path, a name, a name without its ending, a number."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from fivefold.reading import images
from fivefold.reading.packed import Member
from fivefold.reading.suffix import TABLES, stem_of, suffix_of

MOST = 0.5
"""Fraction of the texts of a column of which files must be there."""

_NUMBERED = re.compile(r"(.*?)(\d{1,18})")

Series = tuple[str, str, str]  # files that differ in a number alone: folder, what precedes it, end


def is_table(member: Member) -> bool:
    """Whether a file looks like a table, by its name."""
    return suffix_of(PurePosixPath(member.path).name) in {*TABLES, ".data", ".dat", ""}


def number_of(value: object) -> int | None:
    """The whole number that a cell is, or writes; None if it is none."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class Index:
    """Files of a folder or an archive by what may name them; those of a kind before tables."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.by_path = {member.path: member for member in members}
        self._names, self._stems = (defaultdict[str, list[Member]](list) for _ in range(2))
        self.numbered = defaultdict[Series, dict[int, list[Member]]](lambda: defaultdict(list))
        for member in members:
            path = PurePosixPath(member.path)
            self._names[path.name].append(member)
            self._stems[path.stem].append(member)
            if match := _NUMBERED.fullmatch(path.stem):
                run = str(path.parent), match[1], path.suffix.lower()
                self.numbered[run][int(match[2])].append(member)

    def find(self, text: str, table: PurePosixPath, *, stems: bool) -> Member | None:
        """The file that a text of a table names.

        Args:
            text: a path from the table or from the top, or the end of one; a name.
            table: its path; of equal names that one counts whose folder is called alike.
            stems: whether a name without its ending, or with another one, is enough.
        """
        path = PureWindowsPath(text.strip()).as_posix()
        for known in (str(table.parent / path), path):
            if known in self.by_path:
                return self.by_path[known]
        name = PurePosixPath(path).name
        found = self._names.get(name, [])
        tail = path.lstrip("./")
        found = [m for m in found if f"/{m.path}".endswith(f"/{tail}")] or found
        if not found and stems:
            found = self._stems.get(name) or []
            if not found and images.is_cell(name):
                alike = self._stems.get(PurePosixPath(name).stem, [])
                found = [member for member in alike if images.is_cell(member.path)]
        return _one(found, table)

    def by_number(
        self, values: Iterable[object], table: PurePosixPath, *, few: bool = False
    ) -> Mapping[object, Member]:
        """The files that whole numbers name, all of one run of names; nothing where none does.

        Args:
            values: of a column of a table.
            table: its path; of several runs that one counts whose folder is called alike.
            few: whether the numbers may be few of those that files have.
        """
        numbers = {value: n for value in values if (n := number_of(value)) is not None}
        wanted = set(numbers.values())
        counts = Counter[Series]()
        for run, files in self.numbered.items():
            hits = len(wanted & files.keys())
            if hits and (few or (hits > 1 and hits >= MOST * len(files))):
                counts[run] = hits
        if not counts or len(wanted) < len(numbers):
            return {}

        def rank(run: Series) -> tuple[Any, ...]:
            near = run[0] == str(table.parent), _alike(PurePosixPath(run[0]), table)
            return counts[run], images.is_cell(f"1{run[2]}"), *near

        best = max(counts, key=rank)
        if sum(rank(run) == rank(best) for run in counts) > 1:  # several files a number
            return {}
        files = self.numbered[best]
        return {v: files[n][0] for v, n in numbers.items() if len(files.get(n, ())) == 1}

    def apart(self) -> list[Member]:
        """Tables that may name other files: they do not differ in a number alone from many."""
        runs = Counter(map(_pattern, filter(is_table, self.by_path.values())))
        tables = filter(is_table, self.by_path.values())
        return [table for table in tables if runs[_pattern(table)] <= ALIKE]

    def below(self, folder: PurePosixPath) -> int:
        """How many files lie in a folder and below it."""
        inside = "" if str(folder) == "." else f"{folder}/"
        return sum(path.startswith(inside) for path in self.by_path)


SHORT = 2  # letters of a name that say nothing

ALIKE = 8
"""Tables of which the names differ in numbers alone, up to which they may be tables of files."""


def _pattern(member: Member) -> tuple[str, str]:
    path = PurePosixPath(member.path)
    return str(path.parent), re.sub(r"\d+", "#", path.name)


def _one(found: Sequence[Member], table: PurePosixPath) -> Member | None:
    """The only file; the only one that is surely a cell, or lies in a folder called alike."""
    cells = [member for member in found if images.is_cell(member.path)] or found
    near = [member for member in cells if _alike(PurePosixPath(member.path).parent, table)]
    cells = near if len(cells) > 1 else cells
    return cells[0] if len(cells) == 1 else None


def _alike(folder: PurePosixPath, table: PurePosixPath) -> bool:
    """Whether a folder is called as a table is, `train` as `train_labels.csv`."""
    stem = stem_of(table.name).lower()
    parts = [part.lower() for part in folder.parts if len(part) > SHORT]
    return len(stem) > SHORT and any(part in stem or stem in part for part in parts)
