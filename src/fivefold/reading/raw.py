"""A source as it was read, before anything is decided about it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded, join_coded, objects
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import quoted
from fivefold.errors import DataError
from fivefold.kinds.recognition import SourceType
from fivefold.reading.names import FILES
from fivefold.reading.options import EVERY

T = TypeVar("T")

Read = tuple["Array | Coded", SourceType | None]  # a column, and what its type says


@dataclass(frozen=True, kw_only=True, eq=False)
class Raw:
    """Named columns of raw values, with what the source itself says of them.

    Args:
        name: of the source, for messages: `adult.csv`.
        columns: of equal length: arrays, or codes where cells repeat (texts of files, categories);
            texts are str and None.
        types: what the type of a column says in the source (bool, dates, categories), by its name.
        others: names of columns that were not asked for and not read.
        absent: the first row of a list of mappings that lacks a column, by its name.
        target: the source's own idea of the target; empty if it has none.
        positional: the columns have made-up names, so that a second source is matched by place.
        given: `(n,)` int8 as in `Collected`, or None.
        unreadable: positions of rows that cannot be used.
        findings: noticed while reading.
        text: how it is written, if it is text: `encoding`, `delimiter` and perhaps `detected`,
            the encoding that the bytes show and the user overruled.
        files: `path`, `bytes`, `sha256` of each file read, as plain values.
        places: `(n,)` int64, which rows of the source these are, where it holds others too.
        whole: rows of the source, where these are not all and their number is known.
        licence: of the data, where it is known.
        untyped: every cell is a text, whatever it holds, as in a CSV file.
        kept: cells as the source holds them (lists, columns of Arrow, texts), of the columns that
            `Reading.keep` names and the source has.
        named: what cells are called in messages, by column: the paths of files inside an archive.
        seconds: that decoding the files of a column took, where that is done.
        advice: what gives a target, where the source says nothing of classes.
        steps: names of the columns of a table with a row a step, of which these were made.
    """

    name: str
    columns: Mapping[str, Array | Coded]
    types: Mapping[str, SourceType] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    absent: Mapping[str, int] = field(default_factory=dict)
    target: str = ""
    positional: bool = False
    given: Array | None = None
    unreadable: Sequence[int] = ()
    findings: tuple[Finding, ...] = ()
    text: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    places: Array | None = None
    whole: int = 0
    licence: str | None = None
    untyped: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    advice: str = ""
    steps: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, read: Mapping[str, Read], **more: Any) -> Self:
        """The columns of a source, each with what its type says."""
        columns = {column: values for column, (values, _) in read.items()}
        types = {column: kind for column, (_, kind) in read.items() if kind is not None}
        return cls(name=name, columns=columns, types=types, **more)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def called(self, column: str, row: int) -> str:
        """What a cell is called in a message: its path, its value, its row where it is bytes."""
        if column in self.named:
            return self.named[column][row]
        cell = self.columns[column][row]
        if isinstance(cell, Path):
            return str(cell)
        return f"row {row:,}" if isinstance(cell, bytes) else f"{shown(cell)} in row {row:,}"

    def column(self, name: str) -> Array:
        """All cells of one column; the first axis counts rows."""
        values = self.columns[name]
        return values.array() if isinstance(values, Coded) else values

    def take(self, rows: Any) -> Self:
        """These rows: positions, or a slice. What is said of other rows is not carried over."""
        return replace(
            self,
            columns={name: values[rows] for name, values in self.columns.items()},
            given=None if self.given is None else self.given[rows],
            places=None if self.places is None else self.places[rows],
            unreadable=(),
            kept={},
            named={},
        )

    def pieces(self, rows: int) -> Iterator[Self]:
        """Consecutive pieces of at most so many rows; one at least."""
        if rows >= len(self):
            yield self
            return
        for start in range(0, len(self), rows):
            stop = start + rows
            unreadable = tuple(row - start for row in self.unreadable if start <= row < stop)
            kept = {name: cells[start:stop] for name, cells in self.kept.items()}
            piece = self.take(slice(start, stop))
            yield replace(piece, unreadable=unreadable, kept=kept, whole=self.whole or len(self))

    def keeping(self, names: Collection[str], cells: Mapping[str, Any] | None = None) -> Self:
        """The same with the cells of these columns kept.

        Args:
            names: of columns; those that are not here are passed over, and `EVERY` stands for all.
            cells: as the source holds them, where these are not the columns' own.
        """
        if not names or self.kept:
            return self
        held = self.columns if cells is None else cells
        names = held if EVERY in names else names
        return replace(self, kept={name: held[name] for name in names if name in held})

    def of_file(self, name: str) -> Self:
        """The same with a column `file` of this name, unless it has one."""
        if FILES in self.columns:
            return self
        return replace(self, columns={FILES: objects([name] * len(self)), **self.columns})

    def replace(self, **changes: Any) -> Self:
        """The same source with some fields exchanged."""
        return replace(self, **changes)


def concatenate(parts: Sequence[Raw], name: str) -> Raw:
    """The rows of several sources of one form, one after another.

    Raises:
        DataError: if the columns differ.
    """
    first, names = parts[0], parts[0].columns
    if len(parts) == 1:
        return first
    for part in parts[1:]:
        lacking = [name for name in names if name not in part.columns]
        extra = [name for name in part.columns if name not in names]
        if lacking or extra:
            lines = [f"Missing: {quoted(lacking)}."] if lacking else []
            lines += [f"Only here: {quoted(extra)}."] if extra else []
            raise DataError(
                f"{part.name}: expected the columns of {first.name}, found others.",
                evidence=" ".join(lines),
                remedy="Narrow the pattern to files of one form.",
                columns=tuple(lacking + extra),
            )
    starts = np.cumsum([0, *map(len, parts[:-1])])
    said = any(part.given is not None for part in parts)
    return first.replace(
        name=name,
        columns={name: join_values([part.columns[name] for part in parts]) for name in names},
        types=_in_all([part.types for part in parts]),
        given=np.concatenate(list(map(given_or_unsaid, parts))) if said else None,
        places=_join_places(parts),
        whole=sum(part.whole or len(part) for part in parts),
        unreadable=[
            int(start + row)
            for start, part in zip(starts, parts, strict=True)
            for row in part.unreadable
        ],
        findings=tuple(finding for part in parts for finding in part.findings),
        text=_in_all([part.text for part in parts]),
        files=tuple(file for part in parts for file in part.files),
        untyped=any(part.untyped for part in parts),
        named={},
    )


def _in_all(said: Sequence[Mapping[str, T]]) -> dict[str, T]:
    """What all of them say alike."""
    return {k: v for k, v in said[0].items() if all(other.get(k) == v for other in said)}


def _join_places(parts: Sequence[Raw]) -> Array | None:
    """Which rows of all sources together these are; None for all of them."""
    if all(part.places is None for part in parts):
        return None
    starts = np.cumsum([0, *(part.whole or len(part) for part in parts)])
    own = [np.arange(len(part)) if part.places is None else part.places for part in parts]
    return np.concatenate([start + rows for start, rows in zip(starts, own, strict=False)])


def append_test(raw: Raw, test: Raw, targets: Sequence[str]) -> Raw:
    """The rows of `raw`, then those of `test`, which are marked as test rows.

    Columns that only the test rows have are left out, with a finding; where neither source has
    names of its own, columns are matched by place.

    Raises:
        DataError: if the test rows lack a column.
    """
    if raw.positional and test.positional and len(raw.columns) == len(test.columns):
        names = dict(zip(test.columns, raw.columns, strict=True))
        test = test.replace(
            columns={names[name]: values for name, values in test.columns.items()},
            types={names[name]: said for name, said in test.types.items()},
        )
    lacking = [name for name in raw.columns if name not in test.columns]
    if lacking:
        count = f"{len(lacking)} of {len(raw.columns)} columns"
        what = "the target" if set(targets) & set(lacking) else count
        raise DataError(
            f"{test.name}: expected the columns of {raw.name}, found {what} missing.",
            evidence=f"Missing: {quoted(lacking)}.",
            remedy="Give test_source rows with the same columns, the target among them.",
            columns=tuple(lacking),
        )
    extra = [name for name in test.columns if name not in raw.columns]
    findings = list(test.findings)
    if extra:
        sentence = f"Only {test.name} has {quoted(extra)}; left out."
        findings.append(finding("extra_columns", sentence, columns=extra))
    kept = test.replace(
        columns={name: test.columns[name] for name in raw.columns},
        given=np.full(len(test), 2, np.int8),
        findings=tuple(findings),
    )
    return concatenate([raw.replace(given=given_or_unsaid(raw)), kept], raw.name)


def given_or_unsaid(raw: Raw) -> Array:
    """The part of each row as the source gives it, else -1."""
    return np.full(len(raw), -1, np.int8) if raw.given is None else raw.given


def join_values(pieces: "Sequence[Array | Coded]") -> "Array | Coded":
    """Columns one after another; as objects where their types or shapes do not go together."""
    if all(isinstance(piece, Coded) and _is_text(piece.values) for piece in pieces):
        return join_coded(pieces)  # type: ignore[arg-type]
    arrays = [piece.array() if isinstance(piece, Coded) else piece for piece in pieces]
    shapes = {array.shape[1:] for array in arrays}
    kinds = {array.dtype.kind for array in arrays}
    pictures = arrays[0].ndim > 2  # whose dtype says how deep they are
    # numpy makes floats of signed and unsigned whole numbers together
    numbers = kinds <= set("iuf") and kinds != set("iu")
    alike = len({array.dtype for array in arrays}) == 1 if pictures else numbers
    if len(shapes) == 1 and (alike or (len(kinds) == 1 and not pictures)):
        return np.concatenate(arrays)
    return objects(v for array in arrays for v in (array if shapes != {()} else listed(array)))


def _is_text(values: Array) -> bool:
    """Whether all are texts: 1 and True would be one key."""
    return values.dtype == object and all(type(value) is str for value in values)


def listed(values: "Array | Coded") -> list[Any]:
    """The values as plain Python objects."""
    if isinstance(values, Coded):
        values = values.array()
    return values.tolist() if values.dtype.kind in "iufb" else list(values)
