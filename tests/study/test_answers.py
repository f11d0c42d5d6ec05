import numpy as np
import pandas as pd
import pytest
from scipy import stats

from fivefold.study.answers import Standings, compared_models, effect_table, with_facts
from fivefold.study.pairs import REFERENCE
from fivefold.study.questions import GIVEN, Question
from fivefold.tasks.binary import Binary

FOLDS, TRAIN, HELD = 5, 80, 20


@pytest.fixture
def standings():
    """Three variants over five folds: one as good as what is given, one much worse."""
    random = np.random.default_rng(0)
    hard = random.normal(0, 0.02, FOLDS)
    lines = []
    for name, level in ((GIVEN, 0.9), ("alike", 0.9), ("worse", 0.6)):
        for fold in range(FOLDS):
            noise = 0.001 * random.normal()
            line = {"model": name, "fold": fold, "train_rows": TRAIN, "held_out_rows": HELD}
            line |= dict.fromkeys((m.name for m in Binary.metrics), level + hard[fold] + noise)
            lines.append(line | {"seconds": 2.0})
    return Standings(pd.DataFrame(lines), Binary(), Binary.metrics[0], 0.95)


def test_effect_equals_the_corrected_t_test_by_hand(standings):
    question = Question(table="t", variants={"alike": None, "worse": None})
    table = effect_table(question, standings).set_index("variant")
    scored = {name: frame["roc_auc"] for name, frame in standings.by_name.items()}
    gaps = (scored["worse"] - scored[GIVEN]).to_numpy()
    error = np.sqrt(gaps.var(ddof=1) * (1 / FOLDS + HELD / TRAIN))
    found = table.loc["worse", "difference"]
    assert float(found) == pytest.approx(gaps.mean())
    reach = stats.t.ppf(0.975, FOLDS - 1) * error
    assert (found.low, found.high) == pytest.approx((gaps.mean() - reach, gaps.mean() + reach))
    p = 2 * stats.t.sf(abs(gaps.mean() / error), FOLDS - 1)
    assert table.loc["worse", "p_holm"] == pytest.approx(2 * p)  # the smaller of two, by Holm
    assert table["verdict"].to_dict() == {GIVEN: REFERENCE, "alike": "a tie", "worse": "loses"}
    assert float(table.loc[GIVEN, "roc_auc"]) == pytest.approx(scored[GIVEN].mean())


def test_those_tied_with_the_best_are_told(standings):
    assert set(standings.tied_with_best([GIVEN, "alike", "worse"])) == {GIVEN, "alike"}


def test_compared_models_stand_below_those_of_the_run_with_the_verdict_on_the_model(standings):
    run = pd.DataFrame({"model": ["model"], "roc_auc": [0.9], "verdict": [""], "difference": [0.0]})
    for name in ("fit_seconds", "milliseconds_per_row", "rows_fitted", "note"):
        run[name] = 0
    speed = pd.DataFrame(
        {
            "model": ["model", "worse"],
            "what": "model",
            "rows_per_call": 1024,
            "milliseconds_per_row": [0.5, 0.25],
        }
    )
    table = compared_models(run, ["worse"], standings, speed).set_index("model")
    assert list(table.index) == ["model", f"model ({GIVEN})", "worse"]
    assert table["judged_on"].tolist() == ["test rows", "5 folds", "5 folds"]
    assert table.loc["worse", "verdict"] == "wins"
    assert float(table.loc["worse", "difference"]) > 0
    assert table.loc["worse", "milliseconds_per_row"] == 0.25
    assert table.loc["worse", "rows_fitted"] == TRAIN


def test_facts_stand_below_those_of_a_table():
    table = with_facts(pd.DataFrame({"quantity": ["a"], "value": ["1"]}), {"b": "2"})
    assert table.to_numpy().tolist() == [["a", "1"], ["b", "2"]]
