"""Whether an estimator of scikit-learn suits the target and the columns."""

from collections.abc import Iterator
from typing import Any

from fivefold.codecs.schema import Schema
from fivefold.core.wording import nearest
from fivefold.errors import FivefoldError, PreflightError
from fivefold.kinds.codes import CODES
from fivefold.kinds.known import blocks_of, kind_of
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.tokens import TOKENS
from fivefold.tasks.known import task_of
from fivefold.train.options import Options

PREDICTORS = ("classifier", "regressor", None)
"""What an estimator of scikit-learn's says it is; None where it says nothing."""


def called(schema: Schema) -> str:
    """What is predicted, in a word or two."""
    task = task_of(schema.task)
    return "several targets" if task.separate else task.name


def estimator_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """An estimator that does not predict what the target is, or cannot read the columns."""
    from sklearn.base import is_classifier, is_regressor
    from sklearn.utils import get_tags

    from fivefold.models.flat import FLAT
    from fivefold.models.heads import head_of
    from fivefold.models.inputs import Text
    from fivefold.models.originals import wants_originals
    from fivefold.models.parts import part_of
    from fivefold.models.quantity import QuantityHead

    model, task = stage.model, task_of(schema.task)
    name = type(model).__name__
    numbers = issubclass(head_of(task), QuantityHead) and not task.sequence
    if not numbers and task.trees != "class" and task.simple != "order":
        alone = "Name one target alone, or train" if task.separate else "Train"
        yield PreflightError(
            f"Train: expected a task of one class or of numbers a row for {name}, found "
            f"{called(schema)}.",
            remedy="Train a network. Ridge regression and boosting on lags stand beside it in the "
            "table model_comparison."
            if task.ahead
            else f"{alone} a network.",
            model=name,
        )
        if task.ahead:  # a window is no column that one could drop
            return
    # A stack has `predict` only once it is fitted, its class always.
    elif not hasattr(type(model), "predict") or get_tags(model).estimator_type not in PREDICTORS:
        remedy = f"Pass a {'regressor' if numbers else 'classifier'}."
        wanted = "an estimator that predicts a target"
        yield PreflightError.expected("Train", wanted, name, remedy, model=name)
    elif numbers and is_classifier(model):
        remedy = "Pass a regressor, or a task of classes to Collect."
        yield PreflightError.expected("Train", f"a regressor for {task.name}", name, remedy)
    elif not numbers and is_regressor(model):
        remedy = "Pass a classifier, or a task of numbers to Collect."
        yield PreflightError.expected("Train", f"a classifier for {task.name}", name, remedy)
    elif not numbers and not _gives_probabilities(model):
        yield PreflightError(
            f"Train: expected an estimator with predict_proba, as scores are probabilities, found "
            f"{name}.",
            remedy=f"Wrap it: CalibratedClassifierCV({name}(...)) of sklearn.calibration.",
            model=name,
        )
    elif len(schema.targets) > 1 and not get_tags(model).target_tags.multi_output:
        yield PreflightError(
            f"Train: expected an estimator of {len(schema.targets)} targets, found {name}, which "
            "takes one.",
            remedy=f"Wrap it: MultiOutputRegressor({name}(...)) of sklearn.multioutput.",
            model=name,
        )
    if wants_originals(model):
        yield from _column_misfits(model, schema)
        return
    for column in schema.inputs:
        size = part_of(kind_of(column.kind).block).size
        if not issubclass(size, FLAT):
            reads = f"make_pipeline(TfidfVectorizer(), {name}(...)), or drop the column"
            yield PreflightError(
                f"Train: expected columns of numbers, categories or pictures for {name}, found "
                f"{column.name!r}, which is {column.kind}.",
                remedy=f"Pass {reads}."
                if size is Text
                else "Drop it in Collect, or train a network.",
                column=column.name,
            )


def simpler_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """A wish for a simple model where none can take the place of a network; torch is imported."""
    from fivefold.models.parts import make_columns

    if stage.prefer == "best":
        return
    task = task_of(schema.task)
    if (
        task.trees in ("class", "number")
        and len(schema.targets) == 1
        and make_columns(blocks_of(schema))
    ):
        return
    what = "several targets" if task.separate else task.name
    kinds = ", ".join(sorted({column.kind for column in schema.inputs}))
    wanted = "one class or number a row, of numbers, categories or pictures, for prefer='simpler'"
    remedy = "Leave prefer= out."
    yield PreflightError.expected("Train", wanted, f"{what} of {kinds}", remedy, prefer="simpler")


def _column_misfits(model: Any, schema: Schema) -> Iterator[FivefoldError]:
    """Columns that an estimator asks for and cannot have; texts that are not alone."""
    from fivefold.models.originals import named_by, reads_texts

    name, kinds = type(model).__name__, {column.name: column.kind for column in schema.inputs}
    if reads_texts(model):
        texts = [n for n, kind in kinds.items() if kind_of(kind).block is TOKENS]
        if len(texts) != 1 or len(kinds) > 1:
            found = ", ".join(f"{n!r} ({kind})" for n, kind in kinds.items())
            wanted = f"one column of texts and no other for {name}, which begins with a vectorizer"
            remedy = "Drop the others in Collect, or name the columns: ColumnTransformer([("
            remedy += f'"words", TfidfVectorizer(), "{texts[0] if texts else "note"}"), ...]).'
            yield PreflightError.expected("Train", wanted, found or "none", remedy)
        return
    for asked in named_by(model):
        kind = kinds.get(asked)
        if kind is None:
            near = nearest(asked, list(kinds))
            remedy = f"Write {near!r}." if near else f"Choose among {', '.join(kinds)}."
            yield PreflightError.expected(
                "Train", f"columns of the table in {name}", f"{asked!r}, which is none", remedy
            )
        elif kind_of(kind).block not in (NUMBERS, CODES, TOKENS) or kind_of(kind).dated:
            yield PreflightError.expected(
                "Train",
                f"numbers, categories or texts in the columns that {name} names",
                f"{asked!r}, which is {kind}",
                "Leave it out, or let Derive make numbers of it; a network reads it as it is.",
            )


def _gives_probabilities(model: Any) -> bool:
    """Whether it has predict_proba; what stacks others may have it only once it is fitted."""
    steps = getattr(model, "steps", None)
    if steps:
        return _gives_probabilities(steps[-1][1])
    later = hasattr(model, "final_estimator") and hasattr(type(model), "predict_proba")
    return later or hasattr(model, "predict_proba")
