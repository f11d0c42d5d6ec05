"""What Collect takes, predict takes: a model answers the very source that it was trained on."""

from datetime import time
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import fivefold as ff

ROWS = 120


def frame_of_many_types():
    """A column of every type that a frame may have, the last ones of Arrow's own."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=ROWS)
    missing = draw.random(ROWS) < 0.1
    columns = {
        "span": pd.to_timedelta(np.abs(x) * 3600, unit="s"),
        "bin": pd.cut(x, 4),
        "month": pd.period_range("2015-01", periods=ROWS, freq="M"),
        "clock": [time(row % 24) for row in range(ROWS)],
        "price": [Decimal(int(100 * value)) / 100 for value in x],
        "half": x.astype(np.float16),
        "count": pd.array(np.where(missing, None, draw.integers(0, 9, ROWS)), "Int64"),
        "flag": pd.array(np.where(missing, None, x > 0.5), "boolean"),
        "word": pd.array(draw.choice(["a", "é", "Ж"], ROWS), "string"),
        "level": pd.Categorical(draw.choice([3, 1, 2], ROWS), ordered=True),
        "zoned": pd.date_range("2024-01-01", periods=ROWS, freq="7h", tz="Asia/Tokyo"),
        "arrow": pd.Series(x, dtype=pd.ArrowDtype(pa.float32())),
        "arrow words": pd.Series(draw.choice(["u", "v"], ROWS), dtype=pd.ArrowDtype(pa.string())),
        "y": np.where(x > 0, "up", "down"),
    }
    frame = pd.DataFrame(columns)
    frame.index = pd.Index(np.arange(ROWS) % 7, name="day")
    return frame


def deployed(source, folder, target="y"):
    stages = [
        ff.Collect(source, target=target),
        ff.Preprocess(),
        ff.Train(epochs=2, quality="fast", threads=1),
        ff.Evaluate(),
        ff.Deploy(folder / "m.ff"),
    ]
    return ff.Pipeline(stages).run(seed=0, progress=False), ff.load(folder / "m.ff")


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    ["levels", "arrow", "parquet"],
)
def test_model_answers_the_source_it_was_trained_on(tmp_path, form):
    frame = frame_of_many_types()
    source, target = frame, "y"
    if form == "levels":
        names = [("m", name) for name in frame.columns[:-1]]
        source = frame.set_axis(pd.MultiIndex.from_tuples([*names, ("y", "")]), axis=1)
    if form in {"arrow", "parquet"}:
        source = pa.Table.from_pandas(frame)
    if form == "parquet":
        frame.drop(columns="bin").to_parquet(tmp_path / "f.parquet")
        source = tmp_path / "f.parquet"
    result, model = deployed(source, tmp_path, target)
    names = [column.name for column in result[ff.Collected].schema.inputs]
    assert names[0] == "day"
    assert len(names) == (13 if form == "parquet" else 14)
    wanted = result.predict_proba(source)
    np.testing.assert_allclose(model.predict_proba(source), wanted, atol=1e-5)
    evaluated = result[ff.Evaluated]
    np.testing.assert_allclose(wanted[evaluated.index], evaluated.scores, atol=1e-5)
    assert result[ff.Deployed].parity["source"] < 1e-5
