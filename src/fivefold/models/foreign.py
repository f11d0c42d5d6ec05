"""Networks of other libraries, behind the inputs that fivefold gives and before a new head."""

from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Image

PAD, FIRST = 0, 2


class Coloured(nn.Module):
    """A network for pictures of three channels, to which grey ones are shown three times.

    Args:
        network: takes `(n, 3, height, width)`.

    Example:
        >>> Coloured(nn.Sequential(nn.Flatten(), nn.LazyLinear(4)))(torch.zeros(5, 1, 8, 8)).shape
        torch.Size([5, 4])
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """Float `(n, 1 or 3, height, width)` to `(n, outputs)`."""
        outputs: Tensor = self.network(in_colour(pictures))
        return outputs


class Reader(nn.Module):
    """A network of transformers for texts, the mean over its places, and a linear layer.

    Args:
        network: takes `input_ids` and `attention_mask`.
        width: of a place.
        outputs: numbers a row.
        pad: its number of padding.
        unknown: its number of an unknown piece.
    """

    def __init__(
        self, network: nn.Module, width: int, outputs: int, *, pad: int, unknown: int
    ) -> None:
        super().__init__()
        self.network, self.pad, self.unknown = network, pad, unknown
        self.out = nn.Sequential(nn.Dropout(0.1), nn.Linear(width, outputs))

    def forward(self, tokens: Tensor) -> Tensor:
        """Int64 `(n, length)` with 0 for padding to `(n, outputs)`."""
        present = (tokens != PAD).long()
        known = torch.where(tokens < FIRST, self.unknown, tokens - FIRST)
        numbers = torch.where(tokens == PAD, self.pad, known)
        made: Any = self.network(input_ids=numbers, attention_mask=present)
        share = present[:, :, None].to(made.last_hidden_state.dtype)
        mean = (made.last_hidden_state * share).sum(dim=1) / share.sum(dim=1).clamp(min=1)
        outputs: Tensor = self.out(mean)
        return outputs


class Viewer(nn.Module):
    """A network of transformers for pictures, the mean over its places, and a linear layer.

    Args:
        network: takes `pixel_values`.
        width: of a place.
        outputs: numbers a row.
        size: height and width of the pictures that it wants; others are brought to it.
    """

    def __init__(
        self, network: nn.Module, width: int, outputs: int, *, size: tuple[int, int]
    ) -> None:
        super().__init__()
        self.network, self.size = network, size
        self.out = nn.Sequential(nn.Dropout(0.1), nn.Linear(width, outputs))

    def forward(self, pictures: Tensor) -> Tensor:
        """Float `(n, 1 or 3, height, width)` to `(n, outputs)`."""
        if tuple(pictures.shape[-2:]) != self.size:
            pictures = nn.functional.interpolate(
                pictures, self.size, mode="bilinear", align_corners=False
            )
        made: Any = self.network(pixel_values=in_colour(pictures))
        outputs: Tensor = self.out(made.last_hidden_state.flatten(2).mean(dim=1))
        return outputs


def in_colour(pictures: Tensor) -> Tensor:
    """Pictures of three channels, each the same where there was one."""
    return pictures.expand(-1, 3, -1, -1) if pictures.shape[1] == 1 else pictures


def shown(inputs: Any) -> bool:
    """Whether rows are pictures of one channel or three."""
    return isinstance(inputs, Image) and inputs.channels in (1, 3)
