import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

import fivefold as ff
from fivefold.errors import ConfigError
from studied import small_frame, small_pipeline, with_test_rows


def quiet(pipeline, what=None, **settings):
    return ff.ablate(pipeline, what, progress=False, **{"folds": 3, "seed": 1, **settings})


def useful_frame(rows=300):
    """One column says what is asked, the other one says nothing."""
    draw = np.random.default_rng(0)
    a, junk = draw.normal(size=(2, rows))
    return pd.DataFrame({"a": a, "junk": junk, "y": np.where(a > 0, "yes", "no")})


@pytest.fixture(scope="module")
def found():
    pipeline = small_pipeline(useful_frame(), epochs=12, lr=0.02)
    return quiet(pipeline, ["columns", "preprocess"], repeats=2)


def test_ablated_column_that_says_everything_helps_and_one_that_says_nothing_does_not(found):
    table = found.table.set_index("left_out")
    assert table.loc["a", "verdict"] == "loses"
    assert table.loc["junk", "verdict"] != "loses"
    assert abs(table.loc["a", "roc_auc"] - 0.5) < 0.15
    assert table.loc["nothing", "roc_auc"] > 0.97
    assert list(table.index) == ["nothing", 'scale="standard"', 'outliers="clip"', "a", "junk"]


def test_ablated_differences_are_paired_and_tested_as_by_hand(found):
    scores = found.scores.pivot(index=["repeat", "fold"], columns="left_out", values="roc_auc")
    whole = found.scores[found.scores["left_out"] == "nothing"]
    ratio = (whole["held_out_rows"] / whole["train_rows"]).mean()
    table = found.table.set_index("left_out")
    for name in ("a", "junk"):
        gaps = (scores[name] - scores["nothing"]).to_numpy()
        error = np.sqrt(gaps.var(ddof=1) * (1 / 6 + ratio))
        assert_allclose(float(table.loc[name, "difference"]), gaps.mean())
        assert_allclose(table.loc[name, "p"], 2 * stats.t.sf(abs(gaps.mean() / error), 5))
    known = table["p"].dropna()
    assert_allclose(table["p_holm"].min(), min(1, len(known) * known.min()))
    assert "loses" in repr(found)
    assert ">junk</td>" in found._repr_html_()


def test_ablated_whole_is_the_cross_validated_pipeline(found):
    pipeline = small_pipeline(useful_frame(), epochs=12, lr=0.02)
    wanted = ff.cross_validate(pipeline, folds=3, repeats=2, seed=1, progress=False)
    here = found.scores[found.scores["left_out"] == "nothing"].reset_index(drop=True)
    assert here["log_loss"].equals(wanted.scores["log_loss"])


def test_ablated_groups_and_kinds_are_left_out_together(frame):
    frame["town"] = np.where(frame["a"] > 0, "Ulm", "Bonn")
    frame["street"] = np.where(frame["b"] > 0, "A", "B")
    groups = {"place": ["town", "b"]}
    found = quiet(small_pipeline(frame, epochs=1), "columns", folds=2, groups=groups)
    wanted = ["a", "b", "town", "street", "all numeric columns", "all categorical columns", "place"]
    assert list(found.table["left_out"])[1:] == wanted
    with pytest.raises(ConfigError, match="'twon'"):
        quiet(small_pipeline(frame), groups={"place": ["twon"]})


def test_ablated_stages_and_settings_are_left_out(frame):
    frame.loc[3, "a"] = np.nan
    stages = small_pipeline(frame, epochs=1).stages
    preprocess = ff.Preprocess("quantile", knots=20, numeric_missing="mean")
    derived = ff.Derive({"c": "a * b"})
    pipeline = ff.Pipeline([stages[0], derived, preprocess, *stages[2:]])
    found = quiet(pipeline, "preprocess", folds=2)
    assert list(found.table["left_out"])[1:] == [
        "derive",
        'scale="quantile"',
        'numeric_missing="mean"',
        "missing_indicator=True",
        'outliers="clip"',
    ]


@pytest.mark.slow
def test_ablated_parts_of_a_blend_are_those_of_the_same_refits():
    from fivefold.models.score import score_parts

    pipeline = small_pipeline(small_frame(300)).replace(
        "train", ff.Train(quality="fast", epochs=3, threads=1)
    )
    found = quiet(pipeline, "parts", folds=2)
    assert list(found.table["left_out"]) == ["nothing", "network", "trees"]
    result = pipeline.run(seed=1, progress=False)
    parts = score_parts(result[ff.Trained].model, result[ff.Preprocessed].test.inputs)
    assert set(parts) == {"network", "trees"}
    wide = found.scores.pivot(index="fold", columns="left_out", values="log_loss")
    assert (wide["network"] != wide["trees"]).all()


def test_ablated_images_lose_their_changes_and_modules_their_weights():
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    train = ff.Train(module, epochs=1, augment=("shift", "flip"), freeze=["1.bias"], threads=1)
    pipeline = ff.Pipeline([ff.Collect("sklearn:digits"), ff.Preprocess(), train])
    found = quiet(pipeline, ["augment", "transfer"], folds=2)
    assert list(zip(found.table["what"], found.table["left_out"], strict=True))[1:] == [
        ("augment", "shift"),
        ("augment", "flip"),
        ("augment", "all of it"),
        ("transfer", "weights as given"),
        ("transfer", "freeze"),
    ]


def test_ablation_refuses_what_it_cannot_do(pipeline):
    with pytest.raises(ConfigError, match="'column'"):
        quiet(pipeline, "column")
    with pytest.raises(ConfigError, match="something of augment to leave out"):
        quiet(pipeline, "augment")


