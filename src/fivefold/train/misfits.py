"""Settings of Train that do not fit the columns, found before anything is trained."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from fivefold.codecs.schema import TABULAR, Kind, Schema, Task
from fivefold.errors import FivefoldError, PreflightError

if TYPE_CHECKING:
    from fivefold.train.train import Train

LossName = Literal["cross_entropy", "focal", "squared", "absolute", "huber", "quantile", "poisson"]

Quality = Literal["fast", "balanced", "best"]

CLASS_LOSSES: tuple[LossName, ...] = ("cross_entropy", "focal")
"""The built-in losses for classes, the default first."""

NUMBER_LOSSES: tuple[LossName, ...] = ("squared", "absolute", "huber", "quantile", "poisson")
"""The built-in losses for regression, the default first."""


TABLE_NETWORKS = ("blend", "tabm", "mlp")
"""The built-in networks for tables, the default first."""


def fitting_losses(task: Task) -> tuple[LossName, ...]:
    """The built-in losses for a task, the default first."""
    return NUMBER_LOSSES if task == "regression" else CLASS_LOSSES


def default_loss(task: Task) -> LossName:
    """The loss that a task has unless another is asked for.

    Example:
        >>> default_loss("regression"), default_loss("binary")
        ('squared', 'cross_entropy')
    """
    return fitting_losses(task)[0]


def default_network(kinds: Sequence[Kind]) -> str:
    """The name of the default network for input columns of these kinds.

    Example:
        >>> default_network(["numeric", "boolean"]), default_network(["text", "text"])
        ('blend', 'mixture')
    """
    if all(kind in TABULAR for kind in kinds):
        return TABLE_NETWORKS[0]
    if len(kinds) == 1:
        return "convnet" if kinds[0] == "image" else "textnet"
    return "mixture"


def find_misfits(stage: "Train", schema: Schema) -> Iterator[FivefoldError]:
    """Every setting that asks for something that the columns are not."""
    kinds = [column.kind for column in schema.inputs]
    fits = default_network(kinds)
    fitting = {"mixture", *(TABLE_NETWORKS if fits in TABLE_NETWORKS else (fits,))}
    if isinstance(stage.model, str) and stage.model not in fitting:
        yield PreflightError(
            f"Train: expected a network for {', '.join(sorted(set(kinds)))} columns, "
            f"found {stage.model!r}.",
            remedy=f'Use Train("{fits}"), or leave the model out.',
            model=stage.model,
        )
    if stage.augment and "image" not in kinds:
        yield PreflightError(
            f"Train: expected an image column for augment={stage.augment}, found none.",
            remedy="Leave `augment` out.",
            augment=stage.augment,
        )
    yield from _loss_misfits(stage, schema.task)
    if stage.class_weights is None:
        return
    if schema.task == "regression":
        yield PreflightError(
            "Train: expected classes for `class_weights`, found regression.",
            remedy='Leave `class_weights` out, or pass task="multiclass" to Collect.',
        )
    elif not isinstance(stage.class_weights, str):
        known = [str(label) for label in schema.classes]
        strange = tuple(label for label in stage.class_weights if str(label) not in known)
        if strange:
            yield PreflightError(
                f"Train: expected weights of the classes {', '.join(known)}, "
                f"found one of {', '.join(map(repr, strange))}.",
                remedy="Write the labels as they stand in the data.",
                labels=strange,
            )


def _loss_misfits(stage: "Train", task: Task) -> Iterator[FivefoldError]:
    loss, fitting = stage.loss, fitting_losses(task)
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
    if smoothing and (task == "regression" or (loss is not None and named != "cross_entropy")):
        yield PreflightError(
            f"Train: expected cross-entropy for label_smoothing={smoothing:g}, "
            f"found {'regression' if task == 'regression' else found}.",
            remedy="Leave `label_smoothing` out.",
            label_smoothing=smoothing,
        )
