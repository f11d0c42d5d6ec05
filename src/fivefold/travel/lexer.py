"""The text of a formula, taken apart into tokens."""

import math
import re
from typing import NamedTuple

from fivefold.travel.fault import FormulaError

LONGEST = 10_000
"""The most characters of a formula."""

_PATTERN = re.compile(
    r"""\s*(?:
    (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |`(?P<quoted>(?:[^`]|``)+)`
    |(?P<name>[^\W\d]\w*)
    |(?P<mark>\*\*|//|<=|>=|==|!=|[-+*/%<>(),\[\]])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"\\\\": "\\", "\\'": "'", '\\"': '"', "\\n": "\n", "\\t": "\t"}
_MEANT = {
    **{"=": "Write ==.", "&": "Write and.", "|": "Write or.", "!": "Write not.", "~": "Write not."},
    **{"^": "Write **.", ".": "Write a column whose name has a point in backticks."},
    **{"'": "Close the text with '.", '"': 'Close the text with ".', "`": "Close the name with `."},
}


class Token(NamedTuple):
    """One word of a formula.

    Attributes:
        sort: `number`, `string`, `column` (a name in backticks), `name`, `mark`, or `end`.
        value: a float, a text, or the mark itself.
        at: its place in the text.
    """

    sort: str
    value: float | str
    at: int


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, the last of them its end.

    Raises:
        FormulaError: if a character begins none.

    Example:
        >>> [token.value for token in tokens("w * `the height`")]
        ['w', '*', 'the height', '']
    """
    if len(text) > LONGEST:
        raise FormulaError(LONGEST, f"at most {LONGEST:,} characters", f"{len(text):,}")
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _PATTERN.match(text, place)
        if match is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            remedy = _MEANT.get(text[at], "")
            raise FormulaError(at, "a formula", repr(text[at]), remedy)
        sort = str(match.lastgroup)
        value, at = match[sort], match.start(sort)
        found.append(_token(sort, value, at))
        place = match.end()
        if sort == "number" and text[place : place + 1].isidentifier():
            raise FormulaError(place, "an operator after a number", repr(text[place]))
    return [*found, Token("end", "", end)]


def _token(sort: str, value: str, at: int) -> Token:
    if sort == "number":
        number = float(value)
        if math.isinf(number):
            raise FormulaError(at, "a number that float64 holds", value)
        return Token(sort, number, at)
    if sort == "quoted":
        return Token("column", value.replace("``", "`"), at - 1)
    if sort != "string":
        return Token(sort, value, at)
    unknown = next((e for e in re.findall(r"\\.", value, re.DOTALL) if e not in _ESCAPES), None)
    if unknown:
        raise FormulaError(
            at, f"one of {' '.join(_ESCAPES)} in a text", unknown, r"Write \\ for a backslash."
        )
    plain = re.sub(r"\\.", lambda match: _ESCAPES[match[0]], value[1:-1], flags=re.DOTALL)
    return Token(sort, plain, at)
