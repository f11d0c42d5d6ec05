"""Values on disk: what is read back is what was written, to the last type."""

import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fivefold.artifacts import Evaluated, Preprocessed
from fivefold.codecs.arrayfile import read_arrays, write_arrays
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.estimate import Estimate
from fivefold.core.store import digest_of, whole
from fivefold.kinds.codec import Codec
from fivefold.testing import fingerprint

AUC = Estimate(0.9, low=0.85, high=0.94, method="delong", n=200)
NONE = Estimate(0.5, method="too few rows", n=3, level=0.9)
SCHEMA = Schema(
    columns=(Column(name="x", kind="numeric"), Column(name="y", kind="numeric", role="target")),
    targets=("y",),
    task="regression",
)
CODEC = Codec.fit(Columns({"x": np.arange(3.0), "y": np.arange(3.0)}), SCHEMA, np.arange(3))


def cells(*values: object) -> pd.Series:
    """A column that keeps its values as they are; pandas would make floats of estimates."""
    return pd.Series(list(values), dtype=object)


FRAMES = {
    "estimates": pd.DataFrame({"model": ["a", "b"], "roc_auc": cells(AUC, NONE)}),
    "estimates among others": pd.DataFrame({"x": cells(AUC, None, "not measured", 0.5, 3)}),
    "small floats": pd.DataFrame({"score": np.array([0.1, np.nan], dtype=np.float32)}),
    "whole numbers": pd.DataFrame({"n": np.array([1, 2], dtype=np.int32), "yes": [True, False]}),
    "no rows": pd.DataFrame({"model": pd.Series([], dtype=object), "n": pd.Series([], dtype=int)}),
    "another index": pd.DataFrame({"x": cells(AUC, NONE)}).set_index(pd.Index([7, 3])),
}


def evaluated(frame: pd.DataFrame) -> Evaluated:
    empty = np.zeros(0)
    return Evaluated(
        metrics={"roc_auc": AUC},
        scores=empty,
        target=empty,
        index=empty,
        folds={},
        tables={"table": frame},
        findings=(),
    )


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_frame_saved_and_loaded_is_the_same_to_the_last_type(frame, tmp_path: Path):
    evaluated(frame).save(tmp_path)
    found = Evaluated.load(tmp_path).tables["table"]
    assert fingerprint(found) == fingerprint(frame)
    assert list(found.index) == list(frame.index)
    assert [str(kind) for kind in found.dtypes] == [str(kind) for kind in frame.dtypes]
    kinds = [[type(cell) for cell in column] for _, column in found.items()]
    assert kinds == [[type(cell) for cell in column] for _, column in frame.items()]


def test_frame_of_estimates_keeps_their_intervals(tmp_path: Path):
    evaluated(FRAMES["estimates"]).save(tmp_path)
    cell = Evaluated.load(tmp_path).tables["table"]["roc_auc"][0]
    assert (float(cell), cell.low, cell.high, cell.method, cell.n, cell.level) == (
        0.9,
        0.85,
        0.94,
        "delong",
        200,
        0.95,
    )


def test_frame_saved_leaves_the_one_at_hand_as_it_was(tmp_path: Path):
    frame = FRAMES["estimates"].copy()
    evaluated(frame).save(tmp_path)
    assert fingerprint(frame) == fingerprint(FRAMES["estimates"])
    assert frame.attrs == {}
    assert json.loads((tmp_path / "artifact").read_text())["artifact"] == "Evaluated"


def test_arrays_of_pictures_of_any_depth_come_back_as_they_were(tmp_path: Path):
    loose = np.empty(10, object)
    small, large = [np.uint8, np.uint16, np.int16, bool], [np.int32, np.int64, np.float32, float]
    for row, dtype in enumerate(small + large):
        loose[row] = np.array([[[1.75], [0]]]).astype(dtype)
    loose[8] = "text"
    with whole(tmp_path / "a") as file:
        write_arrays({"loose": loose, "stack": np.ones((2, 2, 2, 1), np.uint16)}, file)
    found = read_arrays(tmp_path / "a")
    assert found["stack"].dtype == np.uint16
    for one, other in zip(found["loose"][:8], loose[:8], strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert found["loose"][8:].tolist() == ["text", None]


def test_rows_keep_their_weights_and_their_lack_of_them(tmp_path: Path):
    for weight in (None, np.array([0.5, 2.0])):
        rows = Rows(inputs={"x": np.eye(2)}, target=np.arange(2), index=np.arange(2), weight=weight)
        rows = replace(rows, bonds={} if weight is None else {"group": np.arange(2)})
        Preprocessed(train=rows, valid=rows, test=rows, codec=CODEC).save(tmp_path / str(weight))
        found = Preprocessed.load(tmp_path / str(weight)).train
        assert fingerprint(found) == fingerprint(rows)


def test_rows_saved_and_loaded_are_held_once_in_memory(tmp_path: Path):
    wide = np.random.default_rng(0).standard_normal((40_000, 128))  # 41 MB
    rows = Rows(inputs={"x": wide}, target=wide[:, 0], index=np.arange(len(wide)))
    kept = Preprocessed(train=rows, valid=rows, test=rows, codec=CODEC)
    tracemalloc.start()
    try:
        for folder in (tmp_path, None):
            tracemalloc.reset_peak()
            assert kept.save(folder) == digest_of(tmp_path)
            assert tracemalloc.get_traced_memory()[1] < 0.9 * wide.nbytes
        tracemalloc.reset_peak()
        loaded = Preprocessed.load(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 3.6 * wide.nbytes  # there are three
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(loaded.test.inputs["x"], wide)
