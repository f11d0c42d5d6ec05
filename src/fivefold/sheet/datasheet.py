"""What is known of data, and what people say of it, in the form of a datasheet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from fivefold.core.store import write_bytes
from fivefold.core.wording import inert, plural
from fivefold.errors import StoreError
from fivefold.sheet.question import DATASHEET, Question, Required
from fivefold.sheet.testimony import KNOWN, OPEN

_HEAD = """\
Questions after Gebru et al., Datasheets for Datasets (2021). Lines that begin with *known:* are
computed and written anew; what stands below them is yours, and is kept."""


@dataclass(frozen=True, kw_only=True)
class Datasheet:
    """What data is, where it came from, what it is for, and what it is not for.

    Args:
        name: of the data, in a few words.
        facts: what is known by the name of a question, in sentences.
        answers: what people say, by the name of a question.

    Example:
        >>> sheet = Datasheet(name="iris", facts={"rows": ["150 rows."]},
        ...                   answers={"purpose": "To tell three species."})
        >>> sheet.lacking(("purpose", "rows", "consent"))
        ('consent',)
    """

    name: str
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def lacking(self, required: Required = "all") -> tuple[str, ...]:
        """Names of questions that are required and of which nothing is said or known."""
        known = {*self.answers, *(name for name, told in self.facts.items() if told)}
        return DATASHEET.unanswered(required, known)

    @property
    def title(self) -> str:
        """What the data is called."""
        return self.answers.get("title", "") or self.name

    def sections(self) -> Iterator[tuple[str, list[Question]]]:
        """Sections with their questions, in order."""
        yield from DATASHEET.sections.items()

    def told(self) -> str:
        """How much of it people have answered, in a few words."""
        human = DATASHEET.human
        said = sum(name in self.answers for name in human)
        return f"{said} of {plural(len(human), 'question')} that only people can answer"

    def markdown(self) -> str:
        """All questions, what is known and what is said, as a file that people fill in."""
        blocks = [f"# Datasheet: {inert(self.title)}", _HEAD]
        for section, questions in self.sections():
            blocks.append(f"## {section}")
            for question in questions:
                blocks.append(f"### {question.text} (`{question.name}`)")
                known = self.facts.get(question.name, ())
                if known:
                    blocks.append("\n".join(f"{KNOWN}{_safe(fact)}" for fact in known))
                said = self.answers.get(question.name, "")
                if said or not known:
                    blocks.append(said or OPEN)
        return "\n\n".join(blocks) + "\n"

    def write(self, path: str | PathLike[str]) -> None:
        """Write it there as Markdown, whole or not at all; fill it in, and pass the path.

        Raises:
            StoreError: if it cannot be written there.
        """
        try:
            write_bytes(Path(path), self.markdown().encode())
        except OSError as error:
            raise StoreError(
                f"Datasheet: expected to write {path}, found: {error.strerror or error}.",
                remedy="Pass the path of a file in a folder that can be written.",
                path=Path(path),
            ) from error

    def __str__(self) -> str:
        return self.markdown()

    def __repr__(self) -> str:
        return f"Datasheet of {self.name}: {self.told()}"


def _safe(fact: str) -> str:
    """A fact as Markdown: what stands in backticks as code, all else as just that."""
    parts = re.split(r"(`[^`]+`)", " ".join(fact.split()))
    return "".join(part if n % 2 else _inert(part) for n, part in enumerate(parts))


def _inert(part: str) -> str:
    """The same with the blanks at its ends."""
    before, after = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
    return f"{before}{inert(part)}{after}" if part.strip() else part
