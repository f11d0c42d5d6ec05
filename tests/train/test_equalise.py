"""Thresholds by group: chosen by validation rows, in the network, and so in the bundle."""

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from torch import nn

import fivefold as ff
from fivefold.errors import DataError, PreflightError
from fivefold.metrics.equalrates import equal_rates
from fivefold.models.offsets import Offsets
from fivefold.testing import check_no_leak

QUICK = {"baselines": (), "robustness": 0, "shortcuts": 0, "explain": 0}


def biased(rows: int = 4000) -> pd.DataFrame:
    """Women who pay are seen as paying less often: what tells it is weaker for them."""
    draw = np.random.default_rng(0)
    woman, paid = draw.random(rows) < 0.45, draw.random(rows) < 0.4
    tells = paid * np.where(woman, 1.2, 2.0) + draw.normal(size=rows)
    return pd.DataFrame(
        {
            "tells": tells,
            "other": draw.normal(size=rows),
            "sex": np.where(woman, "woman", "man"),
            "paid": np.where(paid, "yes", "no"),
        }
    )


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs)


def pipeline(*more, model=linear, **asked):
    train = ff.Train(model) if model is not linear else ff.Train(linear, epochs=20, lr=0.05)
    collect = ff.Collect(biased(), target="paid", positive="yes", **asked)
    return ff.Pipeline([collect, ff.Preprocess(), train, *more])


def test_thresholds_of_groups_give_one_rate_and_few_rows_have_that_of_all():
    draw = np.random.default_rng(1)
    group, target = draw.integers(0, 3, 3000), draw.integers(0, 2, 3000)
    group[group == 2] = np.where(np.arange((group == 2).sum()) < 20, 2, 0)
    score = 1 / (1 + np.exp(-(draw.normal(size=3000) + target * 2 - (group == 1) - 1)))
    for parity in ("equal_opportunity", "demographic_parity"):
        found = equal_rates(score, target, group, 3, parity, np.ones(3000))
        assert found.own.tolist() == [True, True, False]
        of = target == 1 if parity == "equal_opportunity" else target >= 0
        rates = [(score > found.values[group])[of & (group == k)].mean() for k in (0, 1)]
        assert_allclose(rates, found.rate, atol=0.003)
        assert found.values[1] < found.values[2] < found.values[0]
        right = ((score > found.values[group]) == (target == 1)).mean()
        assert right > 0.8


def test_moved_probabilities_are_half_at_the_threshold_and_keep_their_order():
    offsets = Offsets("codes", 1, 4)
    values = np.array([0.5, 0.2, 0.9, 0.7])
    offsets.moved.copy_(torch.from_numpy(np.log(values / (1 - values)).astype(np.float32)))
    codes = torch.tensor([[9, 0], [9, 1], [9, 2], [9, 3]], dtype=torch.int32)
    second = torch.from_numpy(values.astype(np.float32))
    told = offsets(torch.stack([1 - second, second], 1), {"codes": codes})
    assert_allclose(told.numpy(), 0.5, atol=1e-6)
    grid = torch.linspace(0, 1, 50)
    codes = torch.tensor([[0, 2]], dtype=torch.int32).expand(50, 2)
    told = offsets(torch.stack([1 - grid, grid], 1), {"codes": codes}).numpy()
    assert_allclose(told.sum(1), 1, atol=1e-6)
    assert (np.diff(told[:, 1]) >= 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("model", [linear, LogisticRegression()])
def test_gap_shrinks_and_the_bundle_answers_as_the_result_does(tmp_path, model):
    judge = ff.Evaluate(sensitive="sex", **QUICK)
    plain = pipeline(judge, model=model).run(seed=0, progress=False)
    more = (ff.Equalise("sex"), judge, ff.Deploy(tmp_path / "paid.ff"))
    fair = pipeline(*more, model=model).run(seed=0, progress=False)
    before, after = (run.metrics["equal_opportunity_gap"] for run in (plain, fair))
    assert before.low > 0.05
    assert after < before / 2
    assert_allclose(plain.metrics["roc_auc"], fair.metrics["roc_auc"], atol=0.02)
    [told] = [one for one in fair.findings if one.code == "group_thresholds"]
    assert "Answers depend on `sex`: `yes` is answered from a probability of 0." in told.sentence
    loaded, rows = ff.load(tmp_path / "paid.ff"), biased()[:200].drop(columns="paid")
    assert loaded.predict(rows).tolist() == fair.predict(rows).tolist()
    assert_allclose(loaded.predict_proba(rows), fair.predict_proba(rows), atol=1e-5)
    assert "Answers depend on" in loaded.card
    assert "sex" in [one.name for one in loaded.schema.inputs]
    other = rows.assign(sex=np.where(rows["sex"] == "man", "woman", "man"))
    assert (loaded.predict(other) != loaded.predict(rows)).any()


def test_test_rows_do_not_move_the_thresholds():
    told = check_no_leak(pipeline(ff.Equalise("sex")))
    assert "Trained.model" in told.compared["test"]


def test_what_is_not_read_or_has_no_groups_is_refused():
    with pytest.raises(DataError, match="answers depend on it"):
        pipeline(ff.Equalise("sex"), drop=["sex"]).run(progress=False)
    with pytest.raises(DataError, match="a column of categories"):
        pipeline(ff.Equalise("other")).run(progress=False)
    number = ff.Collect(biased(), target="tells")
    with pytest.raises(PreflightError, match="two classes"):
        pipeline(ff.Equalise("sex")).replace("collect", number).run(progress=False)