def test_ablation_looks_at_no_test_row(tmp_path):
    made = [quiet(each, "columns", folds=2) for each in with_test_rows(tmp_path)]
    scores = [each.scores.drop(columns="seconds") for each in made]
    assert scores[0].equals(scores[1])


@pytest.mark.slow
def test_columns_are_left_out_by_processes_as_by_this_one(pipeline):
    one, two = (ff.ablate(pipeline, "columns", folds=2, progress=False, n_jobs=n) for n in (1, 2))
    assert one.scores.drop(columns="seconds").equals(two.scores.drop(columns="seconds"))


def test_changes_that_a_run_alone_decides_are_left_out_together():
    from fivefold.study.leftout import variants_without

    pixels = np.random.default_rng(0).integers(0, 255, (20, 20, 20, 1), np.uint8)
    source = {"picture": pixels, "y": np.arange(20) % 2}
    asked = {None: ["all of it"], ("shift", "flip"): ["shift", "flip", "all of it"]}
    for augment, names in asked.items():
        stages = [ff.Collect(source, target="y"), ff.Preprocess(), ff.Train(augment=augment)]
        pipeline = ff.Pipeline(stages)
        collected = pipeline[:1].run(seed=0, progress=False)[ff.Collected]
        found = list(variants_without(pipeline, collected, ["augment"], {}))
        assert [one.name for one in found] == names
        assert found[-1].pipeline["train"].augment == ()


def test_variants_without_blocks_lack_a_kind_or_all_others(frame):
    from fivefold.study.leftout import variants_without

    frame["note"] = [f"word{row % 7} and more of it, row {row}" for row in range(len(frame))]
    pipeline = small_pipeline(frame, epochs=1)
    collected = pipeline.run(until="collect", progress=False)[ff.Collected]
    found = [*variants_without(pipeline, collected, ["columns", "blocks"], {})]
    told = {(each.what, each.name): set(each.pipeline["without"].columns) for each in found}
    assert told["columns", "note"] == {"note"}
    assert told["columns", "all numeric columns"] == {"a", "b"}  # which is the table
    assert len({frozenset(left) for left in told.values()}) == len(told)
    alone = [*variants_without(pipeline, collected, ["blocks"], {})]
    assert [each.name for each in alone] == ["the table", "text note"]
    frame["photo"] = [np.full((8, 8), row % 9, np.uint8) for row in range(len(frame))]
    pipeline = small_pipeline(frame, epochs=1)
    collected = pipeline.run(until="collect", progress=False)[ff.Collected]
    three = [*variants_without(pipeline, collected, ["blocks"], {})]
    names = ["the table", "text note", "image photo"]
    assert [each.name for each in three] == [*names, *(f"all but {name}" for name in names)]
    assert set(three[-1].pipeline["without"].columns) == {"a", "b", "note"}


def naming(columns, remainder="drop"):
    """A linear model of columns that it names, or counts."""
    named = ColumnTransformer([("scaled", StandardScaler(), columns)], remainder=remainder)
    return ff.Train(make_pipeline(named, LogisticRegression()))


def test_columns_that_an_estimator_asks_for_are_not_left_out(frame):
    train = naming(["b"], "passthrough")
    pipeline = ff.Pipeline([ff.Collect(frame, target="y"), ff.Preprocess(), train])
    found = quiet(pipeline, ["columns", "preprocess"], folds=2).table
    assert found.loc[found["what"] == "columns", "left_out"].tolist() == ["a"]
    with pytest.raises(ConfigError, match="does not ask for itself, found 'b'"):
        quiet(pipeline, "columns", groups={"mine": ["b"]})
    pipeline = pipeline.replace("train", naming([0], "passthrough"))
    with pytest.raises(ConfigError, match="something of columns to leave out, found nothing"):
        quiet(pipeline, "columns", folds=2)


def test_what_an_estimator_does_not_read_is_told_and_not_refitted(frame):
    frame["c"], told = frame["b"] + 1, []
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(rare=3), naming(["b"])]
    pipeline = ff.Pipeline(stages)
    settings = {"folds": 2, "observers": [told.append]}
    frame["d"] = np.where(frame["a"] > 0, "x", "y")
    found = quiet(pipeline, ["columns", "preprocess"], **settings).table
    assert found["left_out"].tolist() == ["nothing", "rare=3"]
    notes = [event.text for event in told if "would change nothing" in getattr(event, "text", "")]
    for name in ('scale="standard"', 'outliers="clip"', "a, c and d"):
        assert name in notes[0]
    with pytest.raises(ConfigError, match='scale="standard" and outliers="clip" would change'):
        quiet(pipeline.replace("preprocess", rare=None), "preprocess", folds=2)


@pytest.mark.parametrize(
    ("setting", "other"),
    [
        *(("scale", "none"), ("missing_indicator", False), ("outliers", "keep")),
        *(("numeric_missing", "mean"), ("categories", "embed")),
    ],
)
def test_settings_that_are_told_to_change_nothing_give_such_an_estimator_the_same(
    frame, setting, other
):
    from fivefold.models.exact import matrix_of
    from fivefold.models.originals import UNREAD

    assert setting in UNREAD or (setting, "clip") in UNREAD
    frame["d"] = np.where(frame["a"] > 0, "x", "y")
    frame.loc[[3, 9], "a"], frame.loc[4, "b"] = np.nan, 1e9
    seen = []
    for stage in (ff.Preprocess(), ff.Preprocess(**{setting: other})):
        pipeline = ff.Pipeline([ff.Collect(frame, target="y"), stage, naming(["b"])])
        result = pipeline.run(progress=False)
        inputs = result[ff.Preprocessed].train.inputs
        seen.append(matrix_of(result[ff.Trained].model, inputs))
    np.testing.assert_array_equal(*seen)
