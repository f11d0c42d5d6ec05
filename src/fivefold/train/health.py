"""What the end of training shows of a network's health: dead units, exploding gradients."""

from collections.abc import Iterator, Sequence
from math import isfinite, isinf, isnan
from statistics import median

import torch
from torch import Tensor, nn

from fivefold.core.finding import Finding, finding
from fivefold.train.aims import Precision
from fivefold.train.feed import Feed

ACTIVATIONS = (
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.Threshold),
    *(nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish, nn.Softplus),
    *(nn.Hardswish, nn.Hardtanh, nn.Hardsigmoid, nn.Sigmoid, nn.Tanh, nn.Softsign),
)
"""The modules whose outputs are looked at; functions such as `F.relu` are not seen."""

CHANNELS_FIRST = (
    *(nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d),
    *(nn.GroupNorm, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
)

ROWS = 256  # training rows that are shown to a network to find its dead units
CHUNK = 64  # rows that go through it at a time
STILL = 1e-12  # a unit whose outputs differ by no more than this over all rows is dead
MOST = 0.5  # the fraction of the units of an activation above which dead ones are told
RISE = 1000.0  # how many times the norm before it a gradient must be to have exploded
UNBOUNDED = 100.0  # the same where nothing bounds the step that it makes


class Layer:
    """One activation: the least and the most that each of its units gives.

    Args:
        name: of the module within the network.
        kind: its class.
        output: the first one.
        axis: of the units within a row; None if every place in a row is one.
    """

    def __init__(self, name: str, kind: str, output: Tensor, axis: int | None) -> None:
        self.name, self.kind, self.axis = name, kind, axis
        self.low, self.high = output.amin(0), output.amax(0)

    def widen(self, output: Tensor) -> None:
        """Take in what it gives for more rows."""
        if output.shape[1:] != self.low.shape:  # nothing is known of rows of different lengths
            self.high = torch.full_like(self.high, torch.inf)
            return
        self.low = torch.minimum(self.low, output.amin(0))
        self.high = torch.maximum(self.high, output.amax(0))

    @property
    def still(self) -> Tensor:
        """Which units give the same for every row, bool."""
        still = self.high - self.low <= STILL
        if self.axis is not None and still.ndim > 1:
            still = still.movedim(self.axis, 0).flatten(1).all(1)
        return still

    @property
    def units(self) -> int:
        """How many there are."""
        return self.still.numel()

    @property
    def dead(self) -> int:
        """How many give the same for every row."""
        return int(self.still.sum())


@torch.no_grad()
def count_dead(model: nn.Module, feed: Feed, *, most: float = 0.0) -> list[Layer]:
    """Count the units that tell no row from another, activation by activation.

    A unit is a column of `(n, units)`, a channel of an image or series, a feature of a sequence,
    and a column of one member in a network that says how many it has in `members`. It is dead if
    it gives the same for all rows, wherever in the row it stands. The network is left in the mode
    it was in.

    Args:
        model: the trained network.
        feed: training rows; at most 256 of them, evenly spaced, go through it in eval mode.
        most: fraction of the units of an activation, 0 to 1; no more rows are shown once no
            activation has more dead ones, as more rows only show more to be alive.

    Returns:
        One a call of an activation module, in their order; none for fewer than two rows.
    """
    if feed.rows < 2 or not any(isinstance(module, ACTIVATIONS) for module in model.modules()):
        return []
    shown = torch.arange(0, feed.rows, -(-feed.rows // ROWS))
    told = [getattr(module, "members", None) for module in model.modules()]
    counts = [members for members in told if isinstance(members, int)]
    layers = list[Layer]()
    place, channels = 0, False

    def look(name: str, module: nn.Module, output: object) -> None:
        nonlocal place, channels
        if not isinstance(module, ACTIVATIONS):
            if next(module.parameters(recurse=False), None) is not None:
                channels = isinstance(module, CHANNELS_FIRST)
        elif isinstance(output, Tensor) and output.ndim > 1:
            if output.ndim == 3 and output.shape[1] == len(part) and len(output) in counts:
                output = output.transpose(0, 1)
            if len(output) != len(part):
                return
            if place == len(layers):
                whole = output.ndim == 3 and output.shape[1] in counts
                axis = 0 if channels or output.ndim > 3 else -1
                layers.append(Layer(name, type(module).__name__, output, None if whole else axis))
            layers[place].widen(output)
            place += 1

    hooks = [
        module.register_forward_hook(lambda one, _, given, name=name: look(name, one, given))
        for name, module in model.named_modules()
        if next(module.children(), None) is None
    ]
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        for part in torch.split(shown, CHUNK):
            place = 0
            model(feed.take(part.to(feed.device)).inputs)
            if most and all(layer.dead <= most * layer.units for layer in layers):
                break
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes:
            module.training = training
    return layers


def find_dead_units(model: nn.Module, feed: Feed, *, lr: float | None = None) -> Iterator[Finding]:
    """One finding if more than half of the units of an activation are dead.

    Args:
        model: the trained network.
        feed: training rows.
        lr: full learning rate, for the remedy.
    """
    layers = count_dead(model, feed, most=MOST)
    bad = [layer for layer in layers if layer.dead > MOST * layer.units]
    if not bad:
        return
    worst = max(bad, key=lambda layer: layer.dead / layer.units)
    others = f" (and most of {len(bad) - 1} more)" if len(bad) > 1 else ""
    lower = "a lower learning rate" if lr is None else f"lr={lr / 10:.1g}"
    sentence = (
        f"{worst.dead:,} of {worst.units:,} units of `{worst.name}` ({worst.kind})"
        f"{others} give the same for every training row and learn nothing; {lower}, a norm layer "
        "before it, or another activation (GELU, SiLU) keeps units alive."
    )
    told = [{"name": layer.name, "units": layer.units, "dead": layer.dead} for layer in bad]
    yield finding("dead_units", sentence, layers=told)


def find_explosion(
    norms: Sequence[float],
    first: float,
    *,
    clip: float | None,
    lr: float,
    precision: Precision = "float32",
) -> Iterator[Finding]:
    """One finding if gradients exploded: far above the first one and the epochs before.

    A norm that falls by any factor is in order: a network that fits its rows ends with tiny
    gradients. It has exploded if it is 1,000 times the first step's and the median of the largest
    ones of the epochs before; 100 times, where nothing bounds the step.

    Args:
        norms: the largest norm of each epoch, before it is bounded.
        first: the norm at the first step.
        clip: its bound; None has none.
        lr: full learning rate, for the remedy.
        precision: of the forward pass; in `fp16` infinite norms are of steps that were left out.
    """
    limit = UNBOUNDED if clip is None else RISE
    before = [first] if isfinite(first) else []
    for epoch, norm in enumerate(norms, start=1):
        if isnan(norm) or (isinf(norm) and precision == "fp16"):
            continue
        usual = max(median(before), before[0]) if before else norm
        if norm > limit * usual > 0:
            times = f", {norm / usual:.2g} times what was usual before" * isfinite(norm)
            lower = f"lr={lr / 10:.1g}"
            remedy = (
                f"clip=1.0 or {lower} would help"
                if clip is None
                else f"clip={clip:g} bounded its steps, {lower} may do better"
            )
            sentence = f"The gradient's norm rose to {norm:.3g} in epoch {epoch}{times}; {remedy}."
            yield finding(
                "exploding_gradients",
                sentence,
                "warning" if clip is None else "note",
                largest=norm,
                usual=usual,
                first=first,
                epoch=epoch,
            )
            return
        before.append(norm)
