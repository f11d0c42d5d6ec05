"""What disturbances of test rows cost, and which of them is worth a remark."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import fivefold as ff

pytestmark = pytest.mark.slow


def twins(gap: float, rows: int = 600) -> pd.DataFrame:
    """Two readings of one thing, whose difference tells the answer, by a gap in deviations."""
    draw = np.random.default_rng(0)
    up, first = draw.integers(0, 2, rows), draw.normal(size=rows)
    second = first + gap * (up - 0.5) + draw.normal(0, gap / 8, rows)
    colour = draw.choice(["red", "green"], rows)
    return pd.DataFrame({"first": first, "second": second, "colour": colour, "y": up == 1})


def judged(frame: pd.DataFrame, **settings: object) -> ff.Result:
    learner = LogisticRegression(C=1e6, max_iter=5000)
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(learner)]
    judge = ff.Evaluate(baselines=(), **settings)
    return ff.Pipeline([*stages, judge]).run(progress=False)


@pytest.fixture(scope="module")
def fine():
    return judged(twins(0.04))


def test_loss_is_that_of_the_same_rows_with_noise(fine):
    table = fine.tables["robustness"].set_index(["disturbance", "strength"])
    assert table["score"]["none", ""] == fine.metrics["roc_auc"]
    for (name, _), line in table.iterrows():
        if name != "none":
            assert line["loss"] == pytest.approx(table["score"]["none", ""] - line["score"])
            assert line["loss"].low <= line["loss"] <= line["loss"].high
    # noise of 0.02 on both against a gap of 0.04: the normal law of the difference
    expected = np.random.default_rng(1).normal(0.02, 0.02 * 2**0.5, 100_000)
    area = (expected > -expected[::-1]).mean()
    assert table["score"]["noise", "0.02 deviations"] == pytest.approx(area, abs=0.08)
    assert table["columns"]["noise", "0.5 deviations"] == "2 columns"
    assert table["columns"]["unseen", "5% of cells"] == "colour"
    assert table["score"]["a constant answer", ""] == 0.5
    assert table["changed"]["noise", "0.5 deviations"] > 0.3


def test_answers_that_hang_on_a_fiftieth_of_a_deviation_are_told(fine):
    [found] = [one for one in fine.findings if one.code == "fragile"]
    [one] = found.numbers["disturbances"]
    assert (one["disturbance"], one["strength"]) == ("noise", "0.02 deviations")
    assert one["low"] > 0.1 * found.numbers["known"]
    assert "disturbed" in fine.figures["robustness"].caption


def test_answers_that_are_clear_are_not_told():
    clear = judged(twins(1.0))
    assert not [one for one in clear.findings if one.code == "fragile"]


def test_nothing_is_disturbed_where_nobody_asks_or_rows_are_few(fine):
    assert "robustness" not in judged(twins(1.0), robustness=0).tables
    assert "robustness" not in judged(twins(1.0, rows=200)).tables
    few = judged(twins(1.0), robustness=60).tables["robustness"]
    assert few["loss"].iloc[-1].n == 60
