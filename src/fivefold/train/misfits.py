"""Settings of Train that do not fit the columns, found before anything is trained."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fivefold.codecs.schema import Schema, Task
from fivefold.codecs.target import find_label
from fivefold.errors import FivefoldError, PreflightError
from fivefold.train.names import TABLES, default_network, fitting_losses

if TYPE_CHECKING:
    from fivefold.train.train import Train


def find_misfits(stage: "Train", schema: Schema) -> Iterator[FivefoldError]:
    """Every setting that asks for something that the columns are not."""
    kinds = [column.kind for column in schema.inputs]
    fits = default_network(kinds)
    fitting = {"mixture", *(TABLES if fits in TABLES else (fits,))}
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
        asked = stage.class_weights
        strange = tuple(label for label in asked if find_label(label, schema.classes) is None)
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
