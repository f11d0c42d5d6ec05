"""Rows outside what training rows hold: which they are, and how sure and right answers are."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.kinds.known import kind_of


def test_numbers_are_outside_a_tenth_of_the_range_beyond_it_and_words_where_they_are_new():
    seen, values = np.array([0.0, 100.0, np.nan]), np.array([-9.0, -11.0, 109.0, 111.0, np.nan])
    assert kind_of("numeric").strays(values, seen).tolist() == [False, True, False, True, False]
    words = kind_of("categorical").strays(objects(["a", "c", None]), objects(["a", "b"]))
    assert words.tolist() == [False, True, False]
    assert not kind_of("text").strays(objects(["c"]), objects(["a"])).any()


def wandered(flipped: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to learn from and to judge by; a quarter of the latter is far out in one column."""
    draw = np.random.default_rng(0)
    parts = []
    for rows in (600, 400):
        first, second = draw.normal(size=(2, rows))
        if rows == 400:
            first[:100] += np.where(first[:100] > 0, 6, -6)
        up = first + second + draw.logistic(0, 0.3, rows) > 0
        if rows == 400:
            wrong = np.flatnonzero(draw.random(100) < flipped)
            up[wrong] = ~up[wrong]
        parts.append(pd.DataFrame({"first": first, "second": second, "up": up}))
    return parts[0], parts[1]


def judged(flipped: float) -> ff.Result:
    learnt, test = wandered(flipped)
    stages = [ff.Collect(learnt, target="up", test_source=test), ff.Preprocess()]
    judge = [ff.Train(LogisticRegression()), ff.Evaluate(baselines=())]
    return ff.Pipeline([*stages, *judge]).run(progress=False)


@pytest.mark.slow
def test_sure_and_wrong_answers_outside_are_told_and_right_ones_are_not():
    result = judged(0.5)
    [found] = [one for one in result.findings if one.code == "overconfident_outside"]
    assert found.numbers["columns"] == ["first"]
    assert found.numbers["rows"] == pytest.approx(100, abs=3)
    assert found.numbers["accuracy"] == pytest.approx(0.5, abs=0.15)
    assert found.numbers["confidence"] > 0.95
    table = result.tables["outside"].set_index("what")
    assert table["rows"].tolist()[:2] == [400 - found.numbers["rows"], found.numbers["rows"]]
    assert table["confidence"]["nonsense"] > 0.95
    told = result.tables["limitations"]["limitation"]
    assert told.str.contains("like those of no training row").any()
    fine = judged(0.0)
    assert not [one for one in fine.findings if one.code == "overconfident_outside"]
