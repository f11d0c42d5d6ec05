"""A fresh network for each run, from whatever the user has given."""

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.kinds.tokens import slots_of
from fivefold.models.assemble import Assembled, assemble
from fivefold.models.defaults import choose, default_for, make
from fivefold.models.ensemble import Ensemble
from fivefold.models.fixed import Fixed
from fivefold.models.inputs import Inputs, Text
from fivefold.models.networks import NETWORKS, Network, network_of
from fivefold.models.parts import part_of
from fivefold.tasks.known import task_of
from fivefold.train.generators import private_random, seed_random
from fivefold.train.snapshot import untrainable, unwrapped

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.kinds.codec import Codec

Model = str | nn.Module | Callable[[Any, int], nn.Module] | None


def make_network(
    codec: "Codec",
    model: Model,
    *,
    target: "Array",
    example: dict[str, Tensor],
    seed: int,
    members: int | None = None,
    arguments: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    loss: str | None = None,
) -> Assembled:
    """A network that shares no weight with any other.

    Args:
        codec: fitted on the training rows.
        model: None for the default, a built-in one's name, a module (which is copied), or a
            factory (whose module is copied too, in case it always gives the same one).
        target: training targets.
        example: a few encoded rows on the CPU; they give lazy layers their shapes.
        seed: of the first weights.
        members: networks that answer together, each with first weights of its own; None is one,
            or as many as a network of many members has.
        arguments: of a network of many members.
        given: arguments of the network that is named, whichever it is.
        loss: by name, what will be minimised; None for the default, and for one of the user's.

    Returns:
        The untrained network on the CPU, `fit_buffers` still to be called.
    """
    own = {**(arguments or {}), **({} if members is None else {"members": members})}

    wide = _widened(codec, model) if members in {None, 1} else ()

    def factory(inputs: Inputs, outputs: int) -> nn.Module:
        if model is None or isinstance(model, str):
            places = not isinstance(outputs, int)
            task, chosen = task_of(codec.schema.task), codec.settings.chosen
            usual = task.network or choose(
                inputs, len(target), places=places, spells=task.spells, chosen=chosen
            )
            name = usual if model is None else model
            known = NETWORKS.get(name)
            if model is None and known is not None and not wide and known.has_beside:
                name = "mixture" if known.needs is None else _alone(known.needs)
                known = NETWORKS[name]
            more = own if known is not None and known.many else {}
            if known is not None and known.about is not None:
                steps = task_of(codec.schema).empty(codec.schema)
                more = {"levels": steps.shape[-1] - 1} if steps.ndim > 2 else {}
            return shaped(make(name, inputs, outputs, **{**more, **(given or {})}))
        made = copy.deepcopy(model) if isinstance(model, nn.Module) else model(inputs, outputs)
        _check_trainable(made)
        return copy.deepcopy(shaped(unwrapped(made)))

    def shaped(made: nn.Module) -> nn.Module:
        """The same with the shapes of lazy layers; only then can they be copied and saved."""
        if isinstance(made, nn.Module) and _is_lazy(made):
            with torch.no_grad():
                made.eval()(Fixed(codec)(example))
            made.train()
        return made

    cpu = torch.device("cpu")
    with private_random(cpu):
        seed_random(seed, cpu)

        def several(inputs: Inputs, outputs: int) -> nn.Module:
            first = factory(inputs, outputs)
            if members in {None, 1} or hasattr(first, "members"):
                return first
            return Ensemble([first, *(factory(inputs, outputs) for _ in range(1, members))])

        return assemble(codec, several, target=target, loss=loss, wide=wide)


def _alone(size: type) -> str:
    """The first network that reads such rows and nothing else."""
    return next(name for name, one in NETWORKS.items() if one.sizes == {size})


def _widened(codec: "Codec", model: Model) -> tuple[type, ...]:
    """The classes of sizes whose rows come with what a model beside the network reads."""
    if task_of(codec.schema.task).trees in (None, "each"):
        return ()
    sizes = [part_of(block.block).size for block in codec.blocks]
    network = default_for(sizes) if model is None else None
    network = NETWORKS.get(model) if isinstance(model, str) else network
    if network is None:
        return ()
    terms = any(slots_of(column.state) for column in codec.columns.values())
    asked = sizes if network.wide else [] if network.needs is None else [network.needs]
    return tuple(size for size in asked if size is not Text or terms)


def _check_trainable(made: Any) -> None:
    reason = untrainable(made)
    if reason:
        why, _, remedy = reason.partition("; ")
        raise ModelError(
            f"Train: expected the factory to give a module, found {type(made).__name__}: {why}.",
            remedy=f"{remedy[0].upper()}{remedy[1:]}.".replace("Pass", "Return"),
        )


def _is_lazy(module: nn.Module) -> bool:
    tensors = (*module.parameters(), *module.buffers())
    lazy = (nn.parameter.UninitializedParameter, nn.parameter.UninitializedBuffer)
    return any(isinstance(tensor, lazy) for tensor in tensors)


def named(network: Assembled) -> tuple[str, Network | None]:
    """What to call a network in print, and which of the built-in ones it is."""
    body, times = network.body, ""
    if isinstance(body, Ensemble):
        body, times = body.networks[0], f"{body.members} x "
    known = network_of(body)
    return times + (type(body).__name__ if known is None else known.name), known
