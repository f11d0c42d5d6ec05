"""The datasheet, and what people say of the model, in a report."""

from collections.abc import Mapping, Sequence
from typing import Any

from fivefold.report.reported import Reported
from fivefold.sheet.question import CARD, DATASHEET, Form
from fivefold.sheet.testimony import Answers


def sheet_rows(run: Reported, answers: Answers | None) -> dict[str, Any]:
    """The datasheet, section by section: questions of which something is known or said."""
    said: Answers | None = answers
    if said is None:
        said = _deployed(run, DATASHEET)
    sheet = run.collected.datasheet(said)
    return _rows("datasheet", sheet.told(), DATASHEET, sheet.answers, sheet.facts)


def card_rows(run: Reported) -> list[dict[str, Any]]:
    """The same of what Deploy was told of the model, if it was told anything."""
    said = _deployed(run, CARD)
    told = f"{len(said)} of {len(CARD.questions)} questions"
    return [_rows("model card", told, CARD, said, {})] if said else []


def _deployed(run: Reported, form: Form) -> dict[str, str]:
    given = {} if run.deployed is None else run.deployed.answers
    return {name: told for name, told in given.items() if name in form.questions}


def _rows(
    name: str,
    told: str,
    form: Form,
    answers: Mapping[str, str],
    facts: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    sections = [
        {
            "title": section,
            "questions": [
                {
                    "asked": question.text,
                    "facts": facts.get(question.name, ()),
                    "answer": answers.get(question.name, ""),
                }
                for question in questions
                if question.name in facts or question.name in answers
            ],
        }
        for section, questions in form.sections.items()
    ]
    lacking = form.unanswered("all", {*answers, *(n for n, known in facts.items() if known)})
    open_ones = [form.questions[one].text for one in lacking]
    return {"name": name, "told": told, "sections": sections, "open": open_ones}
