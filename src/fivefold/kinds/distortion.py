"""What happens to pictures and clips: noise, blur, light, a shift, lossy files, lost frames."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.kinds.disturbance import Change, Disturbance, of_each

NOISE = (0.02, 0.1)
"""Deviation, of the range of pixels; the first of these and of all below is mild."""

BLUR = (0.01, 0.04)
"""Radius, of the shorter side."""

LIGHT = (0.9, 0.6)
"""Times the brightness."""

SHIFT = (0.04, 0.12)
"""Of each side, in any direction; what comes in repeats the edge."""

QUALITY = (80, 20)
"""Of a JPEG file."""

FRAMES = (0.1, 0.4)
"""Of a clip's frames that are those before them."""

Distorted = Callable[[Array, np.random.Generator], Array]


def of_pictures(seen: Array) -> tuple[Disturbance, ...]:
    """What may happen to pictures of this range of pixels.

    Args:
        seen: `(m, ...)` canonical pictures of training rows, or None in places.
    """
    low, high = _range(seen)
    deep = any(one is not None and one.dtype == np.uint8 for one in seen) and high - low > 127
    return (
        *_lights(low, high),
        *_at("blur", BLUR, "of a side", lambda share: _blurred(share)),
        *_at("shift", SHIFT, "of a side", lambda share: _shifted(share), moves=True),
        *(
            Disturbance("JPEG", f"quality {quality}", of_each(_lossy(quality)), place == 0)
            for place, quality in enumerate(QUALITY)
            if deep
        ),
    )


def of_clips(seen: Array) -> tuple[Disturbance, ...]:
    """What may happen to clips; `seen` as of `of_pictures`, of frames."""
    frozen = _at("frozen", FRAMES, "of frames", lambda share: _frozen(share))
    return (*_lights(*_range(seen)), *frozen)


def _lights(low: float, high: float) -> tuple[Disturbance, ...]:
    dim = [
        Disturbance("light", f"{share:.0%}", of_each(_dimmed(share, low)), place == 0)
        for place, share in enumerate(LIGHT)
    ]
    return (*_at("noise", NOISE, "of white", lambda s: _noisy(s * (high - low), low, high)), *dim)


def _at(
    name: str,
    shares: tuple[float, ...],
    of: str,
    made: Callable[[float], Distorted],
    *,
    moves: bool = False,
) -> list[Disturbance]:
    changes: list[Change] = [of_each(made(share)) for share in shares]
    return [
        Disturbance(name, f"{share:.0%} {of}", change, place == 0, moves)
        for place, (share, change) in enumerate(zip(shares, changes, strict=True))
    ]


def _range(seen: Array) -> tuple[float, float]:
    known = [one for one in seen if one is not None and one.size]
    if not known:
        return 0.0, 255.0
    return float(min(one.min() for one in known)), float(max(one.max() for one in known))


def _typed(pixels: Array, like: Array) -> Array:
    """Pixels of the dtype, and within its range."""
    if like.dtype.kind == "f":
        return pixels.astype(like.dtype)
    ends = np.iinfo(like.dtype)
    whole: Array = np.clip(np.rint(pixels), ends.min, ends.max).astype(like.dtype)
    return whole


def _noisy(deviation: float, low: float, high: float) -> Distorted:
    def noisy(one: Array, rng: np.random.Generator) -> Array:
        drawn = rng.standard_normal(one.shape, np.float32) * np.float32(deviation)
        ends = min(low, float(one.min())), max(high, float(one.max()))
        return _typed(np.clip(one + drawn, *ends), one)

    return noisy


def _dimmed(share: float, low: float) -> Distorted:
    return lambda one, rng: _typed(low + share * (one.astype(np.float64) - low), one)


def _blurred(share: float) -> Distorted:
    """By a Gaussian, along one axis and then the other; the edge goes on beyond itself."""

    def blurred(one: Array, rng: np.random.Generator) -> Array:
        radius = share * min(one.shape[:2])
        reach = max(1, int(np.ceil(2.5 * radius)))
        weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2)
        weights = (weights / weights.sum()).astype(np.float32)
        pixels = one.astype(np.float32)
        for axis in (0, 1):
            places = np.arange(pixels.shape[axis])
            pixels = sum(
                (
                    weight * np.take(pixels, np.clip(places + by, 0, places[-1]), axis)
                    for by, weight in enumerate(weights, -reach)
                ),
                np.zeros_like(pixels),
            )
        return _typed(pixels, one)

    return blurred


def _shifted(share: float) -> Distorted:
    ways = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]

    def shifted(one: Array, rng: np.random.Generator) -> Array:
        for axis, way in enumerate(ways[int(rng.integers(len(ways)))]):
            size = one.shape[axis]
            places = np.clip(np.arange(size) + way * round(share * size), 0, size - 1)
            one = np.take(one, places, axis)
        return one

    return shifted


def _lossy(quality: int) -> Distorted:
    from PIL import Image as Files

    def lossy(one: Array, rng: np.random.Generator) -> Array:
        if one.dtype != np.uint8 or one.shape[2] not in (1, 3):
            return one
        file = io.BytesIO()
        grey = one.shape[2] == 1
        Files.fromarray(one[:, :, 0] if grey else one).save(file, "JPEG", quality=quality)
        with Files.open(file) as opened:
            back: Any = np.asarray(opened)
        return np.ascontiguousarray(back[:, :, None] if grey else back)

    return lossy


def _frozen(share: float) -> Distorted:
    """Each frame with this chance the one before it, as where some are lost on the way."""

    def frozen(one: Array, rng: np.random.Generator) -> Array:
        shown = np.where(rng.random(len(one)) < share, 0, np.arange(len(one)))
        return one[np.maximum.accumulate(shown)]

    return frozen
