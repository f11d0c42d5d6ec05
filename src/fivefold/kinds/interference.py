"""What happens to sounds and series: noise, other loudness or speed, a late start, lost steps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.kinds.disturbance import DEVIATIONS, Change, Disturbance, of_each

DECIBELS = (30, 10)
"""Of a sound above its noise; the first of these and of all below is mild."""

QUIETER = (6, 20)
"""Decibels that a sound is quieter."""

FASTER = (0.02, 0.1)
"""By which a sound is faster, and so higher."""

LATE = (20, 100)
"""Milliseconds of silence before a sound, which is cut as much at its end."""

LOST = (0.05, 0.2)
"""Of steps that are missing."""


def of_sounds(rate: int) -> tuple[Disturbance, ...]:
    """What may happen to sounds of so many samples a second."""
    ways: list[tuple[str, tuple[float, ...], str, Callable[[float], Any], bool]] = [
        ("noise", DECIBELS, "{:g} dB below", _hissing, False),
        ("quieter", QUIETER, "{:g} dB", _quieter, False),
        ("faster", FASTER, "{:.0%}", _faster, True),
        ("late", LATE, "{:g} ms", lambda ms: _late(round(ms * rate / 1000)), True),
    ]
    return tuple(
        Disturbance(name, form.format(much), of_each(made(much)), place == 0, moves)
        for name, amounts, form, made, moves in ways
        for place, much in enumerate(amounts)
    )


def of_steps(seen: Array) -> tuple[Disturbance, ...]:
    """What may happen to series, or to windows of one channel.

    Args:
        seen: `(m,)` canonical, of training rows; `(steps, channels)` or `(steps,)` each, or None.
    """
    known = [one.reshape(len(one), -1) for one in seen if one is not None and one.size]
    known = [one for one in known if one.shape[1] == known[0].shape[1]]
    if not known:
        return ()
    joined = np.concatenate(known)
    held = np.ma.masked_invalid(joined).std(axis=0)
    deviation = np.asarray(np.ma.filled(held, 0.0), np.float64)

    def noisy(share: float) -> Change:
        def change(one: Array, rng: np.random.Generator) -> Array:
            across = deviation if one.ndim > 1 else deviation[0]
            return one + share * across * rng.standard_normal(one.shape)

        return of_each(change)

    def lossy(share: float) -> Change:
        def change(one: Array, rng: np.random.Generator) -> Array:
            worse = one.copy()
            worse[rng.random(len(one)) < share] = np.nan
            return worse

        return of_each(change)

    return (
        *(
            Disturbance("noise", f"{share:g} deviations", noisy(share), share == DEVIATIONS[0])
            for share in DEVIATIONS
        ),
        *(
            Disturbance("lost", f"{share:.0%} of steps", lossy(share), share == LOST[0])
            for share in LOST
        ),
    )


def _whole(sound: Array) -> Array:
    """As samples of 16 bits."""
    samples: Array = np.clip(np.rint(sound), -32_768, 32_767).astype(np.int16)
    return samples


def _hissing(decibels: float) -> Callable[[Array, np.random.Generator], Array]:
    def change(sound: Array, rng: np.random.Generator) -> Array:
        loud = sound.astype(np.float64)
        root = float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0
        return _whole(loud + root * 10 ** (-decibels / 20) * rng.standard_normal(len(loud)))

    return change


def _quieter(decibels: float) -> Callable[[Array, np.random.Generator], Array]:
    return lambda sound, rng: _whole(sound * 10 ** (-decibels / 20))


def _faster(share: float) -> Callable[[Array, np.random.Generator], Array]:
    def change(sound: Array, rng: np.random.Generator) -> Array:
        count = max(1, round(len(sound) / (1 + share)))
        places = np.linspace(0, len(sound) - 1, count)
        return _whole(np.interp(places, np.arange(len(sound)), sound)) if len(sound) else sound

    return change


def _late(samples: int) -> Callable[[Array, np.random.Generator], Array]:
    def change(sound: Array, rng: np.random.Generator) -> Array:
        silence = np.zeros(min(samples, len(sound)), np.int16)
        return np.concatenate([silence, sound[: len(sound) - len(silence)]])

    return change
