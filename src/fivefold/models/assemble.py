"""Fixed, body and head as one network: from compact arrays to scores; and as one file."""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import torch
from safetensors import safe_open
from torch import Tensor, nn

from fivefold.core.format import Format, Hashed, register
from fivefold.errors import ModelError
from fivefold.models.begun import Begun
from fivefold.models.fixed import Fixed
from fivefold.models.head import Head
from fivefold.models.heads import head_from, make_head
from fivefold.models.inputs import Inputs
from fivefold.models.networks import build, describe
from fivefold.models.offsets import Offsets
from fivefold.models.tensors import write_tensors
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.kinds.codec import Codec

KEY = "fivefold.network"

Factory = Callable[[Inputs, Any], nn.Module]
"""Sizes of the inputs and the outputs a row, a number or a shape of several, to a module."""


class Assembled(nn.Module):
    """The network that is trained, judged and deployed.

    Args:
        fixed: fills, scales and normalises; it has no parameters.
        body: what learns; the user's module, or a built-in one.
        head: gives values their unit, or probabilities.

    Attributes:
        threads: with which it was trained on a CPU, and answers; None is torch's own choice.
        begun: what its body began with, where that was learnt elsewhere.
        calibrated: whether a map of probabilities was fitted, once it had learnt.
        offsets: what probabilities are moved by, by the group of a row; None for nothing.
    """

    threads: int | None = None
    begun: Begun | None = None
    calibrated: bool = False
    offsets: Offsets | None

    def __init__(self, fixed: Fixed, body: nn.Module, head: Head) -> None:
        super().__init__()
        self.fixed, self.body, self.head = fixed, body, head
        self.offsets = None

    def forward(self, blocks: Mapping[str, Tensor]) -> Tensor:
        """Logits `(n, *outputs)`, or values in their own unit.

        Args:
            blocks: the codec's arrays as tensors, first axis rows.
        """
        logits: Tensor = self.head(self.body(self.fixed(blocks)))
        return logits

    def scores(self, blocks: Mapping[str, Tensor]) -> Tensor:
        """Float32 probabilities, a column a class, or float64 values `(n,)`."""
        scores = self.head.scores(self.body(self.fixed(blocks)))
        exposure = self.fixed.exposure(blocks)
        if exposure is not None:
            scores = self.head.watched(scores, exposure)
        return scores if self.offsets is None else self.offsets(scores, blocks)

    def with_offsets(self, offsets: Offsets) -> "Assembled":
        """The same network, of the same modules, whose probabilities are moved by group."""
        other = Assembled(self.fixed, self.body, self.head)
        other.threads, other.begun, other.calibrated = self.threads, self.begun, self.calibrated
        other.offsets = offsets.to(self.device)
        other.train(self.training)
        return other

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        tensors = (*self.parameters(), *self.buffers())
        return tensors[0].device if tensors else torch.device("cpu")

    def describe(self) -> dict[str, Any] | None:
        """Plain JSON values that `from_description` rebuilds it from; None for a user's module."""
        body = describe(self.body)
        if body is None:
            return None
        return {
            "fixed": self.fixed.description,
            "body": body,
            "head": self.head.description,
            "threads": self.threads,
            **({"calibrated": True} if self.calibrated else {}),
            **({} if self.offsets is None else {"offsets": self.offsets.description}),
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """A network of the same structure, in eval mode; load its `state_dict` next."""
        network = cls(
            Fixed.from_description(description["fixed"]),
            build(description["body"]),
            head_from(description["head"]),
        )
        network.threads = description.get("threads")
        network.calibrated = description.get("calibrated", False)
        if "offsets" in description:
            network.offsets = Offsets.from_description(description["offsets"])
        return network.eval()


def assemble(
    codec: "Codec",
    factory: Factory,
    *,
    target: "Array | None" = None,
    loss: str | None = None,
    wide: type | tuple[type, ...] = (),
    bare: bool = False,
) -> Assembled:
    """Put a new network between a codec and a head.

    Args:
        codec: fitted on training rows.
        factory: called with the sizes of the inputs and the outputs a row: their number, or their
            shape where it has several axes.
        target: training targets: the head takes its units from them.
        loss: by name, what will be minimised; None for the default, and for one of the user's.
        wide: the classes of sizes whose rows come with more, see `Fixed`.
        bare: whether numbers and codes reach it as they are.

    Raises:
        ModelError: if the factory gives something that is not a module.
        DataError: if the targets do not suit the loss.
    """
    fixed, outputs = Fixed(codec, wide=wide, bare=bare), codec.outputs
    head = make_head(task_of(codec.schema.task), outputs, loss=loss)
    if target is not None:
        head.fit(target)
        head.know(codec)
    body = factory(fixed.inputs, outputs[0] if len(outputs) == 1 else outputs)
    if not isinstance(body, nn.Module):
        raise ModelError(
            f"Train: expected the factory to give an nn.Module, found {type(body).__name__}.",
            remedy="Return the module: lambda inputs, outputs: Net(inputs, outputs).",
        )
    return Assembled(fixed, body, head)


def digest(module: nn.Module) -> str:
    """SHA-256 over names, types, shapes and bytes of a module's weights and buffers.

    Example:
        >>> layer = nn.Linear(2, 1)
        >>> digest(layer) == digest(layer) and len(digest(layer))
        64
    """
    total = sha256()
    for name, tensor in sorted(module.state_dict().items()):
        if not isinstance(tensor, Tensor):
            continue
        plain = tensor.detach().cpu().contiguous()
        total.update(f"{name} {plain.dtype} {tuple(plain.shape)}\n".encode())
        total.update(plain.flatten().view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def write_network(model: Assembled, file: Hashed) -> None:
    """Write weights, and the description they belong to, into one file."""
    write_tensors(model.state_dict(), {KEY: json.dumps(model.describe())}, file)


def read_network(path: Path) -> Assembled:
    """The network that `write_network` wrote, on the CPU and in eval mode.

    Nothing in the file is run: the description names a built-in network and its sizes.
    """
    with safe_open(path, framework="pt") as file:
        model = Assembled.from_description(json.loads(file.metadata()[KEY]))
        model.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    return model.eval()


def _is_describable(value: Any) -> bool:
    return isinstance(value, Assembled) and value.describe() is not None


register(Format("network", ".safetensors", _is_describable, write_network, read_network))
