"""What people say of data, as they give it: a mapping, or a file that they fill in."""

import json
import re
from collections.abc import Iterator, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.errors import ConfigError
from fivefold.sheet.question import QUESTIONS, check_names

Answers = Mapping[str, str] | str | PathLike[str]
"""Answers by the name of their question, or the path of a Markdown or JSON file of them."""

KNOWN = "- *known:* "
"""Begins a line that fivefold wrote into the file, and writes anew."""
OPEN = "Not answered."
"""Stands where an answer is missing."""

_SECTIONS = {f"## {question.section}" for question in QUESTIONS.values()}
_ASKED = re.compile(r"#{2,6} .*\(`(\w+)`\)\s*$")


def answers_of(given: "Answers | None", who: str = "Datasheet") -> dict[str, str]:
    """Answers by the name of their question, those that say something.

    Args:
        given: a mapping, or the path of a file: Markdown as `Datasheet.markdown` writes it, or a
            JSON object.
        who: is told of in errors.

    Raises:
        ConfigError: if the file cannot be read or holds no answers, or one is of no question.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        found: Mapping[str, Any] = given
    else:
        found = _read(Path(fspath(given)), who)
    check_names(found, who)
    wrong = next((name for name, text in found.items() if not isinstance(text, str)), None)
    if wrong is not None:
        told = f"{wrong}: {found[wrong]!r}"
        raise ConfigError.expected(who, "answers that are texts", told, "Write it in quotes.")
    return {name: text.strip() for name, text in found.items() if text.strip()}


def _read(path: Path, who: str) -> Mapping[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "no text"
        remedy = f"Write one to fill in: fivefold datasheet DATA --to {path}"
        raise ConfigError.expected(who, f"a datasheet in {path}", said, remedy) from None
    if text.lstrip().startswith("{"):
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ConfigError.expected(who, f"JSON in {path}", str(error), "Mend it.") from None
        return values if isinstance(values, dict) else {}
    found = dict(_answers_in(text))
    if not found:
        wanted = f"a datasheet in {path}, with headings that end in (`purpose`) and the like"
        remedy = f"Write one to fill in: fivefold datasheet DATA --to {path.with_suffix('.md')}"
        raise ConfigError.expected(who, wanted, "no such heading", remedy)
    return found


def _answers_in(text: str) -> Iterator[tuple[str, str]]:
    """What stands under each heading that ends in the name of a question, by that name."""
    name, lines = "", list[str]()
    for line in [*text.splitlines(), *_SECTIONS]:
        asked = _ASKED.match(line)
        if asked or line.rstrip() in _SECTIONS:
            if name:
                said = "\n".join(lines).strip()
                yield name, "" if said == OPEN else said
            name, lines = asked[1] if asked else "", []
        elif name and not line.startswith(KNOWN.strip()):
            lines.append(line)
