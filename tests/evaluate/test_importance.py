"""What is lost where a column is another row's."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.codecs.table import Columns
from fivefold.evaluate.altered import Altered
from fivefold.evaluate.importance import LEARNT
from studied import with_test_rows


def mixed(rows: int = 240) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    told = draw.normal(size=rows)
    return pd.DataFrame(
        {
            "told": told,
            "twin": told + 1e-3 * draw.normal(size=rows),
            "noise": draw.normal(size=rows),
            "colour": draw.choice(["red", "green", "blue"], rows),
            "note": [f"word{n % 7} and word{n % 5}" for n in range(rows)],
            "y": np.where(told > 0, "up", "down"),
        }
    )


@pytest.fixture(scope="module")
def run():
    stages = [ff.Collect(mixed(), target="y", kinds={"note": "text"}), ff.Preprocess()]
    judge = [ff.Train(epochs=3, all_rows=False), ff.Evaluate(baselines=())]
    return ff.Pipeline([*stages, *judge]).run(progress=False)


@pytest.mark.slow
def test_twins_are_missed_together_and_what_tells_nothing_is_not(run):
    table = run.tables["importance"].set_index("column")
    assert set(table.index) == {"told + twin", "told", "twin", "noise", "colour", "note"}
    assert table.index[0] == "told + twin"
    assert table["columns"].tolist() == [2, 1, 1, 1, 1, 1]
    both = table["lost"]["told + twin"]
    assert both.low > 0.2
    assert both > 1.5 * table["lost"][["told", "twin"]].max()
    assert table["told"].tolist() == (table["p"] < 0.05).tolist()
    assert not table["told"][["noise", "colour", "note"]].any()
    assert "exchanged together" in run.figures["importance"].caption


@pytest.mark.slow
def test_exchanged_columns_are_those_of_an_exchanged_table(run):
    collected, data = run[ff.Collected], run[ff.Preprocessed]
    rows, codec = data.valid, data.codec
    order = np.random.default_rng(3).permutation(len(rows))
    altered = Altered(collected, codec, rows)
    table = collected.table.take(rows.index)
    columns = {one: table.column(one) for one in table.names}
    for names in (*([name] for name in codec.columns), ["told", "colour"]):
        changed = {name: columns[name][order] for name in names}
        wanted = codec.encode(Columns({**columns, **changed}))
        found = altered.exchanged(names, order)
        for array, values in wanted.items():
            assert np.array_equal(found[array], values, equal_nan=values.dtype.kind == "f")


@pytest.mark.slow
def test_rows_that_were_learnt_from_give_no_interval_unless_some_are_held_back():
    frame = mixed(2400).drop(columns="note")
    stages = [ff.Collect(frame, target="y"), ff.Split(valid=0.5), ff.Preprocess()]
    asked = [(LogisticRegression(), {}, False), (LogisticRegression(), {"threshold": "f1"}, True)]
    for model, settings, surely in asked:
        judge = ff.Evaluate(baselines=(), **settings)
        pipeline = ff.Pipeline([*stages, ff.Train(model), judge])
        table = pipeline.run(progress=False).tables["importance"]
        assert table["p"].notna().all() == surely
        assert (table["lost"].iloc[0].method == LEARNT) != surely


@pytest.mark.slow
def test_linear_model_of_words_that_learns_from_all_rows_gives_no_interval():
    frame = mixed(300)[["noise", "note", "y"]]
    frame["note"] += np.where(frame["y"] == "up", " and rising", " and falling")
    stages = [ff.Collect(frame, target="y", kinds={"note": "text"}), ff.Preprocess()]
    for all_rows in (True, False):
        train = ff.Train(epochs=1, all_rows=all_rows)
        run = ff.Pipeline([*stages, train, ff.Evaluate(baselines=())]).run(progress=False)
        assert run[ff.Trained].settings.all_rows == all_rows
        assert run.tables["importance"]["p"].isna().all() == all_rows


@pytest.mark.slow
def test_test_rows_do_not_move_it(tmp_path):
    clean, spoilt = (one.run(progress=False) for one in with_test_rows(tmp_path))
    assert repr(clean.tables["importance"]) == repr(spoilt.tables["importance"])


@pytest.mark.slow
def test_one_column_alone_is_not_told_apart():
    frame = mixed()[["told", "y"]]
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(epochs=1)]
    result = ff.Pipeline([*stages, ff.Evaluate(baselines=())]).run(progress=False)
    assert "importance" not in dict(result[ff.Evaluated].tables)
