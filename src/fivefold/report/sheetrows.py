"""The datasheet in a report."""

from typing import Any

from fivefold.report.reported import Reported
from fivefold.sheet.question import QUESTIONS
from fivefold.sheet.testimony import Answers


def sheet_rows(run: Reported, answers: Answers | None) -> Any:
    """The datasheet, section by section: questions of which something is known or said."""
    said = run.deployed.answers if answers is None and run.deployed is not None else answers
    sheet = run.collected.datasheet(said)
    sections = [
        {
            "title": section,
            "questions": [
                {
                    "asked": question.text,
                    "facts": sheet.facts.get(question.name, ()),
                    "answer": sheet.answers.get(question.name, ""),
                }
                for question in questions
                if question.name in sheet.facts or question.name in sheet.answers
            ],
        }
        for section, questions in sheet.sections()
    ]
    open_ones = [QUESTIONS[name].text for name in sheet.lacking()]
    return {"told": sheet.told(), "sections": sections, "open": open_ones}
