"""Words of messages: names, counts and values as one writes them."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from os import PathLike, fspath
from typing import Any

from fivefold.core.space import Space

_LONGEST = 60
_STEERS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Signs that a terminal obeys, or that turn the direction of what follows, or are none."""
_PART = 3
"""Letters of a part by which a name is known, at least."""


def literal(value: object) -> str:
    """A value as one writes it in Python, with double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def plural(count: int, noun: str) -> str:
    """A count with its noun: `1 row`, `2,000 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def first_line(error: BaseException) -> str:
    """What an error says, its first line; empty if it says nothing."""
    return (str(error).strip().splitlines() or [""])[0]


def told(error: BaseException) -> str:
    """All that an error says, with where it happened; with its class if that is not fivefold's.

    Example:
        >>> told(KeyError("age"))
        "KeyError: 'age'"
    """
    said = str(error).strip()
    name = "" if hasattr(error, "summary") else type(error).__name__
    notes = [f"({note})" for note in getattr(error, "__notes__", ())]
    return "\n".join(filter(None, [": ".join(filter(None, [name, said])), *notes]))


def one_line(text: str) -> str:
    """A text of several lines as one."""
    return " ".join(text.split())


def harmless(text: str) -> str:
    r"""Text from data without signs that steer a terminal or turn its direction; lines stay.

    Example:
        >>> harmless("a\x1b[31m red\u202e\n name")
        'a[31m red\n name'
    """
    return text if text.isascii() and text.isprintable() else _STEERS.sub("", text)


def printable(text: str) -> str:
    """The same on one line."""
    return one_line(harmless(text.replace("\r", " ")))


def inert(words: str) -> str:
    r"""Text from data as Markdown that says just that: on one line, without tags, links or bars.

    Example:
        >>> inert("<1H OCEAN | [x](y)")
        '&lt;1H OCEAN \\| \\[x\\](y)'
    """
    safe = " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\\" + sign if sign in "\\`*_[]|#~" else sign for sign in safe)


def bytes_text(count: int) -> str:
    """Bytes in the unit that one reads them in: `2.3 MB`, `1 kB`."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def together(names: Sequence[str]) -> str:
    """Names as one says them one after another: `texts, images and routes`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def first_rows(rows: Collection[int]) -> str:
    """The first three rows and how many more.

    Example:
        >>> first_rows([7]), first_rows([0, 1, 2, 5, 9])
        ('7', '0, 1, 2 and 2 more')
    """
    few = [f"{row:,}" for row in islice(rows, 3)]
    few += [f"{len(rows) - 3:,} more"] if len(rows) > 3 else []
    return together(few)


def quoted(names: Sequence[object], at_most: int = 8) -> str:
    """Names in backticks, the first few of them."""
    shown = ", ".join(f"`{name}`" for name in names[:at_most])
    return shown + (f" and {len(names) - at_most:,} more" if len(names) > at_most else "")


def nearest(wanted: str, names: Sequence[str]) -> str:
    """The name that is meant, or an empty string.

    That is the only one that begins so, else the most like it, else the only one that holds it.

    Example:
        >>> names = ["accuracy", "mcc", "roc_auc"]
        >>> nearest("acc", names), nearest("acuracy", names), nearest("auc", names)
        ('accuracy', 'accuracy', 'roc_auc')
    """
    begin = [name for name in names if name.casefold().startswith(wanted.casefold())]
    if len(wanted) >= _PART and len(begin) == 1:
        return begin[0]
    like = get_close_matches(wanted, names, n=1, cutoff=0.6)
    hold = [name for name in names if wanted.casefold() in name.casefold()]
    if like or len(wanted) < _PART or len(hold) != 1:
        return next(iter(like), "")
    return hold[0]


def brief(value: Any) -> str:
    """A value as one short piece of text: small ones whole, large ones by their shape or size."""
    if value is None or isinstance(value, bool | int | float | str):
        return _cut(repr(value))
    if isinstance(value, Space):
        return _cut(repr(value))
    if isinstance(value, PathLike):
        return _cut(repr(fspath(value)))
    if hasattr(value, "shape"):
        return f"<{type(value).__name__} {tuple(value.shape)}>"
    if type(value) is tuple:
        return _cut("(" + ", ".join(map(brief, value)) + ("," * (len(value) == 1)) + ")")
    if isinstance(value, Mapping):
        return _cut("{" + ", ".join(f"{brief(k)}: {brief(v)}" for k, v in value.items()) + "}")
    name = getattr(value, "__name__", type(value).__name__)
    try:
        return f"<{name} of {len(value)}>"
    except (TypeError, NotImplementedError, AttributeError):  # some have a len() that raises
        return f"<{name}>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def named_after(title: str) -> str:
    """The name of a stage after that of its class, in snake case: `train` for Train."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", title).lower()


def unfolded(value: Any) -> Any:
    """What a text holds that is a mapping, written as JSON; anything else as it is.

    Example:
        >>> unfolded('{"horizon": 24}'), unfolded("{a}"), unfolded(3)
        ({'horizon': 24}, '{a}', 3)
    """
    if not (isinstance(value, str) and value.startswith("{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
