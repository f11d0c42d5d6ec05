"""Findings about how a delimited text is written."""

from fivefold.core.finding import Finding
from fivefold.core.wording import plural
from fivefold.reading.header import Opening
from fivefold.reading.layout import Layout
from fivefold.reading.options import Reading


def text_findings(
    opening: Opening, layout: Layout, name: str, reading: Reading
) -> tuple[Finding, ...]:
    """What is worth a remark: no header, another encoding, lines and fields that were left out.

    Args:
        opening: the text with what its beginning says.
        layout: which field belongs to which column.
        name: of the source.
        reading: what was asked for.
    """
    text, body, dialect = opening.text, opening.body, opening.dialect
    found = []
    if not dialect.header and reading.header is None:
        found.append(_no_header(name, opening.first))
    if reading.encoding is None and text.encoding in {"cp1252", "latin-1"}:
        found.append(_not_utf8(name, text.encoding))
    if text.damaged:
        found.append(_damaged(name, text.damaged, text.lines))
    if body.comments:
        found.append(
            _note(
                code="comment_lines",
                sentence=f"{plural(body.comments, 'line')} after # at the top of {name} "
                f"{'is' if body.comments == 1 else 'are'} left out.",
                lines=body.comments,
            )
        )
    if layout.surplus:
        found.append(
            _note(
                code="trailing_delimiters",
                sentence=f"{plural(layout.surplus, 'row')} of {name} "
                f"end{'s' * (layout.surplus == 1)} in {dialect.delimiter!r}, "
                "which the header does not; the empty fields are left out.",
                rows=layout.surplus,
            )
        )
    if layout.corner:
        found.append(
            _note(
                code="row_names",
                sentence=f"The header of {name} is one field short, and every row begins with "
                "a name of its own: the first column holds these names and is called column_0.",
            )
        )
    if dialect.escaped:
        found.append(
            _note(
                code="escaped_quotes",
                sentence=f"Quotes and delimiters inside fields of {name} stand after a backslash.",
            )
        )
    return tuple(found)


def _note(*, code: str, sentence: str, **numbers: int) -> Finding:
    return Finding(code=code, severity="note", sentence=sentence, numbers=numbers, stage="Collect")


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


def _damaged(name: str, count: int, lines: tuple[int, ...]) -> Finding:
    where = ", ".join(f"{line:,}" for line in lines)
    return Finding(
        code="damaged_text",
        severity="warning",
        sentence=f"{name} is UTF-8 but for {plural(count, 'byte')} (line{'s' * (len(lines) > 1)} "
        f"{where}{', ...' * (count > len(lines))}), read as \ufffd. Repair the file, or pass "
        "encoding= if it is written otherwise.",
        numbers={"bytes": count, "lines": list(lines)},
        stage="Collect",
    )
