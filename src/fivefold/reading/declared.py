"""Texts that declare their columns above `@data`: ARFF of Weka, and `.ts` of the UCR archive."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.steps import MISSING, series_of
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.kinds.recognition import SourceType
from fivefold.reading.encoding import likeliest
from fivefold.reading.names import LABELS, SERIES, unique_names
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

CLASSES = ("class", "target", "label")
"""Names of a last attribute that is predicted, where its type does not say so."""

_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)\s+(.+)""", re.I)
_CELL = re.compile(r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)""")
_SPARSE = re.compile(r"""\s*(\d+)\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)""")
_WEIGHT = re.compile(r",?\s*\{\s*[\d.eE+-]+\s*\}$")  # of a row, which stands behind it
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One declared column of an ARFF file."""

    name: str
    form: str  # its type in small letters; `{` for levels, `relational` for series
    zero: str | None = "0"  # what a sparse row leaves out: of levels the first, of texts nothing

    @property
    def is_class(self) -> bool:
        """Whether it is likely what is predicted, where it stands last."""
        return self.form == "{" or self.name.lower() in CLASSES


def read_arff(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    r"""The rows of an ARFF file; an attribute of levels that stands last is the target.

    Relational attributes become series: of as many lines in every row each line is a channel.

    Args:
        content: of the file.
        name: of the source, for messages.
        reading: its encoding; None detects it.

    Raises:
        DataError: naming the line that does not fit.

    Example:
        >>> text = b"@relation r\n@attribute w numeric\n@attribute y {a,b}\n@data\n1.5,a\n?,b\n"
        >>> raw = read_arff(text, "some.arff")
        >>> {key: values.tolist() for key, values in raw.columns.items()}, raw.target
        ({'w': ['1.5', None], 'y': ['a', 'b']}, 'y')
    """
    text, told = likeliest(content, name, reading)
    lines = _lines(text, "%")
    attributes = _attributes(lines, name)
    rows = [_cells(line, number, attributes, name) for number, line in lines]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in attributes]
    types = dict[str, SourceType]()
    read = dict[str, Any]()
    names = unique_names([attribute.name for attribute in attributes], name)
    for attribute, key, cells in zip(attributes, names, columns, strict=True):
        read[key] = objects(cells)
        if attribute.form == "{":
            types[key] = "levels"
        if attribute.form == "relational":
            read[key], types[key] = objects(_bags(cells)), "steps"
    last = attributes[-1].is_class
    return Raw(
        name=name,
        columns=read,
        types=types,
        target=names[-1] if last else "",
        untyped=True,
        **told,
    )


