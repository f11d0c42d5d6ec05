"""Encoded rows as the matrices that simple models read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.table import Array

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec

LINEAR_PIXELS, TREE_PIXELS = 14, 8
TREE_CODES = 255
FIRST_WORD = 2


@dataclass(frozen=True)
class Scaling:
    """Mean and deviation of the columns of a matrix."""

    mean: Array
    deviation: Array


@dataclass
class LinearFeatures:
    """Numbers filled and standardised, categories one-hot, words by TF-IDF, pixels pooled.

    Args:
        codec: says what the arrays are, and how a missing number is filled.
    """

    codec: "Codec"
    scaling: Scaling | None = None
    rarity: dict[str, Array] = field(default_factory=dict)

    def fit(self, inputs: Mapping[str, Array]) -> Any:
        """Learn means and word frequencies from these rows, and give their matrix."""
        dense = self._dense(inputs)
        deviation = dense.std(0) if len(dense) else np.ones(dense.shape[1])
        deviation = np.where(deviation > 1e-9, deviation, 1.0)
        self.scaling = Scaling(dense.mean(0), deviation)
        for name, text in self.codec.texts.items():
            counts = word_counts(inputs[name], text.size)
            rows_with_word = np.bincount(counts.indices, minlength=text.size)
            self.rarity[name] = np.log((1 + counts.shape[0]) / (1 + rows_with_word)) + 1
        return self.matrix(inputs)

    def matrix(self, inputs: Mapping[str, Array]) -> Any:
        """`(n, width)` float64, sparse where there are categories or words."""
        from scipy import sparse

        assert self.scaling is not None
        dense = (self._dense(inputs) - self.scaling.mean) / self.scaling.deviation
        wide = [one_hot(column, size) for column, size in self._codes(inputs)]
        wide += [
            tf_idf(word_counts(inputs[name], len(rarity)), rarity)
            for name, rarity in self.rarity.items()
        ]
        if not wide:
            return dense
        return sparse.hstack([sparse.csr_array(dense), *wide], format="csr")

    def _codes(self, inputs: Mapping[str, Array]) -> list[tuple[Array, int]]:
        codes = inputs.get("codes")
        if codes is None:
            return []
        return list(zip(codes.T, self.codec.categorical.sizes, strict=True))

    def _dense(self, inputs: Mapping[str, Array]) -> Array:
        """Numbers, their missing flags and pixels, not yet scaled."""
        rows = len(next(iter(inputs.values())))
        columns = [np.empty((rows, 0))]
        if "numeric" in inputs:
            state = self.codec.numeric
            values = np.clip(inputs["numeric"], state.low, state.high).astype(np.float64)
            missing = np.isnan(values)
            columns += [np.where(missing, state.fill, values), missing[:, state.indicator]]
        columns += [
            pooled(inputs[name], LINEAR_PIXELS).reshape(rows, -1) for name in self.codec.images
        ]
        return np.concatenate(columns, axis=1)


def one_hot(codes: Array, size: int) -> Any:
    """`(n, size)` sparse, one 1 a row.

    Example:
        >>> one_hot(np.array([2, 0]), 3).toarray().tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    from scipy import sparse

    each = np.arange(len(codes) + 1)
    return sparse.csr_array((np.ones(len(codes)), codes, each), shape=(len(codes), size))


def word_counts(codes: Array, size: int) -> Any:
    """`(n, size)` sparse counts of known words; padding and unknown words do not count."""
    from scipy import sparse

    row, place = np.nonzero(codes >= FIRST_WORD)
    entries = (np.ones(len(row)), (row, codes[row, place]))
    counts = sparse.csr_array(entries, shape=(len(codes), size))
    counts.sum_duplicates()
    return counts


def tf_idf(counts: Any, rarity: Array) -> Any:
    """Counts times the rarity of each word, each row of length 1."""
    from scipy import sparse

    weighted = counts @ sparse.diags_array(rarity)
    lengths = np.sqrt(weighted.power(2).sum(1))
    return sparse.diags_array(1 / np.where(lengths > 0, lengths, 1.0)) @ weighted


def pooled(pixels: Array, side: int) -> Array:
    """Images averaged over tiles to at most `side` x `side`, 0 to 1.

    Args:
        pixels: `(n, channels, height, width)` uint8.
        side: most tiles a side.

    Returns:
        `(n, channels, height', width')` float32.

    Example:
        >>> pooled(np.array([[[[0, 255], [255, 255]]]], np.uint8), 1).tolist()
        [[[[0.75]]]]
    """
    height, width = pixels.shape[2:]
    starts = [
        np.linspace(0, size, min(side, size) + 1).astype(int)[:-1] for size in (height, width)
    ]
    sizes = [
        np.diff(np.append(start, size)) for start, size in zip(starts, (height, width), strict=True)
    ]
    tiles = np.add.reduceat(pixels.astype(np.float32), starts[0], axis=2)
    tiles = np.add.reduceat(tiles, starts[1], axis=3)
    shares: Array = tiles / (255 * np.outer(*sizes)).astype(np.float32)
    return shares


def tree_matrix(inputs: Mapping[str, Array], codec: "Codec") -> tuple[Array, Array]:
    """Numbers with their gaps, codes and pooled pixels, for trees.

    Words are left out.

    Returns:
        `(n, width)` float32, and `(width,)` bool: which columns are categories (those with at
        most 255 codes; others are read as numbers).
    """
    rows = len(next(iter(inputs.values())))
    columns, is_code = [np.empty((rows, 0), np.float32)], [np.empty(0, dtype=bool)]
    if "numeric" in inputs:
        columns.append(inputs["numeric"])
        is_code.append(np.zeros(inputs["numeric"].shape[1], dtype=bool))
    if "codes" in inputs:
        columns.append(inputs["codes"].astype(np.float32))
        is_code.append(np.array(codec.categorical.sizes) <= TREE_CODES)
    for name in codec.images:
        pixels = pooled(inputs[name], TREE_PIXELS).reshape(rows, -1)
        columns.append(pixels)
        is_code.append(np.zeros(pixels.shape[1], dtype=bool))
    return np.concatenate(columns, axis=1), np.concatenate(is_code)
