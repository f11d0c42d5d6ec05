"""Delimited text: CSV, TSV and their kin, read as text and nothing else."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, TextIO

from fivefold.codecs.coded import Coded
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.reading.arrow import has_pyarrow
from fivefold.reading.dialect import Dialect
from fivefold.reading.encoding import decodings, encoding_findings, text_form
from fivefold.reading.fields import iterate_rows
from fivefold.reading.header import Opening, opening_of
from fivefold.reading.layout import Layout, find_layout, is_blank
from fivefold.reading.names import unique_names
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw
from fivefold.reading.texts import ArrowTexts, in_pieces

LARGE = 1 << 18  # bytes from which on importing pyarrow is worth its while
_BLOCK = 1 << 18  # bytes that pyarrow takes at a time, of which it reads 32 ahead


@dataclass(frozen=True, kw_only=True, eq=False)
class Delimited:
    """A delimited text that was looked at: rows can be read from it, whole or in pieces."""

    names: list[str]  # of its columns
    content: bytes = b""  # the rows as UTF-8, without what stands above them
    # opens the same in a file, where it does not stand in `content`
    opener: Callable[[], BinaryIO] | None = None
    dialect: Dialect  # how they are written
    layout: Layout  # which field belongs to which column
    rewritten: bool = False  # the rows are not as they stand in the file
    raw: Raw  # all that is known besides the columns

    def pieces(self, rows: int | None = None) -> Iterator[Raw]:
        """The rows in consecutive pieces of at most so many, all at once if None.

        Every column is codes and the texts that stand there; one piece at least is given.
        """
        wholes = self._with_arrow(rows) if self.fits_arrow() else self._with_csv(rows)
        for columns in wholes:
            yield self.raw.replace(columns=dict(zip(self.names, columns, strict=True)))

    def read(self) -> Raw:
        """All rows at once."""
        return next(self.pieces())

    def fits_arrow(self) -> bool:
        """Whether pyarrow is there, worth importing, and reads this text as `csv` does."""
        if self.opener is None and len(self.content) < LARGE:
            return False
        return self.dialect.width == self.layout.width > 0 and has_pyarrow()

    def _text(self) -> TextIO:
        """Opens the rows, with their line ends as they are."""
        if self.opener is not None:
            return io.TextIOWrapper(self.opener(), encoding="utf-8", newline="")
        return io.StringIO(self.content.decode("utf-8", "surrogatepass"), newline="")

    def _with_csv(self, rows: int | None) -> Iterator[Sequence[Coded]]:
        width, corner = self.layout.width, self.layout.corner
        held = self._text().read() if self.dialect.escaped else self._text
        found = iterate_rows(held, self.dialect.delimiter, **self.dialect.options)
        present = (row or [""] for row in found if width == 1 or not is_blank(row))
        if self.dialect.header:
            next(present, None)
        first = True
        while piece := list(islice(present, rows)):
            first = False
            if self.layout.surplus or corner:
                piece = [row[:width] for row in piece]
            yield [Coded.of(cells) for cells in zip(*piece, strict=True)]
        if first:
            yield [Coded.of(())] * len(self.names)

    def _with_arrow(self, rows: int | None) -> Iterator[Sequence[Coded]]:
        import pyarrow as pa
        import pyarrow.csv as arrow_csv

        names = [f"f{place}" for place in range(self.layout.width)]
        header = int(self.dialect.header)
        assert self.dialect.shape is not None  # see fits_arrow
        block = len(self.content) + 1 if self.opener is None else 2 * self.dialect.shape.longest
        options = {
            "read_options": arrow_csv.ReadOptions(
                use_threads=False, column_names=names, block_size=min(max(block, _BLOCK), 1 << 30)
            ),
            "parse_options": arrow_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char='"' if self.dialect.quoted else False,
                newlines_in_values=self.dialect.quoted,
            ),
            "convert_options": arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        }
        with pa.BufferReader(self.content) if self.opener is None else self.opener() as source:
            if rows is None:
                tables = iter([arrow_csv.read_csv(source, **options).slice(header)])
            else:
                batches = arrow_csv.open_csv(source, **options)
                tables = in_pieces(batches, batches.schema, rows, skip=header)
            for table in tables:
                yield [ArrowTexts(column) for column in table.columns]


def open_delimited(content: bytes, name: str, reading: Reading, suffix: str = "") -> Delimited:
    r"""Look at a delimited text: its encoding, dialect, names and layout; `.tsv` prefers tabs.

    Raises:
        DataError: if it is empty, a row has too many or too few fields, a name occurs twice, or
            the bytes are no text.

    Example:
        >>> opened = open_delimited(b"zip;n\n00123;1\n00456;2\n", "a.csv", Reading())
        >>> {name: values.tolist() for name, values in opened.read().columns.items()}
        {'zip': ['00123', '00456'], 'n': ['1', '2']}
    """
    opening = _opening(content, name, reading, suffix)
    body, dialect = opening.body, opening.dialect
    layout = Layout(width=dialect.width)
    if not dialect.width:
        row_names = reading.row_names if reading.asks else None
        layout = find_layout(body.text, dialect, name, body.above, row_names=row_names)
    names = _names(opening, layout, name, reading)
    form = text_form(content, opening.text.encoding)
    raw = Raw(
        name=name,
        columns={},
        positional=not dialect.header,
        untyped=True,
        text=form | {"delimiter": dialect.delimiter} | _told(opening, layout, reading),
        findings=text_findings(opening, layout, name, reading),
    )
    return Delimited(
        names=names,
        content=opening.content,
        dialect=dialect,
        layout=layout,
        raw=raw,
        rewritten=bool(body.rewritten),
    )


def _told(opening: Opening, layout: Layout, reading: Reading) -> dict[str, str]:
    """What a file of rows to be answered may not show, as it is short."""
    found = {"skip": str(reading.skip)} if reading.skip else {}
    if opening.dialect.escaped:
        found["quotes"] = "escaped"
    elif '"' in opening.body.text and not opening.dialect.quoted:
        found["quotes"] = "letters"
    if opening.body.rewritten == "blanks":
        found["blanks"] = "yes"
    return found | ({"row_names": "yes"} if layout.corner else {})


def _opening(content: bytes, name: str, reading: Reading, suffix: str) -> Opening:
    """The text, in the encoding that makes the most known names where several are possible."""
    openings: list[Opening] = []
    for text in decodings(content, reading, name):
        try:
            openings.append(opening_of(text, name, reading, suffix))
        except DataError as error:
            fault = error
    if not openings:
        raise fault
    return max(openings, key=lambda opening: opening.fit)


def _names(opening: Opening, layout: Layout, name: str, reading: Reading) -> list[str]:
    if opening.names:
        return list(opening.names)
    if not opening.dialect.header:
        return unique_names([""] * layout.width, name)
    known = set(reading.names)
    named = [field if field in known else field.strip() for field in opening.first]
    wanted = set(reading.inputs) if reading.asks else None
    return unique_names([""] * layout.corner + named, name, wanted)


def text_findings(
    opening: Opening, layout: Layout, name: str, reading: Reading
) -> tuple[Finding, ...]:
    """What is worth a remark: no header, another encoding, lines and fields that were left out."""
    text, body, dialect = opening.text, opening.body, opening.dialect
    found = []
    if not dialect.header and reading.header is None:
        sentence = (
            f"The first line of {name} is a row, so columns are called column_0 to "
            f"column_{len(opening.first) - 1}. Pass header=True if it holds their names."
        )
        first = [field[:40] for field in opening.first[:10]]
        found.append(finding("no_header", sentence, first=first))
    found += encoding_findings(text, name, reading)
    if body.comments:
        sentence = (
            f"{plural(body.comments, 'line')} after # at the top of {name} "
            f"{'is' if body.comments == 1 else 'are'} left out."
        )
        found.append(finding("comment_lines", sentence, lines=body.comments))
    if body.rewritten:
        what = "Blanks set the columns" if body.rewritten == "blanks" else "A ; ends every line"
        sentence = f"{what} of {name}; they are read as if tabs did."
        if body.rewritten == "ends":
            sentence = f"{what} of {name} and is left out."
        found.append(finding("plain_lines", sentence, form=body.rewritten))
    if layout.surplus:
        sentence = (
            f"{plural(layout.surplus, 'row')} of {name} end{'s' * (layout.surplus == 1)} in "
            f"{dialect.delimiter!r}, which the header does not; the empty fields are left out."
        )
        found.append(finding("trailing_delimiters", sentence, rows=layout.surplus))
    if layout.corner:
        sentence = (
            f"The header of {name} is one field short, and every row begins with a name of its "
            "own: the first column holds these names and is called column_0."
        )
        found.append(finding("row_names", sentence))
    if dialect.escaped:
        sentence = f"Quotes and delimiters inside fields of {name} stand after a backslash."
        found.append(finding("escaped_quotes", sentence))
    return tuple(found)
