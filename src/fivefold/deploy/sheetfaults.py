"""What people must have said of data and model before it is served, and have not."""

from collections.abc import Mapping
from os import fspath
from typing import Annotated

from pydantic import AfterValidator

from fivefold.artifacts import Collected
from fivefold.core.wording import quoted
from fivefold.errors import FivefoldError, PreflightError
from fivefold.sheet.filled import facts_of
from fivefold.sheet.question import CARD, DATASHEET, FORMS, Form, Required, check_among
from fivefold.sheet.testimony import Answers, answers_of


def _known(required: Required) -> Required:
    """The same, if all are names of questions."""
    every = [name for form in FORMS for name in form.questions]
    try:
        check_among(() if required == "all" else required, every, "Deploy", setting="require")
    except FivefoldError as error:
        raise ValueError(str(error)) from None
    return required


RequiredNames = Annotated[Required, AfterValidator(_known)]
"""The setting of Deploy."""


def sheet_faults(
    datasheet: Answers | None,
    card: Answers | None,
    required: Required,
    collected: Collected | None,
) -> list[FivefoldError]:
    """Answers that cannot be read, or that are required and not given, of datasheet and card.

    Args:
        datasheet: what people say of the data.
        card: what people say of the model.
        required: names of questions, or `all`.
        collected: the data; before it is there, what may be known of it is not missed.
    """
    if collected is None:
        known = {question.name for question in DATASHEET.questions.values() if question.known}
    else:
        known = set(facts_of(collected)) if required else set()
    faults = _faults(DATASHEET, datasheet, required, known)
    return [*faults, *_faults(CARD, card, required, set())]


def _faults(
    form: Form, answers: Answers | None, required: Required, known: set[str]
) -> list[FivefoldError]:
    path = None if answers is None or isinstance(answers, Mapping) else fspath(answers)
    who = "Deploy" if path is None else f"Deploy, {form.name}={path!r}"
    try:
        said = answers_of(answers, who, form)
    except FivefoldError as error:
        return [error]
    lacking = form.unanswered(required, {*said, *known})
    if not lacking:
        return []
    first = form.questions[lacking[0]]
    if path is not None:
        remedy = f"Write them below their headings in {path}."
    elif answers is not None:
        remedy = f"Add them to {form.name}={{{first.name!r}: ...}}."
    else:
        remedy = (
            f"Run `{form.blank} {form.name}.md`, fill it in, and pass {form.name}='{form.name}.md'."
        )
    return [
        PreflightError.expected(
            "Deploy",
            f"answers to {quoted(lacking, len(lacking))} in the {form.name}",
            "none",
            remedy,
            evidence=f"`{first.name}`: {first.text}",
            questions=lacking,
        )
    ]
