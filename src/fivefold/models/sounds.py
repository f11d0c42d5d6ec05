"""Random changes of sounds in training: of the loudness of bands of pitch, in whole batches.

Everywhere: `spectra` is `(n, lines, frames)`, its last line 1 where a sound is, else 0, as are the
other lines there. Each sound draws for itself.
"""

import torch
from torch import Tensor
from torch.distributions import Beta

MASKED = 0.3
"""Most that is masked of a sound's frames, and of its bands, a fraction."""

STRETCHED = 0.2
"""Most by which time or pitch is stretched, a fraction."""

MOVED = 0.1
"""Most of its row that a sound is moved by, a fraction."""

NOISE = 0.5
"""Most deviations of a band that noise has."""

CONCENTRATION = 0.3
"""Of the beta distribution that shares of mixed sounds are drawn from: most are near 0 or 1."""


def mask(spectra: Tensor) -> Tensor:
    """Set a stretch of bands and one of frames to the mean, 0.3 of each at most.

    Reference:
        Park et al., SpecAugment, Interspeech 2019, section 2.
    """
    loud, present = spectra[:, :-1], spectra[:, -1:]
    bands, counts = loud.shape[1], present.sum(dim=2, keepdim=True)
    rows = torch.arange(bands, device=loud.device)[:, None]
    columns = torch.arange(loud.shape[2], device=loud.device)
    kept = _outside(rows, torch.full_like(counts, bands)) & _outside(columns, counts)
    return torch.cat([loud * kept, present], dim=1)


def _outside(places: Tensor, counts: Tensor) -> Tensor:
    """Where a stretch of random length and place is not; `counts` `(n, 1, 1)`."""
    wide = torch.rand_like(counts) * counts * MASKED
    first = torch.rand_like(counts) * (counts - wide)
    return (places < first) | (places >= first + wide)


def speed(spectra: Tensor) -> Tensor:
    """Play each sound up to a fifth faster or slower, at the same pitch.

    What no longer fits into the row is lost at its end.
    """
    frames = torch.arange(spectra.shape[2], device=spectra.device)
    return _at(spectra, frames * _factors(spectra)[:, None])


def shift(spectra: Tensor) -> Tensor:
    """Begin each sound up to a tenth of the row earlier or later; what leaves the row is lost."""
    count, _, frames = spectra.shape
    moved = MOVED * frames * (2 * torch.rand(count, 1, device=spectra.device) - 1)
    return _at(spectra, torch.arange(frames, device=spectra.device) - moved.round())


def pitch(spectra: Tensor) -> Tensor:
    """Move each sound's bands up or down, by up to a fifth of their distance from the lowest.

    So voices of longer and shorter throats differ.

    Reference:
        Jaitly and Hinton, Vocal Tract Length Perturbation, ICML 2013 workshop, section 2.
    """
    loud, present = spectra[:, :-1], spectra[:, -1:]
    bands = torch.arange(loud.shape[1], device=loud.device, dtype=loud.dtype)
    sources = (bands * _factors(spectra)[:, None]).clamp(max=loud.shape[1] - 1)
    shares = (1 - (sources[:, :, None] - bands).abs()).clamp(min=0)  # of the two nearest bands
    return torch.cat([torch.bmm(shares, loud), present], dim=1)


def noise(spectra: Tensor) -> Tensor:
    """Add noise to the loudness where a sound is, of up to half a deviation."""
    loud, present = spectra[:, :-1], spectra[:, -1:]
    share = NOISE * torch.rand(len(loud), 1, 1, device=loud.device)
    return torch.cat([loud + share * torch.randn_like(loud) * present, present], dim=1)


def mix(spectra: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """The weighted mean of each sound and another, as long as the longer of the two.

    Reference:
        Zhang et al., mixup: Beyond Empirical Risk Minimization, ICLR 2018, section 2.
    """
    place = torch.full((len(spectra),), CONCENTRATION, device=spectra.device)
    share = Beta(place, place, validate_args=False).sample()
    mixed = torch.lerp(others, spectra, share[:, None, None])
    present = torch.maximum(spectra[:, -1:], others[:, -1:])
    return torch.cat([mixed[:, :-1], present], dim=1), share


def _factors(spectra: Tensor) -> Tensor:
    """`(n,)` how much is stretched."""
    return 1 + STRETCHED * (2 * torch.rand(len(spectra), device=spectra.device) - 1)


def _at(spectra: Tensor, places: Tensor) -> Tensor:
    """The spectra at other places in time, `(n, frames)`, between frames if need be."""
    frames = spectra.shape[2]
    first = places.floor()
    share, inside = (places - first)[:, None], (places >= 0) & (places <= frames - 1)
    near = first.long().clamp(0, frames - 1)[:, None].expand_as(spectra)
    next_ = (first.long() + 1).clamp(0, frames - 1)[:, None].expand_as(spectra)
    moved = torch.lerp(spectra.gather(2, near), spectra.gather(2, next_), share)
    present = (moved[:, -1:] > 0.5) & inside[:, None]
    return torch.cat([moved[:, :-1], torch.ones_like(moved[:, -1:])], dim=1) * present
