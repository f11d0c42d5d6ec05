"""Settings of Train that do not fit the columns, found before anything is trained."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fivefold.codecs.schema import TABULAR, Kind, Schema
from fivefold.errors import FivefoldError, PreflightError

if TYPE_CHECKING:
    from fivefold.train.train import Train


def default_network(kinds: Sequence[Kind]) -> str:
    """The name of the default network for input columns of these kinds.

    Example:
        >>> default_network(["numeric", "boolean"]), default_network(["text", "text"])
        ('mlp', 'mixture')
    """
    if all(kind in TABULAR for kind in kinds):
        return "mlp"
    if len(kinds) == 1:
        return "convnet" if kinds[0] == "image" else "textnet"
    return "mixture"


def find_misfits(stage: "Train", schema: Schema) -> Iterator[FivefoldError]:
    """Every setting that asks for something that the columns are not."""
    kinds = [column.kind for column in schema.inputs]
    fits = default_network(kinds)
    if isinstance(stage.model, str) and stage.model not in {fits, "mixture"}:
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
