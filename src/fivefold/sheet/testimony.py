"""What people say of data or of a model: a mapping, or a file that they fill in."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.errors import ConfigError
from fivefold.sheet.question import DATASHEET, FORMS, Form

Answers = Mapping[str, str] | str | PathLike[str]
"""Answers by the name of their question, or the path of a Markdown or JSON file of them."""

KNOWN = "- *known:* "
"""Begins a line that fivefold wrote into the file, and writes anew."""
OPEN = "Not answered."
"""Stands where an answer is missing."""

_SECTIONS = {f"## {section}" for form in FORMS for section in form.sections}
_DAYS = {"approved_on"}
_ASKED = re.compile(r"#{2,6} .*\(`(\w+)`\)\s*$")


def answers_of(
    given: "Answers | None", who: str = "Datasheet", form: Form = DATASHEET
) -> dict[str, str]:
    """Answers by the name of their question, those that say something.

    Args:
        given: a mapping, or the path of a file: Markdown as `Datasheet.markdown` or `blank` writes
            it, or a JSON object.
        who: is told of in errors.
        form: whose questions they answer.

    Raises:
        ConfigError: if the file cannot be read or holds no answers, or one is of no question.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        found: Mapping[str, Any] = given
    else:
        found = _read(Path(fspath(given)), who, form)
    form.check_names(found, who)
    wrong = next((name for name, text in found.items() if not isinstance(text, str)), None)
    if wrong is not None:
        told = f"{wrong}: {found[wrong]!r}"
        raise ConfigError.expected(who, "answers that are texts", told, "Write it in quotes.")
    said = {name: text.strip() for name, text in found.items() if text.strip()}
    _check_days(said, who)
    return said


def blank(form: Form, title: str, said: Mapping[str, str] | None = None) -> str:
    """A form as Markdown that people fill in, with what they have said.

    Args:
        form: of questions.
        title: above them.
        said: answers by name.
    """
    blocks = [f"# {title}"]
    for section, questions in form.sections.items():
        blocks.append(f"## {section}")
        for question in questions:
            blocks.append(f"### {question.text} (`{question.name}`)")
            blocks.append((said or {}).get(question.name, "") or OPEN)
    return "\n\n".join(blocks) + "\n"


def _check_days(said: Mapping[str, str], who: str) -> None:
    """Refuse a day of approval that is none, as a gate may stand on it.

    Raises:
        ConfigError: if it is not written as 2026-11-30.
    """
    for name in _DAYS & set(said):
        try:
            date.fromisoformat(said[name])
        except ValueError:
            told = f"{name}: {said[name]!r}"
            remedy = "Write year, month and day with hyphens."
            raise ConfigError.expected(who, "a day such as 2026-11-30", told, remedy) from None


def _read(path: Path, who: str, form: Form) -> Mapping[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "no text"
        remedy = f"Write one to fill in: {form.blank} {path}"
        raise ConfigError.expected(who, f"a {form.name} in {path}", said, remedy) from None
    if text.lstrip().startswith("{"):
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ConfigError.expected(who, f"JSON in {path}", str(error), "Mend it.") from None
        return values if isinstance(values, dict) else {}
    found = dict(_answers_in(text))
    if not found:
        first = next(iter(form.questions))
        wanted = f"a {form.name} in {path}, with headings that end in (`{first}`) and the like"
        remedy = f"Write one to fill in: {form.blank} {path.with_suffix('.md')}"
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
