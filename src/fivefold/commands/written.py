"""Settings as Python writes them, found in a text, and as the shell has them."""

import ast
import re
from shlex import quote
from typing import Any

BY_COLUMN = ("--kinds", "--decimal", "--thousands", "--date-format", "--classes")
"""Options that take `NAME=VALUE`, once for each."""

_CALL = re.compile(r"(?<![\w.])[A-Za-z][\w.]*\(")
_PLAIN = re.compile(r"\.\.\.|[^\s,;()\[\]{}\"'.]+(?:\.[^\s,;()\[\]{}\"'.]+)*")
_ENDS = {"(": ")", "[": "]", "{": "}"}


def calls_in(text: str) -> list[tuple[int, int]]:
    """Where calls stand in a text, from the name to the bracket that closes; the outer ones.

    Example:
        >>> text = 'Split("(a", by=("b",)) or f(x).'
        >>> [text[start:end] for start, end in calls_in(text)]
        ['Split("(a", by=("b",))', 'f(x)']
    """
    spans, done = list[tuple[int, int]](), 0
    for found in _CALL.finditer(text):
        if found.start() >= done and (inner := value_at(text, found.end() - 1)):
            done = found.end() - 1 + len(inner)
            spans.append((found.start(), done))
    return spans


def value_at(text: str, start: int) -> str:
    """The value that begins there: a text, a bracket with all in it, a word; empty if none does.

    Example:
        >>> value_at('drop=("size (cm)",) if so', 5), value_at("lr=0.1.", 3), value_at("a= b", 2)
        ('("size (cm)",)', '0.1', '')
    """
    first = text[start : start + 1]
    if first not in {'"', "'", *_ENDS}:
        found = _PLAIN.match(text, start)
        return found[0] if found else ""
    awaited, quoted, place = list[str](), "", start
    while place < len(text):
        sign = text[place]
        if quoted:
            place += sign == "\\"
            quoted = "" if sign == quoted else quoted
        elif sign in "\"'":
            quoted = sign
        elif sign in _ENDS:
            awaited.append(_ENDS[sign])
        elif awaited and sign == awaited[-1]:
            awaited.pop()
        place += 1
        if not awaited and not quoted:
            return text[start:place]
    return ""


def settings_of(call: str) -> dict[str, str]:
    """The settings of a call by name, as they are written; empty if one has none.

    Example:
        >>> settings_of("Split(similar=0.8, by='group')"), settings_of("Split('group')")
        ({'similar': '0.8', 'by': "'group'"}, {})
    """
    try:
        made = ast.parse(call, mode="eval").body
    except SyntaxError:
        return {}
    if not isinstance(made, ast.Call) or made.args or any(k.arg is None for k in made.keywords):
        return {}
    return {str(keyword.arg): ast.unparse(keyword.value) for keyword in made.keywords}


def written(option: str, value: str, *, repeated: bool = False) -> str:
    """An option with its value as the shell has it; a flag alone; empty if it takes no such value.

    Args:
        option: `--drop`.
        value: as Python writes it; empty for the option alone.
        repeated: whether it is given once for each of several values.

    Example:
        >>> written("--drop", '("a", "b c")', repeated=True), written("--time", '("day", "hour")')
        ("--drop a --drop 'b c'", '--time day,hour')
        >>> written("--kinds", '{"zip": "text"}'), written("--missing", '{"age": [0]}')
        ('--kinds zip=text', '')
    """
    try:
        meant = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        meant = value
    if value == "" or meant is True:
        return option
    if isinstance(meant, dict):
        plain = all(_is_word(each) for each in meant.values())
        if option not in BY_COLUMN or not plain:
            return ""
        return " ".join(f"{option} {quote(f'{k}={_word(v)}')}" for k, v in meant.items())
    if isinstance(meant, tuple | list | set):
        if repeated:
            return " ".join("..." if one is ... else f"{option} {_quoted(one)}" for one in meant)
        return f"{option} {quote(','.join(map(_word, meant)))}"
    return f"{option} {_quoted(meant)}"


def _is_word(value: Any) -> bool:
    return value is ... or isinstance(value, str | int | float)


def _word(value: Any) -> str:
    return "..." if value is ... else str(value)


def _quoted(value: Any) -> str:
    return quote(_word(value))
