"""The encoding of a text, and the text."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.reading.options import Reading

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HEAD = 1024  # letters in which a file that is no text has zero bytes
_LETTER = re.compile("[^\x00-\x7f\ufffd]")
REPLACED = "\ufffd"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text with what is known of its encoding."""

    content: str  # without a byte-order mark
    encoding: str  # by which it was read
    damaged: int = 0  # bytes that are none of that encoding; each is `REPLACED` in the content
    lines: tuple[int, ...] = ()  # of the first of them, from 1
    # the bytes it was read from, where they are its content as UTF-8; else None
    utf8: bytes | None = None


def detect_encoding(content: bytes) -> str:
    """The encoding of a text: by its mark, as UTF-8, or as Windows and Latin-1 last.

    A few bytes that are no UTF-8 among more letters that are do not make it another encoding.

    Example:
        >>> detect_encoding("naïve".encode()), detect_encoding("naïve".encode("cp1252"))
        ('utf-8', 'cp1252')
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding
    head = content[:4096]
    if len(head) > 3 and head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    if content.isascii():
        return "utf-8"
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-8" and _is_damaged_utf8(content):
                return encoding
            continue
        return encoding
    return "latin-1"


def _is_damaged_utf8(content: bytes) -> bool:
    """Whether no fewer letters beyond ASCII are whole than are not."""
    text = content.decode("utf-8", errors="replace")
    wrong = text.count(REPLACED) - content.count(REPLACED.encode())
    return len(_LETTER.findall(text)) >= max(wrong, 1)


def overruled(content: bytes, encoding: str) -> str:
    """The encoding that the bytes themselves show beyond doubt, if it is not this one; else empty.

    A mark shows it, and so do letters beyond ASCII in valid UTF-8.

    Example:
        >>> overruled("né".encode(), "latin-1"), overruled("né".encode("latin-1"), "latin-1")
        ('utf-8', '')
    """
    detected = detect_encoding(content)
    shown = is_marked(content) or (detected == "utf-8" and not content.isascii())
    return detected if shown and plain_name(detected) != plain_name(encoding) else ""


def text_form(content: bytes, encoding: str) -> dict[str, str]:
    """The `encoding` by which a text was read, and what it overrules (`detected`), if anything."""
    shown = overruled(content, encoding)
    return {"encoding": encoding} | ({"detected": shown} if shown else {})


def is_marked(content: bytes) -> bool:
    """Whether it begins with a byte-order mark."""
    return any(content.startswith(mark) for mark, _ in _BOMS)


def plain_name(encoding: str) -> str:
    """The name that Python has for an encoding, without a mark; others as they are."""
    try:
        return codecs.lookup(encoding).name.removesuffix("-sig")
    except LookupError:
        return encoding


def decode(content: bytes, encoding: str, source: str, *, detected: bool = False) -> Text:
    """The text of a file.

    Args:
        content: all of it.
        encoding: by which it is read.
        source: for messages.
        detected: the encoding was not asked for, so that a few damaged bytes are passed over.

    Raises:
        DataError: if it is not written in this encoding, or holds zero bytes without a
            byte-order mark to say that it is text all the same.
    """
    damaged, lines = 0, tuple[int, ...]()
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError) as fault:
        if not (detected and encoding == "utf-8" and _is_damaged_utf8(content)):
            remedy = "Pass the right encoding= to Collect, or leave it out to have it detected."
            facts = {"evidence": f"{fault}.", "encoding": encoding}
            raise DataError.expected(
                source, f"text in {encoding}", "other bytes", remedy, **facts
            ) from None
        text = content.decode(encoding, errors="replace")
        damaged, lines = _damages(content, text)
    if "\0" in text and not is_marked(content):
        raise _no_text(text, source)
    plain = text.removeprefix("\ufeff")
    return Text(
        content=plain,
        encoding=encoding,
        damaged=damaged,
        lines=lines,
        utf8=content if plain is text and encoding == "utf-8" and not damaged else None,
    )


def _no_text(text: str, source: str) -> DataError:
    """The fault of zero bytes: at the beginning it is no text, further down a damaged one."""
    place = text.index("\0")
    line = text.count("\n", 0, place) + 1
    if place < HEAD:
        remedy = "Pass a CSV, TSV, Parquet, JSON lines or Excel file."
        return DataError.expected(source, "text", "zero bytes", remedy)
    where, remedy = f"{source}, line {line:,}", "Repair that line, or fetch the file again."
    return DataError.expected(where, "text", "zero bytes", remedy, lines=(line,))


def _damages(content: bytes, text: str) -> tuple[int, tuple[int, ...]]:
    """How many bytes are wrong, and the first lines that hold such."""
    count = text.count(REPLACED) - content.count(REPLACED.encode())
    lines: list[int] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if len(lines) == 3:
            break
        if not line.isascii():
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                lines.append(number)
    return count, tuple(lines)


def decodings(content: bytes, reading: Reading, source: str) -> list[Text]:
    """The text in the encodings that it may have, the likeliest first.

    Args:
        content: of a file.
        reading: the encoding that is asked for, if any; where rows are to be answered, `encoding`
            and `detected` of the file that the model was fitted on.
        source: for messages.

    Raises:
        DataError: if it is text in none of them.
    """
    if reading.encoding is not None:
        return [decode(content, reading.encoding, source)]
    told = reading.text if reading.asks else {}
    given, detected = told.get("encoding", ""), detect_encoding(content)
    encodings = [given, detected] if given else [detected]
    if given and overruled(content, given) not in ("", told.get("detected")):
        encodings.reverse()  # the bytes show that it is written otherwise
    texts: dict[str, Text] = {}
    faults: list[DataError] = []
    for encoding in encodings:
        try:
            text = decode(content, encoding, source, detected=encoding == detected)
            texts.setdefault(text.content, text)
        except DataError as error:
            faults.append(error)
    if not texts:
        raise faults[0]
    return list(texts.values())


def likeliest(content: bytes, source: str, reading: Reading | None) -> tuple[str, dict[str, Any]]:
    """The text in its likeliest encoding, and what a `Raw` is told of it.

    Args:
        content: of a file.
        source: for messages.
        reading: the encoding; None detects it.

    Raises:
        DataError: if it is no text.
    """
    reading = reading or Reading()
    text = decodings(content, reading, source)[0]
    told = () if reading.asks else tuple(encoding_findings(text, source, reading))
    return text.content, {"text": text_form(content, text.encoding), "findings": told}


def encoding_findings(text: Text, name: str, reading: Reading) -> Iterator[Finding]:
    """That a text is not UTF-8, or not all of it."""
    if reading.encoding is None and text.encoding in {"cp1252", "latin-1"}:
        sentence = (
            f"{name} is not UTF-8; it was read as {text.encoding}. Pass encoding= if letters look "
            "wrong."
        )
        yield finding("encoding", sentence, encoding=text.encoding)
    if text.damaged:
        where = ", ".join(f"{line:,}" for line in text.lines)
        sentence = (
            f"{name} is UTF-8 but for {plural(text.damaged, 'byte')} (line"
            f"{'s' * (len(text.lines) > 1)} {where}{', ...' * (text.damaged > len(text.lines))}), "
            "read as \ufffd. Repair the file, or pass encoding= if it is written otherwise."
        )
        yield finding("damaged_text", sentence, bytes=text.damaged, lines=list(text.lines))
