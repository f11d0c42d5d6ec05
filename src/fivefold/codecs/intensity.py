"""How the numbers of a column's pictures become bytes: one range for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from fivefold.codecs.table import Array
from fivefold.errors import DataError

Spans = dict[str, tuple[float, float]]
"""The smallest and largest value of the pictures of each dtype."""

BLOCK = 4_194_304
"""Numbers scaled at a time."""


class UnfitError(DataError):
    """A picture on another scale than those of training: `row` is its position in its stack."""

    row: int


@dataclass(frozen=True, kw_only=True)
class Intensity:
    """The range of the training pictures, which becomes 0 to 255.

    Args:
        low: the value that becomes 0.
        high: the value that becomes 255.
        depths: dtypes of the training pictures, canonical.
    """

    low: float = 0.0
    high: float = 255.0
    depths: tuple[str, ...] = ("uint8",)

    @property
    def plain(self) -> bool:
        """Whether bytes stay as they are."""
        return (self.low, self.high) == (0.0, 255.0)

    @property
    def white(self) -> float:
        """What the white of an 8-bit or 16-bit picture is on this scale; 0 where none is."""
        if self.plain:
            return 255.0
        if (self.low, self.high) == (0.0, 1.0):
            return 1.0
        return 65_535.0 if "uint16" in self.depths and 0 <= self.low < self.high <= 65_535 else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"low": self.low, "high": self.high, "depths": list(self.depths)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The range that `to_json` described."""
        return cls(low=values["low"], high=values["high"], depths=tuple(values["depths"]))

    def bytes_of(self, stack: Array) -> Array:
        """Canonical pictures as uint8, each on the one scale; values outside it are clipped.

        Args:
            stack: `(n, height, width, channels)` of one dtype.

        Raises:
            UnfitError: if a picture is on another scale.
        """
        if stack.dtype == np.uint8 and self.plain:
            return stack
        result = np.empty(stack.shape, np.uint8)
        step = max(1, BLOCK // max(stack[:1].size, 1))
        for start in range(0, len(stack), step):
            piece = stack[start : start + step]
            try:
                factors = self._factors(piece)
            except UnfitError as fault:
                fault.row += start
                raise
            scaled = piece.astype(np.float64) * factors
            scaled = (scaled - self.low) * (255.0 / (self.high - self.low))
            result[start : start + step] = np.clip(np.rint(scaled), 0, 255)
        return result

    def _factors(self, stack: Array) -> Array:
        """What the numbers of each picture are multiplied by to stand on this scale."""
        factors = np.ones((len(stack), 1, 1, 1))
        if not stack.size:
            return factors
        lows, highs = stack.min(axis=(1, 2, 3)), stack.max(axis=(1, 2, 3))
        if stack.dtype == np.uint8:
            if not self.white:
                raise self._unfit("8-bit pixels", "Pass the numbers themselves, not bytes.")
            return factors * (self.white / 255.0)
        if stack.dtype == np.uint16:
            if "uint16" not in self.depths and self.white in (1.0, 255.0):
                deep = (highs > 255) | (self.white == 1.0)
                factors[deep] = self.white / 65_535.0
            return factors
        self._check(stack, lows, highs)
        return factors

    def _check(self, stack: Array, lows: Array, highs: Array) -> None:
        """Whether numbers of unknown depth may stand on this scale."""
        if self.depths == ("uint8",):
            self._refuse((lows < 0) | (highs > 255), lows, highs, "Give pixels from 0 to 255.")
        if stack.dtype == np.float32 and "float32" not in self.depths and self.white:
            small = np.flatnonzero((lows >= 0) & (highs <= 1))
            parts = np.zeros(len(stack), dtype=bool)
            parts[small] = [bool((stack[row] != np.rint(stack[row])).any()) for row in small]
            factor = f"Multiply the pixels by {self.white:.0f}."
            self._refuse(parts, np.zeros_like(lows), np.ones_like(highs), factor)
        if self.white == 1.0:
            most = 1 if stack.dtype == np.int32 else 2
            self._refuse(
                (lows < -1) | (highs > most), lows, highs, "Divide the pixels by their white, 255."
            )

    def _refuse(self, wrong: Array, lows: Array, highs: Array, remedy: str) -> None:
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            found = f"values from {lows[row]:.6g} to {highs[row]:.6g}"
            raise self._unfit(found, remedy, row)

    def _unfit(self, found: str, remedy: str, row: int = 0) -> UnfitError:
        wanted = f"pixels from {self.low:.6g} to {self.high:.6g}, as in training"
        return UnfitError.expected("Pictures", wanted, found, remedy, row=row)


def widen(spans: Spans, images: Iterable[Array]) -> None:
    """Add pictures, or a stack of them, to the spans of their dtypes."""
    for image in images:
        name, low, high = image.dtype.name, 0.0, 255.0
        if image.dtype != np.uint8 and image.size:
            low, high = float(image.min()), float(image.max())
        before = spans.get(name, (low, high))
        spans[name] = (min(low, before[0]), max(high, before[1]))


def fit_intensity(spans: Spans) -> Intensity:
    """The one range of the training pictures.

    8-bit pictures keep their bytes. Floats within 0 to 1, and anything within 0 to 255, have
    that range; other numbers have their own. Beside 16-bit pictures 8-bit ones have white in
    common with them: the range is 0 to 65,535.

    Raises:
        UnfitError: if 8-bit pictures stand beside numbers that are on no scale of theirs.
    """
    depths = tuple(sorted(spans))
    numbers = [span for name, span in spans.items() if name != "uint8"]
    if not numbers:
        return Intensity()
    low, high = min(low for low, _ in numbers), max(high for _, high in numbers)
    bytes_too = "uint8" in spans
    if low >= 0 and high <= 1 and set(depths) <= {"uint8", "float32"}:
        return Intensity(low=0.0, high=1.0, depths=depths)
    if low >= 0 and high <= 255:
        return Intensity(depths=depths)
    if bytes_too and low >= 0 and high <= 65_535 and "uint16" in spans:
        return Intensity(low=0.0, high=65_535.0, depths=depths)
    if bytes_too:
        found = f"8-bit pictures beside pixels from {low:.6g} to {high:.6g}"
        wanted, remedy = "pictures on one scale", "Bring them all to one scale."
        raise UnfitError.expected("Pictures", wanted, found, remedy)
    return Intensity(low=low, high=high if high > low else low + 1.0, depths=depths)
