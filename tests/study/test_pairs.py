"""The tables of differences of three studies: one idea, with the same columns and words."""

import numpy as np
import pandas as pd
import pytest

from fivefold.study.ablate import _ablated
from fivefold.study.answers import Standings, effect_table
from fivefold.study.compare import _compared_folds
from fivefold.study.pairs import differences
from fivefold.study.questions import GIVEN, Question
from fivefold.tasks.binary import Binary

METRIC = Binary.metrics[0]
SAID = {GIVEN: "the reference", "alike": "a tie", "worse": "loses", "level": "not measured"}


@pytest.fixture
def scored():
    random = np.random.default_rng(0)
    base = 0.9 + random.normal(0, 0.01, 5)
    gaps = {
        GIVEN: 0,
        "alike": random.normal(-0.0005, 0.001, 5),
        "worse": -0.3 + 0.1 * base,
        "level": -1,
    }
    frames = {}
    for name, gap in gaps.items():
        sizes = {"train_rows": 80, "held_out_rows": 20, "seconds": 2.0, "fold": np.arange(5)}
        frames[name] = pd.DataFrame({METRIC.name: base + gap, **sizes})
    return frames


def test_tables_of_differences_say_the_same_of_the_same_scores_in_the_same_words(scored):
    together = pd.concat([f.assign(model=n) for n, f in scored.items()], ignore_index=True)
    question = Question(table="t", variants=dict.fromkeys(list(scored)[1:]))
    lines = {(name, "part"): frame for name, frame in scored.items()}
    tables = [
        effect_table(question, Standings(together, Binary(), METRIC, 0.95)),
        _ablated(lines, METRIC, 0.95).table,
        _compared_folds(scored, METRIC, [METRIC], 0.95).table,
    ]
    first = tables[0].drop(columns="variant")
    assert list(first) == [
        *(METRIC.name, "difference", "p", "p_holm", "verdict", "seconds", "folds")
    ]
    for table in tables:
        pd.testing.assert_frame_equal(table[list(first)], first)
        intervals = [(gap.low, gap.high, gap.method) for gap in table["difference"]]
        wanted = [(gap.low, gap.high, gap.method) for gap in first["difference"]]
        np.testing.assert_equal(intervals, wanted)
        assert table["verdict"].tolist() == list(SAID.values())
    assert (tables[1].columns[0], tables[2].columns[0]) == ("what", "model")


def test_differences_stand_beside_their_models_whatever_the_order(scored):
    from fivefold.study.pairs import against

    tested = against(scored, "worse", METRIC, level=0.95)
    told = differences(["level", "worse", GIVEN], tested, 5)
    by_hand = (scored[GIVEN] - scored["worse"])[METRIC.name].mean()
    assert told["verdict"].tolist()[1:] == ["the reference", "wins"]
    assert float(told["difference"][2]) == pytest.approx(by_hand)
    assert float(told["difference"][1]) == 0
