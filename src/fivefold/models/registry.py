"""The built-in networks by name, and as plain values."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from fivefold.errors import ModelError
from fivefold.models.blend import Blend
from fivefold.models.convnet import ConvNet
from fivefold.models.inputs import Codes, Inputs, Width, from_json, parts
from fivefold.models.mixture import Mixture
from fivefold.models.mlp import Mlp
from fivefold.models.parts import own_sizes, part_for
from fivefold.models.tabm import TabM
from fivefold.models.textnet import TextNet

NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "blend": Blend,
    "tabm": TabM,
    "mlp": Mlp,
    "convnet": ConvNet,
    "textnet": TextNet,
    "mixture": Mixture,
}

TABULAR = ("blend", "tabm", "mlp")
"""Those for tables, the default first."""


def choose(inputs: Inputs) -> str:
    """The name of the default network for these inputs.

    Example:
        >>> from fivefold.models.inputs import Image
        >>> choose(Width(12)), choose({"table": Width(3), "photo": Image(3, 32, 32)})
        ('blend', 'mixture')
    """
    sizes = list(parts(inputs).values())
    if all(isinstance(size, Width | Codes) for size in sizes):
        return TABULAR[0]
    part = part_for(sizes[0]) if len(sizes) == 1 else None
    return "mixture" if part is None else part.network


def make(name: str, inputs: Inputs, outputs: int, **arguments: Any) -> nn.Module:
    """A new built-in network, with weights drawn from torch's own generator.

    Args:
        name: one of `NETWORKS`.
        inputs: sizes of what it reads.
        outputs: numbers a row.
        arguments: of its class.

    Raises:
        ModelError: if there is no such network, or it cannot read these inputs.
    """
    if name not in NETWORKS:
        raise ModelError(
            f"Train: expected one of {', '.join(NETWORKS)}, found {name!r}.",
            remedy="Choose one of them, or pass a module of your own.",
            name=name,
        )
    if not isinstance(outputs, int):
        raise ModelError(
            f"Train: expected a network of one's own for outputs {outputs} a row, found {name!r}.",
            remedy="Pass a module: Train(lambda inputs, outputs: Net(inputs, outputs)).",
            name=name,
        )
    wanted = choose(inputs)
    if name not in {wanted, "mixture"} and not (wanted in TABULAR and name in TABULAR):
        raise ModelError(
            f"Train: expected a network for {inputs}, found {name!r}.",
            remedy=f'Use Train("{wanted}"), or leave the model out.',
            name=name,
        )
    if name == "blend":
        return Blend(inputs, outputs, network=TabM(inputs, outputs, **arguments))
    return NETWORKS[name](inputs, outputs, **arguments)


def describe(body: nn.Module) -> dict[str, Any] | None:
    """A built-in network as plain JSON values; None for any other module.

    Example:
        >>> describe(Mlp(Width(4), 1, width=32))["arguments"]["width"]
        32
        >>> describe(nn.Linear(4, 1)) is None
        True
    """
    name = next((name for name, network in NETWORKS.items() if type(body) is network), None)
    if name is None:
        return None
    description: dict[str, Any] = body.description  # type: ignore[assignment]
    with torch.device("meta"):
        twin = build(description)
    return description if _shapes(twin) == _shapes(body) else None


def build(description: Mapping[str, Any]) -> nn.Module:
    """The network that `describe` described, with fresh weights."""
    inputs, outputs = from_json(description["inputs"], own_sizes()), description["outputs"]
    arguments = dict(description["arguments"])
    if isinstance(arguments.get("network"), Mapping):
        arguments["network"] = build(arguments["network"])
    return NETWORKS[description["name"]](inputs, outputs, **arguments)


def _shapes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in module.state_dict().items()}
