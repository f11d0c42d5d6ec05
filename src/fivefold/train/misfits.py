"""Settings of Train that do not fit the columns, found before anything is trained."""

from collections.abc import Callable, Iterable, Iterator

from fivefold.codecs.schema import Label, Schema
from fivefold.core.wording import together
from fivefold.errors import FivefoldError, ModelError, PreflightError
from fivefold.kinds.codes import CODES
from fivefold.kinds.known import KINDS, blocks_of
from fivefold.kinds.numbers import NUMBERS
from fivefold.metrics.weight import weight_argument
from fivefold.models.accountant import unaccountable
from fivefold.tasks.conformal import SETS
from fivefold.tasks.known import task_of
from fivefold.tasks.places import find_label
from fivefold.train.choices import SMOOTHED, WEIGHTED
from fivefold.train.known_odd import alarm_misfits
from fivefold.train.options import Options
from fivefold.train.snapshot import is_estimator
from fivefold.train.suited import called, estimator_misfits, simpler_misfits


def find_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """Every setting that asks for something that the columns are not."""
    yield from _calibration_misfits(stage, schema)
    if is_estimator(stage.model):
        yield from estimator_misfits(stage, schema)
        return
    yield from simpler_misfits(stage, schema)
    if stage.privacy is not None:
        from fivefold.train.rowwise import private_misfits

        missing = unaccountable()
        yield from [missing] if missing else []
        yield from private_misfits(stage, schema)
    usual = task_of(schema.task).network
    if isinstance(stage.model, str) or (usual and stage.model is None):
        yield from _input_misfits(stage.model or usual, schema)
    if not usual:
        yield from alarm_misfits(stage, schema)
    if stage.augment:
        yield from _change_misfits(stage, schema)
    losses = task_of(schema.task).losses
    yield from _loss_misfits(stage, called(schema), losses)
    if stage.sampler == "balanced" and not _one_class(schema):
        yield PreflightError(
            f"Train: expected one class a row for sampler='balanced', found {called(schema)}.",
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
            f"Train: expected classes for `class_weights`, found {called(schema)}.",
            remedy="Leave `class_weights` out, or collect a target of classes.",
        )
    elif not isinstance(stage.class_weights, str):
        yield from _label_misfits(stage.class_weights, schema)


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
    if mixing and ((plane := task_of(schema.task).plane) or len(blocks) > 1):
        yield PreflightError(
            f"Train: expected inputs of one array for augment={mixing[0]!r}, which mixes rows, "
            f"found {schema.task if plane else len(blocks)}.",
            remedy=f"Leave {mixing[0]!r} out of `augment`.",
            augment=stage.augment,
        )
    if mixing and stage.own_loss is not None:
        fault = weight_fault("loss", stage.own_loss)
        yield from [fault] if fault else []


def _calibration_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """A map of probabilities that this task has not; torch is imported."""
    if stage.calibrate is None:
        return
    from fivefold.models.heads import head_of

    task = task_of(schema.task)
    able = head_of(task).calibrations if task.bounds(schema) == SETS else ()
    if stage.calibrate not in able:
        wanted = "two classes" if able else "one class a row, in no order,"
        remedy = f'Use calibrate="{able[0]}".' if able else "Leave it out."
        yield PreflightError.expected(
            *("Train", f"{wanted} for calibrate={stage.calibrate!r}", called(schema), remedy),
            calibrate=stage.calibrate,
        )


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
