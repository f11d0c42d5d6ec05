"""Scores of groups, against those of their rows alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score

import fivefold as ff
from fivefold.evaluate.bygroup import MOST, OTHERS


def speakers(groups: int, each: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(groups), each)
    loud = rng.random(groups * each) < 0.5
    pitch = rng.normal(size=groups * each) + loud * rng.uniform(0, 3, groups)[who]
    answer = np.where(loud, "yes", "no")
    return pd.DataFrame({"pitch": pitch, "speaker": [f"s{n}" for n in who], "loud": answer})


def run(frame, **asked):
    collect = ff.Collect(frame, target="loud", **asked)
    stages = [collect, ff.Preprocess(), ff.Train(LogisticRegression()), ff.Evaluate(baselines=())]
    return ff.Pipeline(stages).run(progress=False)


def test_scores_by_group_are_those_of_its_test_rows():
    frame = speakers(20, 50)
    result = run(frame, group="speaker")
    table = result.tables["by_group"].set_index("speaker")
    evaluated = result[ff.Evaluated]
    who = frame["speaker"].to_numpy()[evaluated.index]
    assert set(table.index) == set(who)
    assert table["rows"].sum() == len(evaluated.index)
    for speaker, line in table.iterrows():
        rows = who == speaker
        truth, shares = evaluated.target[rows], evaluated.scores[rows, 1]
        assert line["roc_auc"] == pytest.approx(roc_auc_score(truth, shares))
        assert line["accuracy"] == pytest.approx(accuracy_score(truth, shares > 0.5))
        assert line["accuracy"].low < line["accuracy"] < line["accuracy"].high
    order = [float(each) for each in table["roc_auc"]]
    assert order == sorted(order)


def test_scores_of_many_groups_have_one_line_for_the_smallest():
    table = run(speakers(5 * MOST + 20, 4), group="speaker").tables["by_group"]
    assert len(table) == MOST + 1
    assert OTHERS in set(table["speaker"])


def test_rows_without_groups_have_no_such_table():
    frame = speakers(10, 20).drop(columns="speaker")
    assert "by_group" not in run(frame).tables
