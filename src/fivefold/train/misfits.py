"""Settings of Train that do not fit the columns, found before anything is trained."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fivefold.codecs.schema import Label, Schema
from fivefold.core.wording import nearest, together
from fivefold.errors import FivefoldError, ModelError, PreflightError
from fivefold.kinds.codes import CODES
from fivefold.kinds.known import KINDS, blocks_of, kind_of
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.tokens import TOKENS
from fivefold.metrics.weight import weight_argument
from fivefold.tasks.known import task_of
from fivefold.tasks.places import find_label
from fivefold.train.choices import SMOOTHED, WEIGHTED
from fivefold.train.known_odd import alarm_misfits
from fivefold.train.options import Options
from fivefold.train.snapshot import is_estimator

PREDICTORS = ("classifier", "regressor", None)
"""What an estimator of scikit-learn's says it is; None where it says nothing."""


def find_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """Every setting that asks for something that the columns are not."""
    if is_estimator(stage.model):
        yield from _estimator_misfits(stage, schema)
        return
    usual = task_of(schema.task).network
    if isinstance(stage.model, str) or (usual and stage.model is None):
        yield from _input_misfits(stage.model or usual, schema)
    if not usual:
        yield from alarm_misfits(stage, schema)
    if stage.augment:
        yield from _change_misfits(stage, schema)
    losses = task_of(schema.task).losses
    yield from _loss_misfits(stage, _called(schema), losses)
    if stage.sampler == "balanced" and not _one_class(schema):
        yield PreflightError(
            f"Train: expected one class a row for sampler='balanced', found {_called(schema)}.",
            remedy="Leave it out, or pass a function (epoch, generator, target) of your own.",
            sampler=stage.sampler,
        )
    if schema.named("weight") and stage.own_loss is not None:
        fault = weight_fault("loss", stage.own_loss)
        yield from [fault] if fault else []
    if stage.class_weights is None:
        return
    if not set(losses) & set(WEIGHTED):
        yield PreflightError(
            f"Train: expected classes for `class_weights`, found {_called(schema)}.",
            remedy="Leave `class_weights` out, or collect a target of classes.",
        )
    elif not isinstance(stage.class_weights, str):
        yield from _label_misfits(stage.class_weights, schema)


def _called(schema: Schema) -> str:
    """What is predicted, in a word or two."""
    task = task_of(schema.task)
    return "several targets" if task.separate else task.name


def _one_class(schema: Schema) -> bool:
    """Whether each row has one of the classes."""
    task = task_of(schema.task)
    return task.labelled and not task.sequence


def weight_fault(what: str, function: Callable[..., object]) -> ModelError | None:
    """The fault of a function of the user's that cannot be given the weights of rows."""
    if weight_argument(function):
        return None
    name = getattr(function, "__qualname__", type(function).__name__)
    return ModelError(
        f"Train: expected a {what} that takes the weights of rows, found {name} without an "
        "argument `weight`.",
        remedy="Give it weight=None, `(n,)`, and return (sum of weight * cost, sum of weight).",
        function=name,
    )


def _estimator_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
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
            f"{_called(schema)}.",
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


def _input_misfits(model: str, schema: Schema) -> Iterator[FivefoldError]:
    """A network for columns of other kinds, or for another task; torch is imported."""
    from fivefold.models.defaults import default_for
    from fivefold.models.networks import NETWORKS
    from fivefold.models.parts import part_of

    sizes, task = [part_of(block).size for block in blocks_of(schema)], task_of(schema.task)
    asked = {"places": task.by_row or task.spells, "spells": task.spells}
    network, odd = NETWORKS[model], task.network
    kinds = sorted({column.kind for column in schema.inputs})
    if network.detects != bool(odd):
        yield PreflightError(
            f"Train: expected a network for {schema.task}, found {model!r}.",
            remedy=f'Use Train("{odd or default_for(sizes).name}"), or leave the model out.',
            model=model,
        )
    elif odd and not network.reads(sizes):
        able = [kind.plural for kind in KINDS.known.values() if kind.block in (NUMBERS, CODES)]
        yield PreflightError(
            f"Train: expected columns of {together(able)} for {schema.task}, found "
            f"{', '.join(kinds)}.",
            remedy="Drop the others in Collect, or Train a module of your own.",
            model=model,
        )
    elif not network.reads(sizes, **asked):
        usual = next((n for n, one in NETWORKS.items() if one.reads(sizes, **asked)), "")
        usual = usual if asked["places"] else default_for(sizes).name
        yield PreflightError(
            f"Train: expected a network for {', '.join(kinds)} columns, found {model!r}.",
            remedy=f'Use Train("{usual}"), or leave the model out.' if usual else "Pass a module.",
            model=model,
        )


