"""Networks that learn from each row alone, as private training asks: which, and whether."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from torch import nn

from fivefold.codecs.schema import Schema
from fivefold.errors import FivefoldError, ModelError, PreflightError
from fivefold.kinds.known import blocks_of
from fivefold.models.defaults import private_for
from fivefold.models.ensemble import Ensemble
from fivefold.models.grouped import NORM, across_rows
from fivefold.models.learner import Piece, begins
from fivefold.models.losses import Loss
from fivefold.models.networks import NETWORKS, network_of
from fivefold.models.parts import part_of
from fivefold.tasks.known import task_of
from fivefold.train.optimizer import trainable
from fivefold.train.options import Options
from fivefold.train.privatestepper import check_rows

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec

REMEDY = "Take nn.GroupNorm or nn.LayerNorm in its place, or leave `privacy` out."


def private_network(codec: "Codec", stage: Options) -> tuple[Any, Mapping[str, Any] | None]:
    """What a stage trains, and arguments of a built-in network; as it is, unless it is private."""
    if stage.privacy is None:
        return stage.model, None
    known = asked_of(stage, codec.schema)
    if known is None:
        return stage.model, None
    return known.name, {**known.private, NORM: "group"}


def asked_of(stage: Options, schema: Schema) -> Any:
    """The built-in network that a private training takes; None for one of the user's, or none."""
    if isinstance(stage.model, str):
        return NETWORKS[stage.model]
    if stage.model is not None:
        return None
    task = task_of(schema.task)
    sizes = [part_of(block).size for block in blocks_of(schema)]
    return private_for(sizes, places=task.by_row or task.spells, spells=task.spells)


def see_each_alone(body: nn.Module, loss: Loss, sample: Piece) -> None:
    """Refuse a network that counts over rows, or shows training rows to more than its gradients.

    Raises:
        ModelError: naming what does.
    """
    layer = across_rows(body)
    if layer:
        raise across(type(body).__name__, layer)
    networks = list(body.networks) if isinstance(body, Ensemble) else [body]
    for one in (one for one in networks if network_of(one) is None):
        for method in (method for method in ("begin", "end") if begins(one, method)):
            raise ModelError.expected(
                "Train",
                "for `privacy` a network that learns in its steps alone",
                f"{type(one).__name__} with a method `{method}`, which is given training rows",
                "Leave the method out, or `privacy`.",
                method=method,
            )
    check_rows(body, loss, sample, list(trainable(body)))


def across(name: str, layer: str) -> ModelError:
    """The fault of a network with a layer that counts over rows."""
    return ModelError.expected(
        "Train",
        "for `privacy` a network in which no row sees another",
        f"{layer} in {name}, whose means are over rows",
        REMEDY,
        layer=layer,
    )


def private_misfits(stage: Options, schema: Schema) -> Iterator[FivefoldError]:
    """What cannot be learnt privately: of these columns, by this network."""
    task = task_of(schema.task)
    if task.spells or task.network or schema.named("until") is not None:
        what = "windows that share their steps" if schema.named("until") else schema.task
        yield PreflightError.expected(
            "Train",
            "for `privacy` rows that stand for themselves, each with an answer that a loss judges",
            what,
            "Leave `privacy` out.",
        )
        return
    if isinstance(stage.model, nn.Module):
        layer = across_rows(stage.model)
        if layer:
            yield across(type(stage.model).__name__, layer)
        return
    known = asked_of(stage, schema)
    if isinstance(stage.model, str) or stage.model is None:
        usual = asked_of(stage.replace(model=None), schema)
        if known is None or known.private is None:
            found = repr(stage.model) if stage.model else f"none for such columns and {schema.task}"
            others = f'Use Train("{usual.name}"), or a' if usual else "Use a"
            yield PreflightError.expected(
                "Train",
                "for `privacy` a network that learns from each row alone",
                found,
                f"{others} module of your own without BatchNorm; or leave `privacy` out.",
                model=stage.model,
            )
