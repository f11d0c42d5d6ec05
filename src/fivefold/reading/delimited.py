"""Delimited text: CSV, TSV and their kin, read as text and nothing else."""

from collections import Counter
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Finding
from fivefold.errors import DataError
from fivefold.reading.dialect import (
    Dialect,
    any_field_size,
    decode,
    detect_dialect,
    detect_encoding,
    iterate_rows,
    text_form,
)
from fivefold.reading.raw import Raw, unique_names

_UTF8 = {"utf-8", "utf8", "utf-8-sig", "ascii"}


def read_delimited(
    content: bytes,
    name: str,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    target: str = "",
    suffix: str = "",
) -> Raw:
    r"""The columns of a delimited text, every cell as the text that stands there.

    Args:
        content: the bytes of the file.
        name: of the source, for messages.
        delimiter: None to detect among comma, tab, semicolon and bar.
        header: None to detect; without one the columns are `column_0`, `column_1` and so on.
        encoding: None to detect.
        target: a column name that a header would hold.
        suffix: of the file: `.tsv` prefers tabs.

    Raises:
        DataError: if there are no rows, a row has too many or too few fields, a name occurs
            twice, or the bytes are no text.

    Example:
        >>> raw = read_delimited(b"zip;n\n00123;1\n00456;2\n", "a.csv")
        >>> {name: values.tolist() for name, values in raw.columns.items()}
        {'zip': ['00123', '00456'], 'n': ['1', '2']}
    """
    chosen = encoding or detect_encoding(content)
    text = decode(content, chosen, name).removeprefix("\ufeff")
    if not text.strip():
        raise DataError(
            f"{name}: expected a header and rows, found an empty file.",
            remedy="Pass a file that holds rows.",
            rows=0,
        )
    dialect = detect_dialect(text, delimiter=delimiter, header=header, suffix=suffix, target=target)
    table = _parse(text, dialect, name)
    first = [str(column[0].as_py() or "") for column in table.columns]
    table = table.slice(1) if dialect.header else table
    if not table.num_rows:
        raise DataError(
            f"{name}: expected rows below the header, found none.",
            evidence=f"Header: {', '.join(first)}.",
            remedy="Pass a file that holds rows, or header=False if that line is a row.",
            rows=0,
        )
    names = [field.strip() for field in first] if dialect.header else [""] * len(first)
    findings: tuple[Finding, ...] = ()
    if not dialect.header and header is None:
        findings = (_no_header(name, first),)
    if encoding is None and chosen in {"cp1252", "latin-1"}:
        findings += (_not_utf8(name, chosen),)
    return Raw(
        name=name,
        columns=dict(zip(unique_names(names, name), map(_as_objects, table.columns), strict=True)),
        positional=not dialect.header,
        text=text_form(content, chosen) | {"delimiter": dialect.delimiter},
        findings=findings,
    )


def read_names(
    content: bytes,
    name: str,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    target: str = "",
    suffix: str = "",
) -> list[str]:
    """The column names that `read_delimited` would give, from the first rows and at little cost.

    Returns:
        The names; none where the text is empty.

    Raises:
        DataError: if a name occurs twice.
    """
    text = decode(content, encoding or detect_encoding(content), name).removeprefix("\ufeff")
    if not text.strip():
        return []
    dialect = detect_dialect(text, delimiter=delimiter, header=header, suffix=suffix, target=target)
    width = _width(text, dialect)
    with any_field_size():
        first = next(row for row in _rows(text, dialect) if row)
    first = [""] * (width - len(first)) + first
    named = [field.strip() for field in first] if dialect.header else [""] * width
    return unique_names(named, name)


def _parse(text: str, dialect: Dialect, name: str) -> Any:
    """All rows as an Arrow table of texts, the header among them."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    width = _width(text, dialect)
    ragged: list[Any] = []

    def note(row: Any) -> str:
        ragged.append(row)
        return "skip"

    content = _with_corner(text, dialect, width).encode()
    names = [f"f{place}" for place in range(width)]
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            column_names=names,
            block_size=min(max(len(content) + 1, 1 << 20), 1 << 30),
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char='"' if dialect.quoted else False,
            newlines_in_values=dialect.quoted,
            invalid_row_handler=note,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    if ragged:
        raise _ragged_rows(text, dialect, width, name, len(ragged))
    return table


def _width(text: str, dialect: Dialect) -> int:
    """Fields of a row: those of the header, or of most rows where there is none."""
    with any_field_size():
        rows = (row for row in _rows(text, dialect) if row)
        widths = [len(row) for row, _ in zip(rows, range(200), strict=False)]
    if dialect.header and len(widths) > 1 and set(widths[1:]) == {widths[0] + 1}:
        return widths[1]  # R leaves the corner above the row names empty
    return widths[0] if dialect.header else Counter(widths).most_common(1)[0][0]


def _with_corner(text: str, dialect: Dialect, width: int) -> str:
    lacks = dialect.header and len(next(row for row in _rows(text, dialect) if row)) < width
    return dialect.delimiter + text.lstrip() if lacks else text


def _rows(text: str, dialect: Dialect) -> Any:
    return iterate_rows(text, dialect.delimiter, dialect.quoted)


def _ragged_rows(text: str, dialect: Dialect, width: int, name: str, count: int) -> DataError:
    rows = _rows(text, dialect)
    few: list[tuple[int, int]] = []
    with any_field_size():
        for row in rows:
            if row and len(row) != width and len(few) < 3:
                few.append((rows.line_num, len(row)))
    lines = " and ".join(f"{line:,}" for line, _ in few)
    found = " and ".join(dict.fromkeys(str(fields) for _, fields in few))
    return DataError(
        f"{name}, line{'s' * (len(few) > 1)} {lines}{', ...' * (count > len(few))}: "
        f"expected {width} fields, found {found}.",
        evidence=f"So in {count:,} line{'s' * (count > 1)}; fields are divided by "
        f"{dialect.delimiter!r}.",
        remedy="Repair those lines, or pass the right delimiter= to Collect.",
        lines=tuple(line for line, _ in few),
        wanted=width,
        found=tuple(fields for _, fields in few),
    )


def _as_objects(column: Any) -> Array:
    """An Arrow column of texts as objects; equal texts share one."""
    encoded = column.combine_chunks().dictionary_encode()
    if hasattr(encoded, "combine_chunks"):
        encoded = encoded.combine_chunks()
    words = np.asarray(encoded.dictionary.to_numpy(zero_copy_only=False), dtype=object)
    values: Array = words[encoded.indices.to_numpy(zero_copy_only=False)]
    return values


def _no_header(name: str, first: list[str]) -> Finding:
    return Finding(
        code="no_header",
        severity="note",
        sentence=f"The first line of {name} is a row, so columns are called column_0 to "
        f"column_{len(first) - 1}. Pass header=True if it holds their names.",
        numbers={"first": [field[:40] for field in first[:10]]},
        stage="Collect",
    )


def _not_utf8(name: str, encoding: str) -> Finding:
    return Finding(
        code="encoding",
        severity="warning",
        sentence=f"{name} is not UTF-8; it was read as {encoding}. Pass encoding= if letters "
        "look wrong.",
        numbers={"encoding": encoding},
        stage="Collect",
    )
