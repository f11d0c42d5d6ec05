"""How answers move with a column, by what the model says of rows near to each cell."""

import numpy as np
import pandas as pd
import pytest

import fivefold as ff


def frame(rows=500):
    draw = np.random.default_rng(0)
    size = draw.normal(size=rows)
    return pd.DataFrame(
        {
            "size": np.where(draw.random(rows) < 0.1, np.nan, size),
            "sort": draw.choice(["a", "b", "c"], rows),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 90, rows), "D"),
            "flag": draw.random(rows) < 0.5,
            "y": 3 * size + draw.normal(size=rows),
        }
    )


def run(table, **collect):
    stages = [ff.Collect(table, **{"target": "y", **collect}), ff.Split(valid=0.3)]
    judge = ff.Evaluate(baselines=(), robustness=0)
    pipeline = ff.Pipeline([*stages, ff.Preprocess(), ff.Train("mlp", epochs=12), judge])
    return pipeline.run(seed=0, progress=False)


@pytest.mark.slow
def test_number_moves_with_what_it_is_made_of_and_not_with_the_rest():
    result = run(frame())
    table = result.tables["partial_dependence"]
    assert set(table["column"]) == {"size", "sort", "day", "flag"}
    assert table["answer_of"].unique().tolist() == ["y"]
    effect = table.groupby("column")["effect"].agg(lambda each: max(each) - min(each))
    assert effect["size"] > 4 * effect.drop("size").max()
    size = table[table["column"] == "size"]
    assert size["value"].iloc[-1] == "missing"
    known = size.iloc[:-1]
    slope = np.polyfit(known["place"].to_numpy(float), known["effect"].to_numpy(float), 1)[0]
    assert 1.5 < slope < 4.5
    assert size["share"].sum() == pytest.approx(1)
    held = [one.low <= float(one) <= one.high for one in table["effect"]]
    assert all(held)
    assert "How answers move" in result.figures["partial_dependence"].svg


@pytest.mark.slow
@pytest.mark.parametrize(
    ("made", "collect", "wanted"),
    [
        ({"y": lambda t: np.where(t.y > 0, "up", "down")}, {}, ["probability of up"]),
        (
            {"y": lambda t: pd.cut(t.y, 3, labels=["l", "m", "h"]).astype(str)},
            {},
            ["probability of h", "probability of l", "probability of m"],
        ),
        ({"z": lambda t: -t.y}, {"target": ["y", "z"]}, ["y", "z"]),
    ],
)
def test_each_task_is_told_by_its_numbers(made, collect, wanted):
    result = run(frame().assign(**made), **collect)
    table = result.tables["partial_dependence"]
    assert sorted(table["answer_of"].unique()) == wanted
    top = table[table["answer_of"] == wanted[0]]
    assert top["column"].iloc[0] == "size"
    assert "<polyline" in result.figures["partial_dependence"].svg
