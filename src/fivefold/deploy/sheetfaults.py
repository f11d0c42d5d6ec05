"""What a datasheet lacks that must be in it before a model is served."""

from collections.abc import Mapping
from os import fspath
from typing import Annotated

from pydantic import AfterValidator

from fivefold.artifacts import Collected
from fivefold.core.wording import quoted
from fivefold.errors import FivefoldError, PreflightError
from fivefold.sheet.datasheet import Required, unanswered
from fivefold.sheet.filled import facts_of
from fivefold.sheet.question import QUESTIONS, check_names
from fivefold.sheet.testimony import Answers, answers_of


def _known(required: Required) -> Required:
    """The same, if all are names of questions."""
    try:
        check_names(() if required == "all" else required, "Deploy")
    except FivefoldError as error:
        raise ValueError(str(error)) from None
    return required


RequiredNames = Annotated[Required, AfterValidator(_known)]
"""The setting of Deploy."""


def sheet_faults(
    answers: Answers | None, required: Required, collected: Collected | None
) -> list[FivefoldError]:
    """Answers that cannot be read, or that are required and not given.

    Args:
        answers: what people say of the data.
        required: names of questions, or `all`.
        collected: the data; before it is there, what may be known of it is not missed.
    """
    path = None if answers is None or isinstance(answers, Mapping) else fspath(answers)
    try:
        said = answers_of(answers, "Deploy" if path is None else f"Deploy, datasheet={path!r}")
    except FivefoldError as error:
        return [error]
    if not required:
        return []
    if collected is None:
        known = {question.name for question in QUESTIONS.values() if question.known}
    else:
        known = set(facts_of(collected))
    lacking = unanswered(required, {*said, *known})
    if not lacking:
        return []
    first = QUESTIONS[lacking[0]]
    if path is not None:
        remedy = f"Write them below their headings in {path}."
    elif answers is not None:
        remedy = f"Add them to datasheet={{{first.name!r}: ...}}."
    else:
        remedy = (
            "Run `fivefold datasheet DATA --to datasheet.md`, fill it in, and pass "
            "datasheet='datasheet.md'."
        )
    return [
        PreflightError.expected(
            "Deploy",
            f"answers to {quoted(lacking, len(lacking))} in the datasheet",
            "none",
            remedy,
            evidence=f"`{first.name}`: {first.text}",
            questions=lacking,
        )
    ]
