"""The default for sounds: a network and a linear model that answer together."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from fivefold.models.blend import matrix
from fivefold.models.inputs import Batch, Codes, Inputs, Spectrum, Width, parts
from fivefold.models.learner import Lesson
from fivefold.models.linearblend import LinearBlend
from fivefold.models.mixture import Mixture
from fivefold.models.pooled import pooled, pooled_width
from fivefold.models.soundnet import SoundNet
from fivefold.models.standard import Standard, fit_standard


class SoundBlend(LinearBlend):
    """A network over bands of pitch and time, and a linear model of the bands pooled over time.

    In training mode it is the network alone. In eval mode it gives `(1 - weight) * network +
    weight * linear`: their log-probabilities are mixed. Without a linear model the network
    answers alone in both. The linear model knows less and is less sure of voices it has not heard.

    Args:
        inputs: a `Spectrum`, or several kinds with at least one; the linear model reads numbers and
            categories beside it too.
        outputs: numbers a row.
        network: a built-in one; None for a new one: a `SoundNet` for a sound alone, a `Mixture` for
            several kinds.
        linear: whether the linear model is there.

    Example:
        >>> blend = SoundBlend(Spectrum(41, 96), 10)
        >>> blend(torch.zeros(5, 41, 96)).shape, blend.parts
        (torch.Size([5, 10]), {'network': 1.0})
    """

    beside = "a linear model of loudness by pitch"
    pull = 50.0  # validation rows are often of one voice or place, and speak for it alone

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None = None,
        linear: bool = False,
    ) -> None:
        sizes = parts(inputs)
        if not any(isinstance(size, Spectrum) for size in sizes.values()):
            raise TypeError(f"SoundBlend reads sounds, found {inputs}")
        if network is None:
            network = (Mixture if isinstance(inputs, Mapping) else SoundNet)(inputs, outputs)
        super().__init__(inputs, outputs, name="soundblend", network=network, linear=linear)

    @property
    def is_wide(self) -> bool:
        """True: what is pooled follows from what the network reads."""
        return True

    def unfitted(self) -> Standard:
        """A linear model of as many numbers as `numbers` gives."""
        width = 0
        for size in parts(self.inputs).values():
            width += pooled_width(size) if isinstance(size, Spectrum) else 0
            width += int(size) if isinstance(size, Width) else 0
            width += len(size) if isinstance(size, Codes) else 0
        return Standard(width, self.outputs)

    def fit(
        self, linear: Standard, lesson: Lesson, *, seconds_left: Callable[[], float | None]
    ) -> Tensor | None:
        """By what is pooled of training rows; see `fit_standard`."""
        return fit_standard(
            linear,
            lesson.train,
            lesson.valid,
            lesson.head,
            read=self.numbers,
            seconds_left=seconds_left,
        )

    def answer(self, batch: Batch) -> Tensor:
        """What the linear model gives for what is pooled."""
        assert self.linear is not None
        other: Tensor = self.linear(self.numbers(batch))
        return other

    def numbers(self, batch: Batch) -> Tensor:
        """`(n, numbers)` that the linear model reads: of each sound what is pooled, the table."""
        if isinstance(batch, Tensor):
            return pooled(batch)
        sizes = parts(self.inputs)
        found = [pooled(batch[name]) for name in sizes if isinstance(sizes[name], Spectrum)]
        return torch.cat([*found, matrix(batch)] if {"table", "codes"} & {*batch} else found, dim=1)
