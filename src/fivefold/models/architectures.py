"""What the built-in networks are made of, read from the modules themselves."""

import inspect
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fivefold.core.faults import raise_all
from fivefold.core.wish import Wish, counts, faults_of, one_of
from fivefold.core.wording import plural, together
from fivefold.errors import FivefoldError
from fivefold.kinds.clips import PACE
from fivefold.kinds.known import KINDS
from fivefold.models.defaults import make
from fivefold.models.inputs import (
    Batch,
    Codes,
    Film,
    Image,
    Inputs,
    Passage,
    Record,
    Signal,
    Size,
    Spectrum,
    Spelled,
    Symbols,
    Text,
    Width,
    parts,
    to_json,
    without_terms,
)
from fivefold.models.networks import NETWORKS, Network, classes, network_of
from fivefold.models.operations import forward_operations, rows_of
from fivefold.models.parts import part_of
from fivefold.models.window import Window

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES: tuple[Size, ...] = (
    Width(16, measured=8),
    Image(3, 32, 32),
    Film(3, 16, 32, 32),
    Text(64, 10_000),
    Symbols(60, 16, 1, 1, 0),
    Spectrum(65, 96),
    Signal(6, 100),
    Window(1, 168, 0, 0),
)
"""Sizes at which networks are told where there is no data."""

PLACED: tuple[Size, ...] = (
    Spelled(40, 13, 10_000),
    Symbols(60, 16, 1, 0, 0),
    Signal(6, 100),
    Spectrum(65, 96),
    Image(3, 32, 32),
)
"""The same for networks that answer for each position."""

COLUMNS = (
    *("architecture", "what", "application", "inputs", "layers", "parameters", "operations"),
    *("features", "paper"),
)
ROWS = 2
CONTAINERS = (nn.ModuleList, nn.ModuleDict, nn.Sequential)


def architectures(inputs: Inputs | str | None = None, outputs: int = 1) -> "pd.DataFrame":
    """The networks that fivefold brings: what they read, what they are made of, who thought of it.

    All of it is read from the modules, built for these inputs; nothing is written by hand.

    Args:
        inputs: sizes of what a network reads, those of a run are `trained.model.fixed.inputs`;
            None for an example of each; or the name of the one that is asked about, at an example.
        outputs: numbers a row, or a position where each is answered for.

    Returns:
        One row a network that reads such inputs, the default first: `architecture`, `what` it is,
        `application` (the kinds of columns that it reads), `inputs` (the sizes that the rest holds
        for), `layers` (modules with weights of their own, by class), `parameters`, `operations`
        (floating-point, of one row forward: products and convolutions), `features` and `paper`.

    Raises:
        ConfigError: if there is no network of that name, or these are no sizes.

    Example:
        >>> table = architectures().set_index("architecture")
        >>> table.loc["convnet", "application"]
        'images'
    """
    import pandas as pd

    lines, asked = [], _asked(inputs, outputs)
    sizes = None if isinstance(inputs, str) else inputs
    for network in asked:
        read = _example(network) if sizes is None else sizes
        read = read if network.needs is not None else without_terms(read)
        if network.reads(classes(read), places=network.places, spells=network.spells):
            shape = (*positions_of(read), outputs) if network.places else outputs
            with torch.random.fork_rng(devices=[]):
                body = make(network.name, read, shape)
            lines.append(described_as(network.name, body, read, example(read)))
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _asked(inputs: Any, outputs: Any) -> list[Network]:
    """The networks that are asked about."""
    named = isinstance(inputs, str)
    wish = one_of(list(NETWORKS)) if named else SIZES.or_none()
    wishes = {"inputs": (inputs, wish), "outputs": (outputs, counts(1))}
    raise_all(faults_of("architectures", wishes))
    return [NETWORKS[inputs]] if named else list(NETWORKS.values())


def _are_sizes(value: Any) -> bool:
    sizes = list(value.values()) if isinstance(value, Mapping) else [value]
    known = [isinstance(size, Width | tuple) and type(size) is not tuple for size in sizes]
    return bool(sizes) and all(known)


SIZES = Wish(
    "{} as sizes of what a network reads, or the name of one",
    _are_sizes,
    'Write ff.architectures("mlp"), or pass result[ff.Trained].model.fixed.inputs.',
)


def described_as(name: str, body: nn.Module, inputs: Inputs, batch: Batch) -> dict[str, Any]:
    """One row of the table: a network that may have learnt, or one of a user's own.

    Args:
        name: in words.
        body: the module.
        inputs: the sizes that it reads.
        batch: a few rows of them, on its device.
    """
    network = network_of(body)
    layers = Counter(type(layer).__name__ for layer in body.modules() if layer._parameters)
    return {
        "architecture": name,
        "what": (inspect.getdoc(type(body)) or "").partition("\n")[0] if network else "",
        "application": application(inputs) if network is None else applications(network),
        "inputs": _in_words(inputs),
        "layers": ", ".join(f"{count} {kind}" for kind, count in layers.items()),
        "parameters": sum(weight.numel() for weight in body.parameters()),
        "operations": forward_operations(body, batch) / rows_of(batch),
        "features": ", ".join(features(body, network)),
        "paper": paper(body if network is None or network.core is None else network.core),
    }


