"""Sounds in torch: the loudness of bands of pitch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fivefold.codecs.mel import FLOOR, QUIET, bands_of
from fivefold.kinds.block import Encoded
from fivefold.kinds.clips import SILENT, frames_of
from fivefold.models.inputs import Spectrum
from fivefold.models.part import Part
from fivefold.models.pooled import pooled, pooled_width
from fivefold.models.soundnet import SoundNet
from fivefold.models.sounds import mask, mix, noise, pitch, shift, speed


class Loudness(nn.Module):
    """Samples to the loudness of bands, with mean 0 and deviation 1 a band in training.

    Each sound is first brought to a mean power of 1.

    Samples are laid out in stretches of one hop, so that frames are stretches side by side, and the
    spectrum is a product of matrices in an exported graph; here it is torch's, which is faster.

    Args:
        rate: samples a second.
        length: samples of a row.
    """

    kernels: Tensor
    taper: Tensor
    filters: Tensor
    mean: Tensor
    std: Tensor
    places: Tensor

    def __init__(self, rate: int, length: int) -> None:
        super().__init__()
        bands = bands_of(rate)
        self.hop, self.window = bands.hop, bands.window
        self.frames = frames_of(rate, length)
        self.stretches = -(-bands.window // bands.hop)  # that a frame spans
        self.fill = (self.frames - 1 + self.stretches) * bands.hop - length
        turns = np.outer(np.arange(bands.window // 2 + 1), np.arange(bands.window)) / bands.window
        waves = np.concatenate([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)])
        kernels = torch.zeros(self.stretches * bands.hop, len(waves))
        kernels[: bands.window] = torch.from_numpy((waves * bands.taper).T)
        self.register_buffer("kernels", kernels, persistent=False)
        self.register_buffer("taper", torch.from_numpy(bands.taper), persistent=False)
        self.register_buffer("filters", torch.from_numpy(bands.filters), persistent=False)
        self.register_buffer("places", torch.arange(self.frames), persistent=False)
        self.register_buffer("mean", torch.zeros(bands.count, 1))
        self.register_buffer("std", torch.ones(bands.count, 1))

    def forward(self, clips: Tensor) -> Tensor:
        """Int16 `(n, length)` to float `(n, bands + 1, frames)`."""
        samples = clips.float()
        heard = samples != SILENT
        samples = samples * heard
        count = self.frames - 1 + self.stretches
        stretches = functional.pad(samples, (0, self.fill)).view(-1, count, self.hop)
        heard_samples = heard.sum(dim=1, keepdim=True)
        total = stretches.square().sum(dim=2).sum(dim=1)[:, None, None]
        power = total / heard_samples.clamp(min=1)[:, :, None]
        stretches = stretches * power.clamp(min=QUIET**2).rsqrt()
        energy = torch.matmul(self._power(stretches), self.filters).transpose(1, 2)
        loud = (torch.log(energy + FLOOR) - self.mean) / self.std
        frames = ((heard_samples - self.window // 2).clamp(min=0) // self.hop + 1).clamp(
            max=self.frames
        )
        present = (self.places < frames).float()[:, None]
        return torch.cat([loud * present, present], dim=1)

    def _power(self, stretches: Tensor) -> Tensor:
        """`(n, stretches, hop)` to `(n, frames, window / 2 + 1)`: the spectrum's powers."""
        if torch.compiler.is_exporting():
            places = range(self.stretches)
            shifted = [stretches[:, first : first + self.frames] for first in places]
            spectrum = torch.matmul(torch.cat(shifted, dim=2), self.kernels)
            real, imaginary = spectrum.square().chunk(2, dim=2)
            return real + imaginary
        frames = stretches.flatten(1).unfold(1, self.window, self.hop)[:, : self.frames]
        spectrum = torch.view_as_real(torch.fft.rfft(frames * self.taper))
        return spectrum.square().sum(dim=3)


class Bands(nn.Module):
    """What each band is like over time, for a linear model: see `fivefold.models.pooled`.

    Args:
        size: of a spectrum.
    """

    exact = False

    def __init__(self, size: Spectrum) -> None:
        super().__init__()
        self.width = pooled_width(size)

    def forward(self, spectra: Tensor) -> Tensor:
        """`(n, lines, frames)` to `(n, numbers)`."""
        return pooled(spectra)


class ClipsPart(Part):
    """Sounds of one rate, whose spectrum is taken once, ahead of the epochs."""

    later = {  # noqa: RUF012
        "mask": lambda spectra, _: mask(spectra),
        "speed": lambda spectra, _: speed(spectra),
        "pitch": lambda spectra, _: pitch(spectra),
        "shift": lambda spectra, _: shift(spectra),
        "noise": lambda spectra, _: noise(spectra),
    }
    mixes = {"mix": lambda spectra, others, _: mix(spectra, others)}  # noqa: RUF012
    size = Spectrum
    budget = 6e8

    def describe(self, block: Encoded) -> dict[str, Any]:
        state = block.columns[0].state
        return {"rate": state.rate, "length": state.length}

    def build(self, description: Mapping[str, Any]) -> Loudness:
        return Loudness(description["rate"], description["length"])

    def fill(self, module: nn.Module, block: Encoded) -> None:
        assert isinstance(module, Loudness)
        state = block.columns[0].state
        module.mean.copy_(torch.from_numpy(state.mean)[:, None])
        module.std.copy_(torch.from_numpy(state.std)[:, None])

    def measure(self, description: Mapping[str, Any]) -> Spectrum:
        rate = description["rate"]
        return Spectrum(bands_of(rate).count + 1, frames_of(rate, description["length"]))

    def traits(self, size: Spectrum) -> Bands:
        return Bands(size)

    def encoder(self, size: Spectrum, width: int) -> SoundNet:
        return SoundNet(size, width)
