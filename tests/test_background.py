"""Rows that an explanation compares with: as usual as the training rows, and none of them."""

import numpy as np

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed
from fivefold.explaining import background_of
from fivefold.requested import requested


def test_cells_are_quantiles_and_rates_of_the_training_rows_and_rows_are_none_of_them():
    draw = np.random.default_rng(0)
    size = draw.normal(size=1000).round(3)
    town = np.where(draw.random(1000) < 0.75, "A", "B").astype(object)
    town[:100] = None
    rows = {"size": size, "town": town, "y": draw.integers(0, 2, 1000)}
    steps = ff.Pipeline([ff.Collect(rows, target="y"), ff.Preprocess()])
    result = steps.run(seed=0, progress=False)
    data = result[Preprocessed]
    told = background_of(requested(result[Collected], data), data.train.index)
    cells = told["columns"]
    assert told["rows"] == len(cells["size"]) == 64
    known = np.sort(size[data.train.index])
    wanted = known[((np.arange(64) + 0.5) / 64 * len(known)).astype(int)]
    np.testing.assert_array_equal(np.sort(cells["size"]), wanted)
    given = town[data.train.index]
    for label in ("A", None):
        share = np.mean([cell == label for cell in given.tolist()])
        assert abs(cells["town"].count(label) - 64 * share) <= 1
    assert cells["size"] != sorted(cells["size"])
    assert told == background_of(requested(result[Collected], data), data.train.index)