def read_ts(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    r"""The rows of a `.ts` file: a column of series, and one of classes or values.

    Args:
        content: of the file.
        name: of the source, for messages.
        reading: its encoding; None detects it.

    Raises:
        DataError: naming the line that does not fit.

    Example:
        >>> raw = read_ts(b"@classLabel true a b\n@data\n1,2,3:4,?,6:a\n", "some.ts")
        >>> raw.columns["series"][0].tolist(), raw.columns["label"].tolist()
        ([[1.0, 4.0], [2.0, nan], [3.0, 6.0]], ['a'])
    """
    text, told = likeliest(content, name, reading)
    lines = _lines(text, "#", "%")
    said = _settings(lines, name)
    named = LABELS if said.get("classlabel") else "target" if said.get("targetlabel") else ""
    series, answers = [], []
    for number, line in lines:
        channels = line.split(":")
        if named and len(channels) < 2:
            raise _line_fault(name, number, f"series, `:` and a {named}", f"{line!r:.60}")
        answers.append(channels.pop().strip() if named else "")
        series.append(_channels(channels, name, number))
    target: dict[str, Any] = (
        {named: objects(None if a == "?" else a for a in answers)} if named else {}
    )
    types: dict[str, SourceType] = {SERIES: "steps"}
    return Raw(
        name=name,
        columns={SERIES: objects(series), **target},
        types={**types, **({LABELS: "levels"} if named == LABELS else {})},
        target=named,
        untyped=True,
        **told,
    )


def _lines(text: str, *comments: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, each with its number."""
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if plain and not plain.startswith(comments):
            yield number, plain


def _attributes(lines: Iterator[tuple[int, str]], name: str) -> list[Attribute]:
    found = list[Attribute]()
    inside = ""
    for number, line in lines:
        word = line.split(maxsplit=1)[0].lower()
        if word == "@data":
            if found:
                return found
            break
        if word == "@end":
            inside = ""
        elif word == "@attribute" and not inside:
            match = _ATTRIBUTE.match(line)
            if match is None:
                raise _line_fault(name, number, "@attribute NAME TYPE", f"{line!r:.60}")
            form = match[2].strip().lower().split()[0]
            zero = None if form == "string" else "0"
            if form.startswith("{"):
                level = _CELL.match(match[2].strip().lstrip("{").rstrip("}"))
                form, zero = "{", _cell(level[1]) if level else None
            found.append(Attribute(name=_plain(match[1]), form=form, zero=zero))
            inside = found[-1].name if form == "relational" else ""
        elif word not in {"@relation", "@attribute"}:
            raise _line_fault(name, number, "@relation, @attribute or @data", f"{line!r:.60}")
    remedy = "Pass a whole ARFF file."
    raise DataError.expected(name, "@attribute lines, @data and rows below it", "no such", remedy)


def _settings(lines: Iterator[tuple[int, str]], name: str) -> Mapping[str, str]:
    """What lines with @ say; a setting that is false is empty."""
    said = dict[str, str]()
    for number, line in lines:
        key, _, value = line.partition(" ")
        if key.lower() == "@data":
            if said.get("timestamps"):
                raise DataError.expected(
                    name,
                    "values at even steps",
                    "time stamps (@timeStamps true)",
                    "Write the values alone, or a long table with series_id= and step=.",
                )
            return said
        if not key.startswith("@"):
            raise _line_fault(name, number, "@ settings above @data", f"{line!r:.60}")
        value = value.strip()
        said[key[1:].lower()] = "" if value.lower().startswith("false") else value or "true"
    raise DataError.expected(name, "@data and rows below it", "none", "Pass a whole .ts file.")


def _cells(line: str, number: int, attributes: list[Attribute], name: str) -> list[str | None]:
    line = _WEIGHT.sub("", line)
    if line.startswith("{") and line.endswith("}"):
        pairs = {int(match[1]): match[2] for match in _SPARSE.finditer(line[1:-1])}
        beyond = next((place for place in pairs if place >= len(attributes)), None)
        if beyond is not None:
            wanted = f"places below {len(attributes)}"
            raise _line_fault(name, number, wanted, f"{beyond} in {line!r:.60}")
        each = enumerate(attributes)
        return [_cell(pairs[n]) if n in pairs else attribute.zero for n, attribute in each]
    if "," not in line and len(attributes) > 1 and "'" not in line and '"' not in line:
        line = ",".join(line.split())
    if "'" in line or '"' in line:
        found, place = list[str](), 0
        while place <= len(line) and (match := _CELL.match(line, place)) is not None:
            found.append(match[1])
            if match.end() == len(line) and not match[0].rstrip().endswith(","):
                break
            place = match.end() + (match.end() == place)
    else:
        found = line.split(",")
    if len(found) != len(attributes):
        wanted = plural(len(attributes), "value")
        lacking = attributes[len(found)].name if len(found) < len(attributes) else None
        raise _line_fault(name, number, wanted, f"{len(found):,} in {line!r:.60}", lacking)
    return [_cell(cell) for cell in found]


def _cell(text: str) -> str | None:
    text = text.strip()
    return None if text == "?" else _plain(text)


def _plain(text: str) -> str:
    """A text without quotes around it, and what was escaped inside as it is meant."""
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1])
    return text


def _bags(cells: list[str | None]) -> list[Any]:
    """Texts of relational cells as series; of one number of lines each line is a channel."""
    lines = {cell.strip().count("\n") for cell in cells if cell}
    arrays = [None if cell is None else series_of(_padded(cell)) for cell in cells]
    return [None if a is None else a.T if len(lines) == 1 else a for a in arrays]


def _padded(cell: str) -> list[list[str]]:
    rows = [line.split(",") for line in cell.strip().split("\n")]
    longest = max(map(len, rows))
    return [row + ["?"] * (longest - len(row)) for row in rows]


def _channels(channels: list[str], name: str, number: int) -> Any:
    """Channels as `(steps, channels)` float64, shorter ones filled up with missing numbers."""
    try:
        lines = [
            [np.nan if v.strip().lower() in MISSING else float(v) for v in channel.split(",")]
            for channel in channels
        ]
    except ValueError as fault:
        raise _line_fault(name, number, "numbers between commas", f"{fault}") from None
    longest = max(map(len, lines), default=0)
    return np.array([line + [np.nan] * (longest - len(line)) for line in lines], np.float64).T


def _line_fault(
    name: str, number: int, wanted: str, found: str, column: str | None = None
) -> DataError:
    where = "" if column is None else f", column `{column}`"
    return DataError(
        f"{name}, line {number:,}{where}: expected {wanted}, found {found}.",
        remedy="Repair that line.",
        lines=(number,),
        column=column,
        wanted=wanted,
        found=found,
    )
