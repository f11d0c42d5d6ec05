"""Settings as Python writes them, found in a text, and as the shell has them."""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from fivefold.commands.meant import Form
from fivefold.commands.numeral import number

_PLAINLY = Form()
_CALL = re.compile(r"(?<![\w.])[A-Za-z][\w.]*\(")
_UNSAID = re.compile(r"[\w.]+\((?:\w+=(?:, )?)+\)")
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
    """The settings of a call by name, as they are written; of the first alone it may be empty.

    Example:
        >>> settings_of("Split(similar=0.8, by='group')"), settings_of("Split('group')")
        ({'similar': '0.8', 'by': "'group'"}, {'': "'group'"})
        >>> settings_of("Collect(decimal=, thousands=)")
        {'decimal': '', 'thousands': ''}
    """
    if _UNSAID.fullmatch(call):
        return dict.fromkeys(re.findall(r"(\w+)=", call), "")
    try:
        made = ast.parse(call, mode="eval").body
    except SyntaxError:
        return {}
    if not isinstance(made, ast.Call) or len(made.args) > 1:
        return {}
    if any(keyword.arg is None for keyword in made.keywords):
        return {}
    first = dict.fromkeys([""], ast.unparse(made.args[0])) if made.args else {}
    return first | {str(keyword.arg): ast.unparse(keyword.value) for keyword in made.keywords}


def written(option: str, value: str, form: Form = _PLAINLY) -> str:
    r"""An option with its value as the shell has it; a flag alone; empty if it takes no such value.

    Args:
        option: `--drop`.
        value: as Python writes it; empty for the option alone.
        form: in which ways its values are said.

    Example:
        >>> many, named = Form(many=True, whole=False), Form(named=True, whole=False)
        >>> written("--drop", '("a", "b,c", ...)', many), written("--time", '("day", "hour")')
        ('--drop \'a,"b,c",...\'', '--time day,hour')
        >>> written("--missing", '{"age": (0, 9), "zip": {"NA": False}}', named)
        '--missing age=0,9 --not-missing zip=NA'
        >>> nested = Form(named=True, nested=True, whole=False)
        >>> written("--threshold", "{'cat': {'dog': 5.0}}", nested)
        '--threshold cat:dog=5.0'
        >>> written("--terms", "False", Form(switch=True)), written("--seed", '{"a": 1}')
        ('--no-terms', '')
    """
    try:
        meant = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        meant = value
    if value == "" or meant is True:
        return option
    if meant is False and form.switch:
        return f"--no-{option.removeprefix('--')}"
    if isinstance(meant, dict) and form.nested and any(":" in str(name) for name in meant):
        return f"{option} {quote(json.dumps(meant, ensure_ascii=False))}"
    if isinstance(meant, dict):
        return _by_name(option, meant, form) if form.named else ""
    if isinstance(meant, tuple | list | set):
        return _said(option, [_word(each) for each in meant], form)
    return f"{option} {quote(_word(meant))}"


def _by_name(option: str, meant: Mapping[Any, Any], form: Form) -> str:
    """NAME=VALUE for each; texts that are False for a column are values there."""
    pairs, levels = list[str](), list[str]()
    for name, value in meant.items():
        if isinstance(value, dict) and form.nested:
            pairs += [f"{name}:{text}={_word(other)}" for text, other in value.items()]
            continue
        if isinstance(value, dict):
            levels += [f"{name}={_word(text)}" for text, counts in value.items() if not counts]
            value = [text for text, counts in value.items() if counts]
        several = isinstance(value, tuple | list | set)
        values = [_word(each) for each in (value if several else [value])]
        pairs += [f"{name}={values[0]}", *values[1:]] if values else []
    said = [_said(option, pairs, form)] if pairs else []
    return " ".join([*said, *([_said("--not-missing", levels, form)] if levels else [])])


def _said(option: str, words: Sequence[str], form: Form) -> str:
    """Words between commas, or one after another where a comma may be part of one."""
    if form.whole and form.named:
        return " ".join(f"{option} {quote(word)}" for word in words)
    quoted = [f'"{word}"' if "," in word and not form.whole else word for word in words]
    lone = len(words) == 1 and form.one and number(words[0]) != words[0]
    return f"{option} {quote(','.join(quoted) + ',' * lone)}"


def _word(value: Any) -> str:
    if value is None:
        return "none"
    return "..." if value is ... else str(value)
