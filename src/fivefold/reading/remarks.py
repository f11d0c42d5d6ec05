"""Findings about how a delimited text is written."""

from fivefold.core.catalogue import finding
from fivefold.core.finding import Finding
from fivefold.core.wording import plural
from fivefold.reading.header import Opening
from fivefold.reading.layout import Layout
from fivefold.reading.options import Reading


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
    if reading.encoding is None and text.encoding in {"cp1252", "latin-1"}:
        sentence = (
            f"{name} is not UTF-8; it was read as {text.encoding}. Pass encoding= if letters look "
            "wrong."
        )
        found.append(finding("encoding", sentence, encoding=text.encoding))
    if text.damaged:
        where = ", ".join(f"{line:,}" for line in text.lines)
        sentence = (
            f"{name} is UTF-8 but for {plural(text.damaged, 'byte')} (line"
            f"{'s' * (len(text.lines) > 1)} {where}{', ...' * (text.damaged > len(text.lines))}), "
            "read as \ufffd. Repair the file, or pass encoding= if it is written otherwise."
        )
        found.append(finding("damaged_text", sentence, bytes=text.damaged, lines=list(text.lines)))
    if body.comments:
        sentence = (
            f"{plural(body.comments, 'line')} after # at the top of {name} "
            f"{'is' if body.comments == 1 else 'are'} left out."
        )
        found.append(finding("comment_lines", sentence, lines=body.comments))
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
