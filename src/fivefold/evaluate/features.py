"""Encoded rows as the matrices that simple models read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.wording import together
from fivefold.kinds.block import Encoded
from fivefold.kinds.codec import Codec
from fivefold.kinds.plain import Bag, Dense, Levels, Plain, Reader


@dataclass
class LinearFeatures:
    """Dense numbers standardised, categories one-hot, words by TF-IDF, in this order."""

    codec: Codec  # says what the arrays are, and what a linear model reads of them
    single: bool = False  # whether it reads one moment alone of rows that are many
    scaling: tuple[Array, Array] | None = None
    rarity: list[Array] = field(default_factory=list)

    def fit(self, inputs: Mapping[str, Array]) -> Any:
        """Learn means and word frequencies from these rows, and give their matrix."""
        plain = linear_values(inputs, self.codec, single=self.single)
        dense = _dense(inputs, plain)
        deviation = dense.std(0) if len(dense) else np.ones(dense.shape[1])
        deviation = np.where(deviation > 1e-9, deviation, 1.0)
        self.scaling = dense.mean(0), deviation
        self.rarity = [rarity_of(word_counts(*bag)) for bag in plain if isinstance(bag, Bag)]
        return self.matrix(inputs)

    def matrix(self, inputs: Mapping[str, Array]) -> Any:
        """`(n, width)` float64, sparse where there are categories or words."""
        from scipy import sparse

        assert self.scaling is not None
        plain = linear_values(inputs, self.codec, single=self.single)
        mean, deviation = self.scaling
        dense = (_dense(inputs, plain) - mean) / deviation
        wide = [one_hot(*levels) for levels in plain if isinstance(levels, Levels)]
        bags = [word_counts(*bag) for bag in plain if isinstance(bag, Bag)]
        wide += map(tf_idf, bags, self.rarity)
        if not wide:
            return dense
        return sparse.hstack([sparse.csr_array(dense), *wide], format="csr")


def linear_values(
    inputs: Mapping[str, Array], codec: Codec, *, single: bool = False
) -> list[Plain]:
    """What a linear model reads of all arrays, in their order.

    Args:
        inputs: by the names of the codec's arrays.
        codec: fitted.
        single: whether one moment alone is read of rows that are many.
    """
    return [
        plain
        for encoded in codec.blocks
        for plain in (encoded.block.at_one if single else encoded.block.linear)(
            inputs[encoded.name], encoded.columns
        )
    ]


def single_of(codec: Codec) -> str:
    """What is read where one moment alone is, in words; empty where rows are no moments."""
    return next(filter(None, (encoded.block.single for encoded in codec.blocks)), "")


def _dense(inputs: Mapping[str, Array], plain: list[Plain]) -> Array:
    """The numbers side by side, not yet scaled."""
    rows = len(next(iter(inputs.values())))
    columns = [numbers.values for numbers in plain if isinstance(numbers, Dense)]
    return np.concatenate([np.empty((rows, 0)), *columns], axis=1)


def reads_words(codec: Codec) -> bool:
    """Whether a linear model reads words."""
    nothing = {encoded.name: _no_rows(encoded) for encoded in codec.blocks}
    return any(isinstance(plain, Bag) for plain in linear_values(nothing, codec))


def notes_of(codec: Codec, reader: Reader) -> list[str]:
    """What to know of how a simple model sees the inputs, and those that it does not see."""
    notes = ["of the chosen columns"] if codec.settings.chosen else []
    for encoded in codec.blocks:
        block, columns, nothing = encoded.block, encoded.columns, _no_rows(encoded)
        if reader == "linear":
            is_read = bool(block.linear(nothing, columns))
        else:
            is_read = block.trees(nothing, columns) is not None
        kinds = dict.fromkeys(column.kind.plural for column in columns)
        notes.append(block.note(columns, reader) if is_read else f"{together([*kinds])} left out")
    return list(dict.fromkeys(filter(None, notes)))


def _no_rows(encoded: Encoded) -> Array:
    return np.empty((0, *encoded.shape), encoded.dtype)


def one_hot(codes: Array, size: int) -> Any:
    """`(n, size)` sparse, one 1 a row.

    Example:
        >>> one_hot(np.array([2, 0]), 3).toarray().tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    from scipy import sparse

    each = np.arange(len(codes) + 1)
    return sparse.csr_array((np.ones(len(codes)), codes, each), shape=(len(codes), size))


def word_counts(codes: Array, size: int, first: int) -> Any:
    """`(n, size)` sparse counts of words; codes below the first of them do not count."""
    from scipy import sparse

    row, place = np.nonzero(codes >= first)
    entries = (np.ones(len(row)), (row, codes[row, place]))
    counts = sparse.csr_array(entries, shape=(len(codes), size))
    counts.sum_duplicates()
    return counts


def rarity_of(counts: Any) -> Array:
    """`(size,)` float64: how rare each word is among rows, the logarithm of their share."""
    rows, size = counts.shape
    rows_with_word = np.bincount(counts.indices, minlength=size)
    weights: Array = np.log((1 + rows) / (1 + rows_with_word)) + 1
    return weights


def tf_idf(counts: Any, rarity: Array) -> Any:
    """Counts times the rarity of each word, each row of length 1."""
    from scipy import sparse

    weighted = counts @ sparse.diags_array(rarity)
    lengths = np.sqrt(weighted.power(2).sum(1))
    return sparse.diags_array(1 / np.where(lengths > 0, lengths, 1.0)) @ weighted


def tree_matrix(inputs: Mapping[str, Array], codec: Codec) -> tuple[Array, Array]:
    """What trees read of all arrays side by side.

    Returns:
        `(n, width)` float32, and `(width,)` bool: which columns are categories.
    """
    rows = len(next(iter(inputs.values())))
    columns, is_code = [np.empty((rows, 0), np.float32)], [np.empty(0, dtype=bool)]
    for encoded in codec.blocks:
        found = encoded.block.trees(inputs[encoded.name], encoded.columns)
        if found is not None:
            columns.append(found[0].astype(np.float32, copy=False))
            is_code.append(found[1])
    return np.concatenate(columns, axis=1), np.concatenate(is_code)
