"""What a network began with that was learnt elsewhere, and how its weights are layered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.core.wording import plural
from fivefold.models.inputs import Batch
from fivefold.models.learner import named_weights
from fivefold.models.networks import build, describe

SHOWN = 4  # names that a sentence lists


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Weights that a body began with.

    Attributes:
        source: in words.
        digest: SHA-256 of them.
        revision: the commit of the hub; empty for any other source.
        licence: of the weights; None where it was not said.
        taken: names of the weights and buffers of the body that have their values.
        buffers: those of them that are none of its weights.
        fresh: names of weights that begin anew, the head's aside.
        head: names of those of the last layer.
        codec: `kept` where rows are encoded as those that the weights were learnt from, else
            `refitted`; empty where weights know no codec.
        words: how many words have vectors of it, of how many; None where it has no vectors.
        frozen: whether what was taken learns nothing.
        thaw: epochs after which the next layer learns too; None for none.
        decay: the rate of a layer, as a part of that of the one above it.
    """

    source: str
    digest: str
    revision: str = ""
    licence: str | None = None
    taken: tuple[str, ...] = ()
    buffers: Mapping[str, Tensor] | None = None
    fresh: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    codec: str = ""
    words: tuple[int, int] | None = None
    frozen: bool = False
    thaw: int | None = None
    decay: float = 1.0

    @property
    def sentence(self) -> str:
        """What it began with, in words."""
        if not self.taken:
            return f"Begins with random weights in the place of those of {self.source}."
        told = f"Begins with {plural(len(self.taken), 'tensor')} of {self.source}"
        told += f" (SHA-256 {self.digest[:12]})"
        if self.frozen:
            told += ", which stay as they are"
        if self.words is not None:
            told += f": vectors of {self.words[0]:,} of {plural(self.words[1], 'word')}"
        elif self.fresh:
            more = f" and {len(self.fresh) - SHOWN} more" if len(self.fresh) > SHOWN else ""
            told += f"; new are {', '.join(self.fresh[:SHOWN])}{more}"
        if self.codec:
            told += f"; rows are encoded by rules that were {self.codec}"
        return f"{told}."

    def told(self, **more: Any) -> dict[str, Any]:
        """The same as plain values, for `Trained.settings`."""
        return {
            "source": self.source,
            "sha256": self.digest,
            "revision": self.revision,
            "licence": self.licence,
            "taken": len(self.taken),
            "fresh": list(self.fresh),
            "codec": self.codec,
            "words": None if self.words is None else list(self.words),
            "frozen": self.frozen,
            "thaw": self.thaw,
            "decay": self.decay,
            **more,
        }


def head_names(body: nn.Module) -> tuple[str, ...]:
    """The weights of the last layer: whose shapes follow from the outputs, or the last ones.

    Example:
        >>> head_names(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)))
        ('2.weight', '2.bias')
    """
    description = describe(body)
    if description is not None:
        with torch.device("meta"):
            twin = build(_wider(description)).state_dict()
        state = body.state_dict()
        return tuple(n for n in state if n not in twin or twin[n].shape != state[n].shape)
    path = ""
    for name, module in body.named_modules():
        if module._parameters and any(each is not None for each in module._parameters.values()):
            path = name
    start = f"{path}." if path else ""
    return tuple(n for n, _ in body.named_parameters() if n.rpartition(".")[0] == path) or (start,)


def layers_of(names: Iterable[str], head: Iterable[str]) -> list[list[str]]:
    """The weights of a network in layers, from its inputs on; the head is the last one.

    Weights of one block are one layer: names that agree up to the first number in them.

    Example:
        >>> names = ["embed.w", "blocks.0.a.w", "blocks.0.b.w", "blocks.1.a.w", "out.w"]
        >>> layers_of(names, ["out.w"])
        [['embed.w'], ['blocks.0.a.w', 'blocks.0.b.w'], ['blocks.1.a.w'], ['out.w']]
    """
    last = list(head)
    others = [name for name in names if name not in set(last)]
    shared = 0  # words that all names begin with
    split = [name.split(".") for name in others]
    while split and all(len(w) > shared + 1 and w[shared] == split[0][shared] for w in split):
        shared += 1
    layers: dict[tuple[str, ...], list[str]] = {}
    for name, words in zip(others, split, strict=True):
        own = words[shared:]
        numbers = [place for place, word in enumerate(own) if word.isdecimal()]
        layers.setdefault(tuple(own[: numbers[0] + 1] if numbers else own[:1]), []).append(name)
    return [*layers.values(), *([last] if last else [])]


def layer_rates(model: nn.Module, begun: Begun, lr: float) -> dict[str, float]:
    """The full rate of each weight: that of its layer, less by `decay` for each layer above it."""
    names = [name for name, _ in named_weights(model)]
    layers = layers_of(names, [name for name in begun.head if name in set(names)])
    return {
        name: lr * begun.decay ** (len(layers) - 1 - place)
        for place, layer in enumerate(layers)
        for name in layer
    }


def top_of(
    body: nn.Module, batch: Batch, learns: Callable[[nn.Parameter], bool]
) -> tuple[str, Tensor] | None:
    """The outermost part that holds all that learns and answers alone; and what it is given.

    Args:
        body: in eval mode.
        batch: a few rows.
        learns: whether a weight does.

    Returns:
        Its name, and its input for the rows; None if something follows it, or beside it counts.
    """
    wanted = {weight for weight in body.parameters() if learns(weight)}
    for name, part in body.named_modules():
        if not name or set(part.parameters()) != wanted:
            continue
        given = given_to(body, name, batch)
        if given is not None and given[0].ndim > 1 and torch.equal(part(given[0]), given[1]):
            return name, given[0]
    return None


@torch.no_grad()
def given_to(body: nn.Module, name: str, batch: Batch) -> tuple[Tensor, Tensor] | None:
    """What a part of a network is given for some rows, and what the network answers.

    None where the part is not called once, with one tensor.
    """
    seen: list[Any] = []
    hook = body.get_submodule(name).register_forward_pre_hook(
        lambda _, arguments: seen.append(arguments)
    )
    try:
        answer = body(batch)
    finally:
        hook.remove()
    alone = len(seen) == 1 and len(seen[0]) == 1 and isinstance(seen[0][0], Tensor)
    return (seen[0][0], answer) if alone else None


def _wider(description: Mapping[str, Any]) -> dict[str, Any]:
    """The description of the same network with one output more."""
    wider: dict[str, Any] = dict(description)
    outputs = wider["outputs"]
    wider["outputs"] = outputs + 1 if isinstance(outputs, int) else [*outputs[:-1], outputs[-1] + 1]
    arguments = dict(wider["arguments"])
    if isinstance(arguments.get("network"), Mapping):
        arguments["network"] = _wider(arguments["network"])
    return {**wider, "arguments": arguments}