def applications(network: Network) -> str:
    """The kinds of columns that a network reads, in words."""
    if network.needs is not None:
        return f"{together(_kinds(frozenset({network.needs})))}, alone or mixed with any other"
    if not network.sizes:
        return f"any of {together(_kinds(None))}, mixed"
    return together(_kinds(network.sizes))


def application(inputs: Inputs) -> str:
    """The kinds of columns that come in such sizes, in words.

    Example:
        >>> application(Image(1, 8, 8))
        'images'
    """
    return together(_kinds(frozenset(classes(inputs))))


def _kinds(sizes: frozenset[type] | None) -> list[str]:
    if sizes is None:
        return [kind.plural for kind in KINDS if kind.places != "regions"]
    found = []
    for kind in (kind for kind in KINDS if kind.places != "regions"):
        with suppress(FivefoldError):  # a block of one's own may have no half in torch
            if part_of(kind.block).size in sizes:
                found.append(kind.plural)
    return found


def features(body: nn.Module, network: Network | None = None) -> list[str]:
    """What is notable about a network: members, trees, and layers without weights by class."""
    told = []
    if (members := getattr(body, "members", 1)) > 1:
        told.append(plural(int(members), "member"))
    if network is not None and network.boosts:
        told.append("boosted trees beside it")
    plain = [m for m in body.modules() if not m._parameters and not list(m.children())]
    told += dict.fromkeys(type(m).__name__ for m in plain if not isinstance(m, CONTAINERS))
    shares = {
        float(getattr(m, "dropout", getattr(m, "p", 0.0)) or 0.0)
        for m in body.modules()
        if isinstance(getattr(m, "dropout", getattr(m, "p", None)), float)
    }
    return [*told, *(f"dropout {share:g}" for share in sorted(shares) if share)]


def paper(body: Any) -> str:
    """What the docstring of a network names as its source; empty where it names none.

    Args:
        body: a module, or its class.
    """
    text = inspect.getdoc(body if inspect.isclass(body) else type(body)) or ""
    found = re.search(r"^References?:\n((?:[ \t]+.*\n?|\n)+)", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def example(inputs: Inputs, rows: int = ROWS) -> Batch:
    """A batch of zeros of these sizes.

    Example:
        >>> example(Image(1, 8, 8)).shape
        torch.Size([2, 1, 8, 8])
    """
    if isinstance(inputs, Mapping):
        return {name: _zeros(size, rows) for name, size in inputs.items()}
    return _zeros(inputs, rows)


def positions_of(size: Any) -> tuple[int, ...]:
    """The positions of a row of this size: how many along each axis; of a sound, of steps.

    Example:
        >>> positions_of(Signal(6, 100)), positions_of(Image(3, 4, 5))
        ((100,), (4, 5))
    """
    if isinstance(size, Image):
        return size.height, size.width
    if isinstance(size, Spectrum):
        return (size.frames // PACE,)
    return (size.steps if isinstance(size, Signal) else size.length,)


def _zeros(size: Size, rows: int) -> Tensor:
    if isinstance(size, Width):
        return torch.zeros(rows, int(size))
    if isinstance(size, Codes):
        return torch.zeros(rows, len(size), dtype=torch.int64)
    if isinstance(size, Text | Symbols | Passage):
        width = size.length + getattr(size, "slots", 0)
        return torch.zeros(rows, width, dtype=torch.int64)
    if isinstance(size, Spelled):
        return torch.zeros(rows, size.length, 1 + size.features, dtype=torch.int64)
    if isinstance(size, Record):
        return torch.zeros(rows, size.lines * size.steps + size.traits)
    if isinstance(size, Window):
        return torch.zeros(rows, size.channels + 1, size.history + size.ahead)
    return torch.zeros(rows, *size)


def _example(network: Network) -> Inputs:
    named = {name: size for one in EXAMPLES for name, size in parts(one).items()}
    if network.needs is not None:
        return next(size for size in EXAMPLES if type(size) is network.needs)
    if network.places:
        return next(size for size in PLACED if type(size) in network.sizes)
    if not network.sizes:
        return named
    if network.about is not None:
        return next(size for size in EXAMPLES if type(size) is network.about)
    return next(size for size in EXAMPLES if type(size) in network.sizes)


def _in_words(inputs: Inputs) -> str:
    """Sizes as one reads them: `image 3 x 32 x 32`."""
    told = []
    for name, size in parts(inputs).items():
        values = next(iter(to_json(size).values()))
        shape = [values[0]] if isinstance(size, Width) else values
        shown = f"{len(values)} columns" if isinstance(size, Codes) else " x ".join(map(str, shape))
        told.append(f"{name} {shown}")
    return ", ".join(told)
