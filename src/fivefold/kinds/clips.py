"""Sounds of one rate, filled up to one length: the array of one column whose cells are sounds."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from fivefold.codecs.mel import bands_of
from fivefold.codecs.table import Array
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.occlusion import Pieces, stretches
from fivefold.kinds.plain import Dense, Places, Reader

SILENT = -32_768
"""The sample that stands behind the end of a sound; no sound has it."""

WHOLE = 16
"""Frames are filled up to a multiple of this, so that no layer that halves them loses one."""

PACE = 2
"""Frames of one step of a network that labels or writes down what is heard."""

NEAR = 3
"""Steps on each side that a linear model of one of them sees."""

PARTS = 4
"""Stretches of a sound of which a simple model is told the mean."""


BANDS = np.array([0.0, 500.0, 1500.0, 3000.0])
"""Hz at which bands begin that an answer is divided among, where there are 16,000 samples a second;
lower ones where there are less."""


class Clips(Block):
    """Int16 `(n, length)`: samples, then `SILENT` behind the end.

    The kind's state has that `length`, the `rate`, and the training frames' `mean` and `std`,
    `(bands,)` float32 each.
    """

    name = "clips"
    dtype = "int16"
    changes = ("mask", "speed", "pitch", "shift", "noise", "mix")
    usual = ("mask", "speed", "pitch", "noise", "mix")
    doubtful = usual
    contest = 1.0
    moving = ("speed", "shift")
    sequence = True
    spells = True

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (columns[0].state.length,)

    def positions(self, columns: Sequence[Fitted]) -> int:
        state = columns[0].state
        return frames_of(state.rate, state.length) // PACE

    def filled(self, array: Array, columns: Sequence[Fitted]) -> Array:
        state = columns[0].state
        bands, heard = bands_of(state.rate), (array != SILENT).sum(axis=1)
        frames = np.maximum(heard - bands.window // 2, 0) // bands.hop + 1
        return np.asarray(-(-np.minimum(frames, frames_of(state.rate, state.length)) // PACE))

    def summary(self, encoded: Encoded) -> str:
        [column] = encoded.columns
        state = column.state
        seconds = state.length / state.rate
        return f"{column.kind.name} {encoded.name!r} ({seconds:.3g} s at {state.rate:,} Hz)"

    def pieces(self, cell: Any, column: Any) -> Pieces | None:
        """Stretches of bands of pitch, silent in their place."""
        state = column.state
        heard = np.asarray(cell[: state.length], np.float64)
        times, edges = stretches(len(heard), 12), BANDS * min(1.0, state.rate / 16_000)
        split = [bands_apart(heard[first:last], state.rate, edges) for first, last in times]

        def encode(inside: Array) -> Array:
            rows = np.full((len(inside), state.length), SILENT, np.int16)
            there = inside.reshape(len(inside), len(times), len(edges))
            for (first, last), bands, some in zip(times, split, there.swapaxes(0, 1), strict=True):
                rows[:, first:last] = np.clip(np.rint(some @ bands), SILENT + 1, -SILENT - 1)
            return rows

        ranges = list(pairwise([*edges.tolist(), state.rate / 2]))
        pitch = [f"{low:,.0f} to {high:,.0f} Hz" for low, high in ranges]
        ends = [(first / state.rate, last / state.rate) for first, last in times]
        return Pieces(
            noun="stretches of bands",
            names=tuple(f"{a:.2f} to {b:.2f} s, {band}" for a, b in ends for band in pitch),
            at=tuple(
                [round(a, 4), round(b, 4), round(low, 1), round(high, 1)]
                for a, b in ends
                for low, high in ranges
            ),
            without="silence",
            encode=encode,
        )

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense]:
        return (Dense(described(array, columns[0].state.rate)),)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        values = described(array, columns[0].state.rate)
        return values, np.zeros(values.shape[1], dtype=bool)

    def places(self, array: Array, columns: Sequence[Fitted]) -> Places:
        state = columns[0].state
        bands, steps = bands_of(state.rate), self.positions(columns)
        loud = np.zeros((len(array), steps * PACE, bands.count), np.float32)
        for row, clip in zip(loud, array, strict=True):
            heard = bands.loudness(clip[clip != SILENT])[: len(row)]
            row[: len(heard)] = (heard - state.mean) / state.std
        return Places(loud.reshape(len(array), steps, PACE, -1).mean(axis=2), 0, NEAR)

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        return f"{columns[0].kind.plural} as the loudness of bands over time"


def bands_apart(samples: Array, rate: int, edges: Array) -> Array:
    """A stretch of a sound taken apart by pitch; its bands add up to it.

    Args:
        samples: `(n,)` float64.
        rate: samples a second.
        edges: `(bands,)` Hz at which each begins; the last one ends at half the rate.

    Returns:
        `(bands, n)` float64.

    Example:
        >>> apart = bands_apart(np.array([1.0, -1.0, 2.0, 0.0]), 8000, np.array([0.0, 1500.0]))
        >>> apart.sum(axis=0).round(9).tolist()
        [1.0, -1.0, 2.0, 0.0]
    """
    spectrum, pitch = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / rate)
    band = np.searchsorted(edges, pitch, side="right") - 1
    alone = np.where(band == np.arange(len(edges))[:, None], spectrum, 0)
    return np.asarray(np.fft.irfft(alone, len(samples), axis=1))


def frames_of(rate: int, length: int) -> int:
    """Frames of a row of so many samples, a multiple of `WHOLE`.

    Example:
        >>> frames_of(8000, 8000)
        112
    """
    return -(-bands_of(rate).frames(length) // WHOLE) * WHOLE


def described(clips: Array, rate: int) -> Array:
    """What simple models are told of sounds.

    Of each band of pitch the mean loudness, its deviation, how much it changes from frame to frame,
    and its mean in each quarter of the sound.

    Args:
        clips: `(n, length)` int16.
        rate: samples a second.

    Returns:
        `(n, 7 * bands)` float32.
    """
    bands = bands_of(rate)
    rows = np.zeros((len(clips), (3 + PARTS) * bands.count), np.float32)
    for row, clip in zip(rows, clips, strict=True):
        loud = bands.loudness(clip[clip != SILENT])
        steps = np.abs(np.diff(loud, axis=0)).mean(axis=0) if len(loud) > 1 else 0 * loud[0]
        ends = np.linspace(0, len(loud), PARTS + 1).astype(int)
        parts = [
            loud[min(first, len(loud) - 1) : max(last, first + 1)].mean(axis=0)
            for first, last in pairwise(ends)
        ]
        row[:] = np.concatenate([loud.mean(axis=0), loud.std(axis=0), steps, *parts])
    return rows


CLIPS = Clips()
