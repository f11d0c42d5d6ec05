"""Simple models that write down what rows say: equal parts by themselves, the nearest row."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.evaluate.features import LinearFeatures
from fivefold.evaluate.lagged import Fitter, Predict
from fivefold.kinds.codec import Codec
from fivefold.metrics.transcripts import letters_of, spelling

MOST_PARTS = 20_000
"""Parts of rows that a classifier of them learns from."""

PIECES = 3
"""Means of a part that it sees, one after another."""

CODES = 64
"""Most symbols of which each is seen by itself."""


class SpeltModel(NamedTuple):
    """A simple model that writes down what rows say.

    Attributes:
        name: in words.
        fit: how it is fitted.
    """

    name: str
    fit: Fitter


def _fit_parts(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    """As many equal parts as rows of such a length have letters, each classified by itself."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    letters = letters_of(rows.target)
    counts = np.array([len(row) for row in letters])
    lengths = codec.lengths(rows.inputs)
    used = np.flatnonzero((counts > 0) & (counts <= lengths))
    if not len(used) or len({*np.concatenate([letters[row] for row in used]).tolist()}) < 2:
        return "the training rows have one letter"
    used = used[: max(1, int(np.searchsorted(np.cumsum(counts[used]), MOST_PARTS)))]
    matrix = _parts(rows.take(used), codec, counts[used])
    if matrix is None:
        return "its inputs have no steps that it reads"
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=200))
    model.fit(matrix, np.concatenate([letters[row] for row in used]))
    slope, start = np.polyfit(lengths, counts, 1) if np.ptp(lengths) else (0.0, counts.mean())
    most = int(counts.max())

    def predict(test: Rows) -> Array:
        ends = codec.lengths(test.inputs)
        guessed = np.clip(np.rint(start + slope * ends), 0, np.minimum(most, ends)).astype(int)
        found = _parts(test, codec, guessed)
        assert found is not None
        said = model.predict(found) if len(found) else np.empty(0, np.int64)
        return _spelt(np.split(said, np.cumsum(guessed)[:-1]), codec)

    return predict, f"{len(matrix):,} equal parts"


def _fit_nearest(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    """What the training row says that is most alike by what a linear model reads."""
    from sklearn.neighbors import NearestNeighbors

    features = LinearFeatures(codec)
    matrix = features.fit(rows.inputs)
    if not matrix.shape[1]:
        return "its inputs have no numbers that it reads"
    known, letters = NearestNeighbors(n_neighbors=1).fit(matrix), letters_of(rows.target)

    def predict(test: Rows) -> Array:
        if not len(test):
            return _spelt([], codec)
        places = known.kneighbors(features.matrix(test.inputs), return_distance=False)
        return _spelt([letters[place] for place in places[:, 0]], codec)

    return predict, ""


def _spelt(rows: list[Array], codec: Codec) -> Array:
    """Scores that are sure of these letters, as far as steps hold them."""
    return spelling(rows, codec.steps or 0, len(codec.schema.classes))


def _parts(rows: Rows, codec: Codec, counts: Array) -> Array | None:
    """`(m, width)` of equal parts, so many a row: means of pieces of each, and its length."""
    (block,) = [block for block in codec.blocks if block.block.spells]
    seen = block.block.places(rows.inputs[block.name], block.columns)
    if seen is None or seen.size > CODES:
        return None
    values = np.eye(seen.size)[seen.values[:, :, 0]] if seen.size else seen.values
    sums = np.zeros((values.shape[1] + 1, values.shape[2]))
    width = PIECES * values.shape[2] + 1
    found = [np.empty((0, width))]
    for row, count, end in zip(values, counts.tolist(), codec.lengths(rows.inputs), strict=True):
        if not count:
            continue
        np.cumsum(row, axis=0, out=sums[1:])
        cuts = np.linspace(0, int(end), PIECES * count + 1).astype(int)
        starts, stops = cuts[:-1], np.maximum(cuts[1:], cuts[:-1] + 1).clip(max=len(row))
        means = (sums[stops] - sums[starts]) / np.maximum(stops - starts, 1)[:, None]
        long = np.full((count, 1), int(end) / count)
        found.append(np.concatenate([means.reshape(count, -1), long], axis=1))
    return np.concatenate(found)


SPELT: Mapping[str, tuple[SpeltModel, ...]] = {
    "linear": (SpeltModel("classifier of equal parts", _fit_parts),),
    "boosting": (SpeltModel("nearest training row", _fit_nearest),),
}
"""By what is asked for; trees leave their place to a model that knows whole rows."""
