"""A result answers on rows like those of its source, or says which stage keeps it from that."""

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import MissingNameError, ParityError

pytestmark = pytest.mark.few_trees


class Scale(ff.Stage):
    """Centres a column."""

    column: str = "w"

    def run(self, collected: ff.Collected) -> ff.Collected:
        table = collected.table
        values = table.column(self.column)
        return collected.replace(table=table.replace({self.column: values - values.mean()}))


class Remark(ff.Stage):
    """Replaces Collected, and copies its table."""

    def run(self, collected: ff.Collected) -> ff.Collected:
        table = collected.table
        copies = {name: table.column(name).copy() for name in table.names}
        return collected.replace(table=table.replace(copies))


def frame() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    w, h = draw.normal(5, size=120), draw.normal(size=120)
    return pd.DataFrame({"w": w, "h": h, "y": np.where(w > 5 + h, "yes", "no")})


def run(*own: ff.Stage, target: str = "y") -> ff.Result:
    stages = [ff.Collect(frame(), target=target), *own, ff.Preprocess(), ff.Train(epochs=1)]
    return ff.Pipeline(stages).run(progress=False)


def test_predict_after_a_stage_that_changed_a_column_is_refused():
    result = run(Scale())
    for ask in (result.predict, result.predict_proba, result.predict):
        with pytest.raises(ParityError) as caught:
            ask(frame())
        assert (caught.value.stages, caught.value.columns) == (("Scale",), ("w",))
    assert str(caught.value) == (
        "Result.predict: expected a model that reads the rows that Collect wrote, found `w` "
        "changed by Scale; the rows to predict would be read without that.\n\n"
        "  `w`   other values in 120 of 120 rows   Scale\n\n"
        "Write it as ff.Derive({...}) or as an ff.Change, which travel with the model; or make the "
        "change in the source, and run the pipeline again."
    )


def test_predict_after_a_stage_that_changed_the_target_is_refused():
    result = run(Scale(column="h"), target="h")
    with pytest.raises(ParityError) as caught:
        result.predict(frame())
    assert caught.value.columns == ("h",)


def test_predict_of_a_slice_that_was_given_a_result_is_refused_alike():
    whole = ff.Pipeline([ff.Collect(frame(), target="y"), Scale(), ff.Preprocess(), ff.Train()])
    first = whole.run(until="preprocess", progress=False)
    second = whole.replace("train", epochs=1)["train":].run(given=first, progress=False)
    with pytest.raises(ParityError, match="changed by Scale"):
        second.predict(frame())


def test_predict_after_a_harmless_stage_compares_once(monkeypatch):
    from fivefold.deploy import changes

    calls = []
    compare = changes.changed_columns
    monkeypatch.setattr(changes, "changed_columns", lambda *a: calls.append(a) or compare(*a))
    result = run(Remark())
    plain = run()
    for rows in (frame(), frame()[:1]):
        assert (result.predict_proba(rows) == plain.predict_proba(rows)).all()
    assert len(calls) == 1


def test_result_with_a_leak_says_so_before_its_scores():
    x = np.random.default_rng(0).normal(size=200)
    honest = pd.DataFrame({"x": x, "y": np.where(x + np.sin(9 * x) > 0, "yes", "no")})

    def result(frame):
        train = ff.Train("mlp", epochs=1, threads=1)
        stages = [ff.Collect(frame, target="y"), ff.Preprocess(), train, ff.Evaluate(baselines=())]
        return ff.Pipeline(stages).run(seed=0, progress=False)

    spoilt = result(honest.assign(alive=np.where(honest["y"] == "yes", "A", "B")))
    assert "; ! 1 serious finding: roc_auc" in repr(spoilt)
    page = spoilt._repr_html_()
    (finding,) = [one for one in spoilt.findings if one.severity == "serious"]
    told = "Column <code>alive</code> alone predicts"
    assert finding.sentence.startswith("Column `alive` alone predicts")
    assert page.index(told) < page.index(">! roc_auc</td>")
    assert page.count(told) == 1
    plain = result(honest)
    assert "; roc_auc" in repr(plain)
    assert "serious" not in plain._repr_html_()


def test_names_of_tables_metrics_and_stages_that_are_not_there_tell_those_that_are():
    train = ff.Train("mlp", epochs=1)
    stages = [ff.Collect("sklearn:iris"), ff.Preprocess(), train, ff.Evaluate(baselines=())]
    result = ff.Pipeline(stages).run(progress=False)
    for mapping, asked, meant in (
        (result.tables, "modelcomparison", "model_comparison"),
        (result.metrics, "acc", "accuracy"),
        (result[ff.Evaluated].metrics, "acc", "accuracy"),
        (result.seconds, "evalute", "evaluate"),
    ):
        with pytest.raises(MissingNameError, match=f'Write "{meant}"'):
            mapping[asked]
    assert "modelcomparison" not in result.tables
