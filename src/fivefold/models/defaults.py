"""Which network reads some inputs where none is asked for, and a new one of any."""

from collections.abc import Sequence
from typing import Any

from torch import nn

from fivefold.errors import ModelError
from fivefold.models.grouped import NORM, grouped
from fivefold.models.habit import MINUTES
from fivefold.models.inputs import Codes, Image, Inputs, Width
from fivefold.models.networks import NETWORKS, Network, classes
from fivefold.models.resnet import DETAILED, ResNet, SmallResNet, products, stride


def default_for(sizes: Sequence[type]) -> Network:
    """The default network for tensors of these classes of sizes."""
    mixed = len(sizes) > 1 and not {Width, Codes}.issuperset(sizes)
    if mixed and not NETWORKS["forecaster"].reads(sizes):
        return NETWORKS["mixblend"]
    return next(network for network in NETWORKS.values() if network.reads(sizes))


def private_for(
    sizes: Sequence[type], *, places: bool = False, spells: bool = False
) -> Network | None:
    """The first network for tensors of these classes that learns row by row; None for none.

    Example:
        >>> private_for([Width]).name, private_for([Image]).name, private_for([Width], places=True)
        ('mlp', 'convnet', None)
    """
    able = (network for network in NETWORKS.values() if network.private is not None)
    return next((one for one in able if one.reads(sizes, places=places, spells=spells)), None)


def choose(
    inputs: Inputs,
    rows: int = 0,
    *,
    places: bool = False,
    spells: bool = False,
    chosen: bool = False,
) -> str:
    """The name of the default network for these inputs.

    Pictures of `DETAILED` pixels a side or more are seen by the widest residual network that can
    look at so many rows often enough in some minutes.

    Args:
        inputs: sizes of what it reads.
        rows: to train on, as far as they are known.
        places: whether each position of a row is to have an answer.
        spells: whether these answers spell what is asked for.
        chosen: whether its columns were chosen of many more than there are rows.

    Raises:
        ModelError: if no built-in network answers for positions of such inputs.

    Example:
        >>> choose(Image(3, 32, 32), 2000), choose(Image(3, 32, 32), 50_000)
        ('resnet', 'resnet_small')
        >>> choose(Width(12)), choose({"table": Width(3), "photo": Image(3, 32, 32)})
        ('blend', 'mixblend')
    """
    if places:
        sizes = classes(inputs)
        known = (n for n in NETWORKS.values() if n.reads(sizes, places=True, spells=spells))
        if (found := next(known, None)) is not None:
            return found.name
        raise ModelError(
            f"Train: expected a network of one's own for each position of {inputs}, found none.",
            remedy="Pass a module: Train(lambda inputs, outputs: Net(inputs, outputs))"
            + (", or drop= the other columns in Collect." if len(sizes) > 1 else "."),
        )
    if chosen and {Width, Codes}.issuperset(classes(inputs)):
        return next(network.name for network in NETWORKS.values() if network.few)
    if isinstance(inputs, Image) and min(inputs.height, inputs.width) >= DETAILED:
        for network, epochs in ((ResNet, 10), (SmallResNet, 4)):
            work = 6 * products(inputs, network.usual) * rows  # additions, and the way back
            if epochs * work <= MINUTES:
                return network.name
        if stride(inputs) > 1:  # whose first layer leaves less to do than that of the smaller one
            return SmallResNet.name
    return default_for(classes(inputs)).name


def make(name: str, inputs: Inputs, outputs: int | tuple[int, ...], **arguments: Any) -> nn.Module:
    """A new built-in network, with weights drawn from torch's own generator.

    Args:
        name: one of `NETWORKS`.
        inputs: sizes of what it reads.
        outputs: numbers a row; positions and classes where each position has an answer.
        arguments: of its class, or of that of its core.

    Raises:
        ModelError: if there is no such network, or it cannot read these inputs.
    """
    if name not in NETWORKS:
        raise ModelError(
            f"Train: expected one of {', '.join(NETWORKS)}, found {name!r}.",
            remedy="Choose one of them, or pass a module of your own.",
            name=name,
        )
    network, places = NETWORKS[name], not isinstance(outputs, int)
    if places and not network.places:
        raise ModelError(
            f"Train: expected a network of one's own for outputs {outputs} a row, found {name!r}.",
            remedy="Pass a module: Train(lambda inputs, outputs: Net(inputs, outputs)).",
            name=name,
        )
    if not network.reads(classes(inputs), places=places, spells=network.spells):
        raise ModelError(
            f"Train: expected a network for {inputs}, found {name!r}.",
            remedy=f'Use Train("{choose(inputs, places=places)}"), or leave the model out.',
            name=name,
        )
    norm = arguments.pop(NORM, None)
    if network.core is not None:
        arguments = {"network": network.core(inputs, outputs, **arguments)}
    body = network.body(inputs, outputs, **arguments)
    return body if norm is None else grouped(body)
