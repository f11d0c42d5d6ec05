"""What is lost where a column is another row's."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.codecs.table import Columns
from fivefold.evaluate.importance import exchanged


def mixed(rows: int = 240) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    told = draw.normal(size=rows)
    return pd.DataFrame(
        {
            "told": told,
            "noise": draw.normal(size=rows),
            "colour": draw.choice(["red", "green", "blue"], rows),
            "note": [f"word{n % 7} and word{n % 5}" for n in range(rows)],
            "y": np.where(told > 0, "up", "down"),
        }
    )


@pytest.fixture(scope="module")
def run():
    stages = [ff.Collect(mixed(), target="y", kinds={"note": "text"}), ff.Preprocess()]
    judge = [ff.Train(epochs=3), ff.Evaluate(baselines=())]
    return ff.Pipeline([*stages, *judge]).run(progress=False)


@pytest.mark.slow
def test_column_that_tells_is_missed_and_others_are_not(run):
    table = run.tables["importance"].set_index("column")
    assert table.index[0] == "told"
    assert table["lost"]["told"] > 0.3
    assert (table["lost"].drop("told").abs() < 0.1).all()
    assert set(table.index) == {"told", "noise", "colour", "note"}


@pytest.mark.slow
def test_exchanged_columns_are_those_of_an_exchanged_table(run):
    collected, data = run[ff.Collected], run[ff.Preprocessed]
    rows, codec = data.valid, data.codec
    order = np.random.default_rng(3).permutation(len(rows))
    evidence = SimpleNamespace(collected=collected, data=data)
    table = collected.table.take(rows.index)
    seen = set()
    for name, [arrays] in exchanged(evidence, rows.index, rows.inputs, [order]):
        columns = {one: table.column(one) for one in table.names}
        wanted = codec.encode(Columns({**columns, name: columns[name][order]}))
        for array, values in wanted.items():
            found = arrays.get(array, rows.inputs[array])
            assert np.array_equal(found, values, equal_nan=values.dtype.kind == "f")
        seen.add(name)
    assert seen == set(codec.columns)


@pytest.mark.slow
def test_one_column_alone_is_not_told_apart():
    frame = mixed()[["told", "y"]]
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(epochs=1)]
    result = ff.Pipeline([*stages, ff.Evaluate(baselines=())]).run(progress=False)
    assert "importance" not in dict(result[ff.Evaluated].tables)
