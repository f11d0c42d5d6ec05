import numpy as np
import pytest
from numpy.testing import assert_allclose

import fivefold as ff
from fivefold.errors import ConfigError, DataError
from fivefold.metrics.powerlaw import fit_power_law
from fivefold.partition import Partition
from fivefold.study.learningcurve import part_of
from fivefold.study.start import gather
from studied import small_frame, small_pipeline, with_test_rows

SIZES = (0.3, 0.6, 1)


def quiet(pipeline, **settings):
    return ff.learning_curve(
        pipeline, progress=False, **{"folds": 3, "seed": 1, "fractions": SIZES, **settings}
    )


@pytest.fixture(scope="module")
def found():
    return quiet(small_pipeline(small_frame(400), epochs=6, lr=0.02), folds=2, repeats=2)


def test_learning_curve_ends_with_the_cross_validated_pipeline(found):
    pipeline = small_pipeline(small_frame(400), epochs=6, lr=0.02)
    wanted = ff.cross_validate(pipeline, folds=2, repeats=2, seed=1, progress=False)
    whole = found.scores[found.scores["fraction"] == 1].reset_index(drop=True)
    assert whole["log_loss"].equals(wanted.scores["log_loss"])
    assert str(found.table["roc_auc"].iloc[-1]) == str(wanted.metrics["roc_auc"])


def test_learning_curve_predicts_by_the_law_of_its_folds(found):
    wide = found.scores.pivot(index=["repeat", "fold"], columns="fraction", values="roc_auc")
    rows = found.scores.groupby("fraction")["train_rows"].mean().to_numpy()
    whole = found.scores[found.scores["fraction"] == 1]
    ratio = (whole["held_out_rows"] / whole["train_rows"]).mean()
    law = fit_power_law(rows, wide.to_numpy(), greater=True, test_per_train=ratio)
    assert list(found.predicted["times"]) == [1, 2, 10]
    for place, times in enumerate((1, 2, 10)):
        made, wanted = found.predicted["roc_auc"][place], law.at(times * rows[-1])
        assert_allclose([made, made.low, made.high], [wanted, wanted.low, wanted.high])
    assert_allclose(float(found.law["c"]), law.law[2])
    assert "Twice the rows (256 to train on)" in found.verdict
    assert "which is better (" in found.verdict
    assert "<svg" in found._repr_html_()
    assert found.verdict in repr(found)
    assert found.verdict in found.markdown()


@pytest.mark.parametrize("by", ["stratified", "group", "time"])
def test_smaller_sizes_are_within_larger_ones_as_the_data_asks(by):
    frame = small_frame(300)
    frame["who"] = np.repeat(np.arange(60), 5).astype(str)
    frame["when"] = np.arange(300).astype("datetime64[D]")
    names = {"group": {"group": "who"}, "time": {"time": "when"}}.get(by, {})
    pipeline = small_pipeline().replace("collect", ff.Collect(frame, target="y", **names))
    start = gather(pipeline, "test", seed=0, device="cpu")
    division = start.partition.replace(how="fold")
    small, large = (part_of(start, division, size, seed=3) for size in (0.3, 0.6))
    for part in ("train", "valid"):
        one, two, three = (getattr(each, part) for each in (small, large, division))
        assert np.isin(one, two).all()
        assert np.isin(two, three).all()
        assert abs(len(one) / len(three) - 0.3) < (0.12 if by == "group" else 0.06)
    assert (small.test == division.test).all()
    if by == "group":
        left = np.setdiff1d(division.train, small.train)
        assert not set(frame["who"][left]) & set(frame["who"][small.train])
    elif by == "time":
        assert small.train.min() > np.setdiff1d(division.train, small.train).max()
    else:
        shares = [(frame["y"][rows] == "yes").mean() for rows in (small.train, division.train)]
        assert abs(shares[0] - shares[1]) < 0.02
    assert isinstance(small, Partition)


def test_learning_curve_refuses_what_it_cannot_do(pipeline):
    with pytest.raises(ConfigError, match="three fractions or more"):
        quiet(pipeline, fractions=(0.5, 1))
    with pytest.raises(ConfigError, match="the largest of them 1"):
        quiet(pipeline, fractions=(0.5, 0.6, 0.7))
    with pytest.raises(DataError, match="at least 20 training rows"):
        quiet(pipeline, fractions=(0.01, 0.5, 1))


def test_learning_curve_looks_at_no_test_row(tmp_path):
    made = [quiet(each, fractions=(0.5, 0.7, 1)) for each in with_test_rows(tmp_path)]
    scores = [each.scores.drop(columns="seconds") for each in made]
    assert scores[0].equals(scores[1])
