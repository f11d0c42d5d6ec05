"""Which field of a row belongs to which column, where rows are not all as wide as their header."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fivefold.errors import DataError
from fivefold.reading.dialect import Dialect, line_end
from fivefold.reading.fields import iterate_lines


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How rows are laid out."""

    width: int  # fields of a row
    corner: bool = False  # the header leaves the place above the names of the rows empty, as R does
    surplus: int = 0  # rows that end in empty fields which the header lacks; they are cut off


def find_layout(
    text: str, dialect: Dialect, name: str, above: int = 0, *, row_names: bool | None = None
) -> Layout:
    """The layout of a text.

    A header that is one field short is R's above two rows or more which all begin with a name of
    their own (see `_are_names`) and end in a filled field. Empty fields at the end are cut off.

    Args:
        text: the rows, their header first if there is one.
        dialect: how they are written.
        name: of the source, for messages.
        above: lines above the text, for messages.
        row_names: whether the file that a model was fitted on has such names: then one row may
            have one, and if not, only counted rows do. None where rows are collected.

    Raises:
        DataError: naming the first lines whose rows have too many or too few fields. It carries
            `lines`, `rows` (from 0, below the header), `wanted` and `found`.
    """
    rows = (pair for pair in _rows(text, dialect) if not is_blank(pair[0]))
    header = next(rows, ([], 0))[0] if dialect.header else []
    widths: Counter[int] = Counter()
    surplus, empty, names, filled = 0, True, dict[str, None](), True
    for row, _ in rows:
        widths[len(row)] += 1
        if header and len(row) > len(header):
            surplus += 1
            empty = empty and not any(cell.strip() for cell in row[len(header) :])
            filled = filled and bool(row[0].strip() and row[-1].strip()) and row[0] not in names
            names[row[0]] = None
    width = len(header) or (widths.most_common(1)[0][0] if widths else 0)
    if set(widths) <= {width} or (width == 1 and set(widths) <= {0, 1}):
        return Layout(width=width)
    if header and empty and min(widths) >= width:
        return Layout(width=width, surplus=surplus)
    if header and set(widths) == {width + 1} and filled and '\\"' not in text:
        counted = any(
            list(names) == [str(n + first) for n in range(len(names))] for first in (0, 1)
        )
        worded = row_names is not False and _are_names(list(names), text)
        if (counted or worded) and (row_names or len(names) > 1):
            return Layout(width=width + 1, corner=True)
    raise _ragged(text, dialect, width, name, above)


def _are_names(names: list[str], text: str) -> bool:
    """Whether the first cells of all rows name them: they stand in quotes, or are words."""
    quoted = text[line_end(text, 0) :].lstrip().startswith('"')
    return quoted or not any(map(_is_number, names))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_blank(row: list[str]) -> bool:
    """Whether a row is a blank line."""
    return not row or (len(row) == 1 and not row[0].strip())


def _rows(text: str, dialect: Dialect) -> Iterator[tuple[list[str], int]]:
    return iterate_lines(text, dialect.delimiter, **dialect.options)


def _ragged(text: str, dialect: Dialect, width: int, name: str, above: int) -> DataError:
    few: list[tuple[int, int, int]] = []
    count, number = 0, -int(dialect.header)
    for row, line in _rows(text, dialect):
        if is_blank(row):
            continue
        if number >= 0 and len(row) != width:
            count += 1
            few += [(line + above, number, len(row))] if len(few) < 3 else []
        number += 1
    lines = " and ".join(f"{line:,}" for line, _, _ in few)
    found = " and ".join(dict.fromkeys(str(fields) for _, _, fields in few))
    escapes = '\\"' in text
    return DataError(
        f"{name}, line{'s' * (len(few) > 1)} {lines}{', ...' * (count > len(few))}: "
        f"expected {width} fields, found {found}.",
        evidence=f"So in {count:,} line{'s' * (count > 1)}; fields are divided by "
        f"{dialect.delimiter!r}."
        + (r" Some quotes are written \", which leaves other rows torn." if escapes else ""),
        remedy="Repair those lines, or pass the right delimiter= to Collect.",
        lines=tuple(line for line, _, _ in few),
        rows=tuple(number for _, number, _ in few),
        wanted=width,
        found=tuple(fields for _, _, fields in few),
    )