def _change_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """Random changes that no column bears, or that this network or loss cannot take."""
    from fivefold.models.parts import part_of

    blocks, asked = blocks_of(schema), {*(stage.augment or ())}
    if not any(asked & {*block.changes} for block in blocks):
        able = [kind.name for kind in KINDS.known.values() if asked & {*kind.block.changes}]
        wanted = f"an {able[0]} column" if able else "a column that it changes"
        yield PreflightError(
            f"Train: expected {wanted} for augment={stage.augment}, found none.",
            remedy="Leave `augment` out.",
            augment=stage.augment,
        )
        return
    moving = sorted(asked & {name for block in blocks for name in block.moving})
    if moving and task_of(schema.task).sequence:
        yield PreflightError(
            f"Train: expected random changes that leave positions where they are, as each has an "
            f"answer, found augment={moving[0]!r}.",
            remedy=f"Leave {moving[0]!r} out of `augment`.",
            augment=stage.augment,
        )
    mixing = sorted(asked & {name for block in blocks for name in part_of(block).mixes})
    if mixing and len(blocks) > 1:
        yield PreflightError(
            f"Train: expected inputs of one array for augment={mixing[0]!r}, which mixes rows, "
            f"found {len(blocks)}.",
            remedy=f"Leave {mixing[0]!r} out of `augment`.",
            augment=stage.augment,
        )
    if mixing and stage.own_loss is not None:
        fault = weight_fault("loss", stage.own_loss)
        yield from [fault] if fault else []


def _label_misfits(asked: Iterable[Label], schema: Schema) -> Iterator[FivefoldError]:
    """Labels that are no class, and classes that are meant twice."""
    meant: dict[int | None, list[Label]] = {}
    for label in asked:
        meant.setdefault(find_label(label, schema.classes), []).append(label)
    strange = tuple(meant.pop(None, ()))
    if strange:
        known = [str(label) for label in schema.classes]
        yield PreflightError(
            f"Train: expected weights of the classes {', '.join(known)}, "
            f"found one of {', '.join(map(repr, strange))}.",
            remedy="Write the labels as they stand in the data.",
            labels=strange,
        )
    for place, labels in meant.items():
        if place is not None and len(labels) > 1:
            yield PreflightError(
                f"Train: expected one weight for the class {schema.classes[place]!r}, "
                f"found {len(labels)}, of {' and '.join(map(repr, labels))}.",
                remedy="Leave all but one of them out of `class_weights`.",
                labels=tuple(labels),
            )


def _loss_misfits(stage: Options, task: str, fitting: tuple[str, ...]) -> Iterator[FivefoldError]:
    loss = stage.loss
    quantile, smoothing = stage.quantile, stage.label_smoothing
    named = loss if isinstance(loss, str) else None
    found = "the default" if loss is None else repr(named) if named else "one of your own"
    if named is not None and named not in fitting:
        yield PreflightError(
            f"Train: expected a loss for {task} ({', '.join(fitting)}), found {named!r}.",
            remedy=f'Use loss="{fitting[0]}", or leave it out.',
            loss=named,
        )
    if quantile is not None and named != "quantile":
        yield PreflightError(
            f'Train: expected loss="quantile" for quantile={quantile:g}, found {found}.',
            remedy='Pass loss="quantile" too, or leave `quantile` out.',
            quantile=quantile,
        )
    used = fitting[0] if loss is None else named
    if smoothing and (SMOOTHED not in fitting or used != SMOOTHED):
        yield PreflightError(
            f"Train: expected cross-entropy for label_smoothing={smoothing:g}, "
            f"found {found if SMOOTHED in fitting else task}.",
            remedy="Leave `label_smoothing` out.",
            label_smoothing=smoothing,
        )
