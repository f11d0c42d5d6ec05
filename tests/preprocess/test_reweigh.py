"""Training rows that count so that group and class are independent."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.errors import DataError, PreflightError
from fivefold.preprocess.reweigh import factors_of
from fivefold.testing import check_no_leak

QUICK = {"baselines": (), "robustness": 0, "shortcuts": 0, "explain": 0}


def biased(rows: int = 3000, seed: int = 0) -> pd.DataFrame:
    """One column tells the class and one the group; men are answered yes far more often."""
    draw = np.random.default_rng(seed)
    man = draw.random(rows) < 0.6
    skill = draw.normal(size=rows)
    hobby = man + draw.normal(size=rows) * 0.5
    paid = skill + 1.6 * man + draw.normal(size=rows) > 1
    sex = np.where(man, "man", "woman").astype(object)
    sex[:8] = "other"
    text = np.where(paid, "yes", "no")
    return pd.DataFrame({"skill": skill, "hobby": hobby, "sex": sex, "paid": text})


def stages(*between, **asked):
    collect = ff.Collect(biased(), target="paid", **{"drop": ["sex"], "positive": "yes", **asked})
    train = ff.Train(LogisticRegression())
    judge = ff.Evaluate(sensitive="sex", **QUICK)
    return ff.Pipeline([collect, ff.Preprocess(), *between, train, judge])


def test_factors_make_group_and_class_independent_and_keep_what_rows_come_to():
    draw = np.random.default_rng(0)
    target, group = draw.integers(-1, 3, 2000), draw.integers(-1, 4, 2000)
    weight = draw.exponential(size=2000)
    factors = factors_of(target, group, weight)
    left = (target < 0) | (group < 0)
    assert (factors[left] == 1).all()
    table = pd.crosstab(target[~left], group[~left], (weight * factors)[~left], aggfunc="sum")
    table = table.to_numpy()
    apart = np.outer(table.sum(1), table.sum(0)) / table.sum()
    assert_allclose(table, apart, rtol=1e-9)
    assert_allclose((weight * factors).sum(), weight.sum())
    plain = pd.crosstab(target[~left], group[~left], weight[~left], aggfunc="sum").to_numpy()
    assert_allclose(table.sum(0), plain.sum(0))  # a group counts as much as before


@pytest.mark.slow
def test_weights_are_of_training_rows_and_the_gap_shrinks():
    plain, weighed = (
        stages(*more).run(seed=0, progress=False) for more in ((), (ff.Reweigh("sex"),))
    )
    data, frame = weighed[ff.Preprocessed], biased()
    sex, target = frame["sex"].to_numpy()[data.train.index], data.train.target
    heavy = pd.Series(data.train.weight).groupby([sex, target]).sum().unstack()
    shares = heavy[1] / heavy.sum(axis=1)
    assert_allclose(shares["man"], shares["woman"])
    assert (data.train.weight[sex == "other"] == 1).all()  # too few rows to be told anything of
    assert data.test.weight is None
    assert (data.valid.weight == 1).all()
    before, after = (run.metrics["demographic_parity_gap"] for run in (plain, weighed))
    assert before.low > 0.2
    assert after < before / 2
    [told] = [one for one in data.findings if one.code == "reweighed"]
    assert "(`woman`, `yes`) times" in told.sentence
    assert [column.name for column in data.codec.schema.inputs] == ["skill", "hobby"]


@pytest.mark.slow
def test_weights_of_rows_are_multiplied_and_folds_have_their_own():
    frame = biased().assign(count=np.random.default_rng(1).integers(1, 4, 3000).astype(float))
    pipeline = stages(ff.Reweigh("sex")).replace(
        "collect", ff.Collect(frame, target="paid", drop=["sex"], positive="yes", weight="count")
    )
    data = pipeline.run(seed=0, progress=False)[ff.Preprocessed]
    sex, target = frame["sex"].to_numpy()[data.train.index], data.train.target
    heavy = pd.Series(data.train.weight).groupby([sex, target]).sum().unstack()
    shares = heavy[1] / heavy.sum(axis=1)
    assert_allclose(shares["man"], shares["woman"])
    assert_allclose(data.train.weight.sum(), frame["count"].to_numpy()[data.train.index].sum())
    assert data.valid.weight.max() == 3


def test_held_out_rows_do_not_move_the_weights():
    told = check_no_leak(stages(ff.Reweigh("sex"))[:-1])
    assert "training rows" in told.compared["validation and test"]


def test_what_has_no_groups_or_no_class_is_refused():
    with pytest.raises(DataError, match='Write "sex"'):
        stages(ff.Reweigh("sxe")).run(progress=False)
    alone = ff.Collect(biased().assign(one="a"), target="paid", drop=["one"])
    with pytest.raises(DataError, match="two groups of 30 rows"):
        stages(ff.Reweigh("one")).replace("collect", alone).run(progress=False)
    number = ff.Collect(biased(), target="skill")
    with pytest.raises(PreflightError, match="a class a row"):
        stages(ff.Reweigh("sex")).replace("collect", number).run(progress=False)
