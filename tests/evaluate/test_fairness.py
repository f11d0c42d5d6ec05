"""Groups that are named: how a model fares on each, and how far they lie apart."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import confusion_matrix

import fivefold as ff
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.errors import DataError, PreflightError
from fivefold.metrics.intervals import wilson
from fivefold.sensitive import FEW_VALUES, groupings, sensitive_faults

QUICK = {"baselines": (), "target": "paid"}


def made(rows: int = 1200, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": draw.choice(["man", "woman"], rows),
            "place": draw.choice(["near", "far", "isle"], rows, p=[0.5, 0.48, 0.02]),
            "age": draw.integers(18, 90, rows),
            "children": draw.integers(0, 3, rows),
            "seen": pd.date_range("2020-01-01", periods=rows),
            "count": draw.integers(1, 5, rows).astype(float),
        }
    )
    true = draw.random(rows) < 0.4
    told = draw.random(rows) * 0.5 + np.where(true, 0.35, 0.05)
    told -= 0.25 * ((frame["sex"] == "woman") & true)
    return frame.assign(paid=np.where(true, "yes", "no"), p=told.clip(0.01, 0.99))


@pytest.fixture(scope="module")
def result() -> ff.Result:
    asked = {"prediction": "p", "sensitive": ["sex", "place", "children"]}
    return ff.audit(made(), **asked, drop=["sex"], weight="count", **QUICK)


def test_rates_of_a_group_are_those_of_its_rows_whether_the_model_reads_the_column(result):
    frame, table = made(), result.tables["fairness"]
    assert table["group"].iloc[0] == "all test rows"
    for column, group in (("sex", "woman"), ("place", "near"), ("children", "2")):
        rows = frame[frame[column].astype(str) == group]
        line = table[(table["column"] == column) & (table["group"] == group)].iloc[0]
        true, said = rows["paid"] == "yes", rows["p"] > 0.5
        (tn, fp), (fn, tp) = confusion_matrix(true, said)
        assert line["rows"] == len(rows)
        assert_allclose(line["positive_rate"], said.mean())
        assert_allclose(line["true_positive_rate"], tp / (tp + fn))
        assert_allclose(line["false_positive_rate"], fp / (fp + tn))
        assert_allclose(line["precision"], tp / (tp + fp))
        found = line["true_positive_rate"]
        assert_allclose((found.low, found.high), wilson(tp, tp + fn), atol=1e-9)
        assert found.n == tp + fn
    assert "weighted_roc_auc" in table
    isle = table[table["group"] == "isle"].iloc[0]
    assert isle["note"] == "too few rows"
    assert np.isnan(isle["positive_rate"])


def test_gaps_are_those_of_the_worst_column_and_count_no_small_group(result):
    frame, gaps = made(), result.tables["fairness_gaps"]
    said, true = frame["p"] > 0.5, frame["paid"] == "yes"
    rates = said[true].groupby(frame["sex"]).mean()
    apart = float(rates["man"] - rates["woman"])
    for name in ("equal_opportunity_gap", "equalised_odds_gap"):
        found = result.metrics[name]
        assert_allclose(found, apart)
        assert 0 < found.low < apart < found.high < 1
    lines = gaps[gaps["gap"] == "equalised_odds_gap"].set_index("column")
    worst = lines.loc["sex"]
    assert (worst["more"], worst["less"], worst["of"]) == ("man", "woman", "true_positive_rate")
    assert lines.loc["place", "left_out"] == 1
    assert lines.loc["place", "groups"] == 2
    assert list(lines.index) == ["sex", "place", "children", "sex and place", "sex and children",
                                 "place and children"]  # fmt: skip
    assert worst["p"] < 1e-4 < lines.loc["children", "p"]
    weight = frame["count"]
    some = [true & (frame["sex"] == sex) for sex in ("man", "woman")]
    heavy = [np.average(said[rows], weights=weight[rows]) for rows in some]
    assert_allclose(result[ff.Evaluated].weighted["equal_opportunity_gap"], heavy[0] - heavy[1])


def test_finding_names_the_groups_and_the_rate_that_differs(result):
    [told] = [one for one in result.findings if one.code == "unequal_groups"]
    assert told.severity == "warning"
    assert told.numbers["columns"] == ["sex"]
    assert told.sentence.startswith("Rows that are `yes` are found unlike often in groups: 0.")
    assert "where `sex` is `man`" in told.sentence


@pytest.mark.slow
def test_report_and_notes_show_the_groups(result, tmp_path):
    result.report(tmp_path / "audit.html")
    page = (tmp_path / "audit.html").read_text()
    assert "Equal shares of answers" in page
    assert "woman" in page


def test_numbers_have_errors_in_place_of_rates():
    frame = made().drop(columns=["paid", "p"])
    draw = np.random.default_rng(3)
    truth = draw.normal(size=len(frame))
    said = truth + draw.normal(size=len(frame)) * 0.5 + (frame["sex"] == "woman") * 0.6
    asked = {"target": "y", "prediction": "said", "sensitive": "sex", "baselines": ()}
    result = ff.audit(frame.assign(y=truth, said=said), **asked)
    off = said - truth
    by = off.groupby(frame["sex"]).mean()
    assert_allclose(result.metrics["mean_error_gap"], by["woman"] - by["man"], rtol=1e-6)
    table = result.tables["fairness"].set_index("group")
    assert_allclose(
        table.loc["woman", "mean_absolute_error"], off[frame["sex"] == "woman"].abs().mean()
    )
    [told] = [one for one in result.findings if one.code == "unequal_groups"]
    assert told.numbers["quantity"] == "mean_error"


def test_columns_that_are_not_there_or_divide_nothing_are_refused_with_a_remedy():
    frame = made()
    with pytest.raises(DataError, match='Write "place"'):
        ff.audit(frame, prediction="p", sensitive="plaec", **QUICK)
    with pytest.raises(DataError, match=r"(?s)'seen', which is datetime.*ff\.Derive"):
        ff.audit(frame, prediction="p", sensitive="seen", **QUICK)
    with pytest.raises(DataError, match="'paid', the target"):
        ff.audit(frame, prediction="p", sensitive="paid", **QUICK)
    pipeline = ff.Pipeline(
        [
            ff.Collect(frame, target="paid"),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(sensitive="sxe"),
        ]
    )
    with pytest.raises(DataError, match='Write "sex"'):
        pipeline.run(progress=False)
    labels = frame.assign(paid=["a;b", "b"] * 600).drop(columns="p")
    known = ff.Pipeline([ff.Collect(labels, target="sex", task="anomaly", positive="man")])
    schema = known.run(progress=False)[ff.Collected].schema
    assert not sensitive_faults(["place"], schema, "here")  # alarms have rates
    assert isinstance(sensitive_faults(["place"], _open(schema), "here")[0], PreflightError)


def _open(schema):
    from dataclasses import replace

    return replace(schema, classes=(), task="unlabelled")


def test_gaps_can_be_required_where_groups_are_compared():
    known = ff.Pipeline([ff.Collect(made(), target="paid")]).run(progress=False)
    asked = {"equalised_odds_gap": ("<", 0.1), "demographic_parity_gap": 0.2}
    stage, found = ff.Evaluate(require=asked), Context.of([known[ff.Collected]])
    assert [fault.name for fault in stage.preflight(Session(), found)] == [*asked]
    assert not stage.replace(sensitive="sex").preflight(Session(), found)


def test_numbers_are_cut_into_quarters_and_few_of_them_are_groups_each():
    frame = made()
    known = ff.Pipeline([ff.Collect(frame, target="paid", drop="p")]).run(progress=False)
    collected = known[ff.Collected]
    age, children, both = groupings(collected.table, collected.schema, ["age", "children"])
    assert [one.rows for one in age.groups] == pytest.approx([300] * 4, abs=20)
    assert age.groups[0].told.startswith("below")
    assert {one.told for one in children.groups} == {"0", "1", "2"}
    assert frame["age"].nunique() > FEW_VALUES
    assert sum(one.rows for one in both.groups) == len(frame)
