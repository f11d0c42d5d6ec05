"""What the training rows say of a column of sounds."""

from dataclasses import dataclass, field

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding

MANY = 0.1
"""Fraction of training sounds from which on it deserves a look that they are cut."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AudioState:
    """Length, rate and loudness of one column of sounds.

    Attributes:
        length: samples that are read of a sound.
        rate: samples a second.
        mean: `(bands,)` float32, of the training frames' loudness in each band.
        std: `(bands,)` float32, its standard deviation, at least 0.1.
        sounds: training sounds; known where it was fitted, not saved.
        unread: seconds that are not read of each longer one; likewise.
    """

    length: int
    rate: int
    mean: Array
    std: Array
    sounds: int = 0
    unread: Array = field(default_factory=lambda: np.empty(0))

    def cut(self, name: str) -> Finding:
        """That sounds of a column of this name are longer than what is read."""
        count, seconds = len(self.unread), self.length / self.rate
        longest = seconds + float(self.unread.max())
        median, total = float(np.median(self.unread)), float(self.unread.sum())
        sentence = (
            f"{count:,} of {self.sounds:,} training sounds of `{name}` "
            f"{'is' if count == 1 else 'are'} longer than {seconds:.3g} s: that much is read from "
            f"their beginning, a median of {median:.3g} s a sound is not. "
            f"sound_length={np.ceil(longest * 100) / 100:g} reads all."
        )
        return finding(
            "truncated_sounds",
            sentence,
            "warning" if count > MANY * self.sounds else "note",
            column=name,
            sounds=self.sounds,
            truncated=count,
            seconds=seconds,
            median_unread=median,
            total_unread=total,
            longest=longest,
        )
