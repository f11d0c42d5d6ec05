"""What changes rows is in the bundle: served equals evaluated, on every row, by every door."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed
from fivefold.core.stage import Stage
from fivefold.errors import BundleError, ConfigError, DataError, LeakError, PreflightError
from fivefold.serve import bundle as serving
from fivefold.testing import check_no_leak, check_stage
from fivefold.travel import handed
from fivefold.travel.formulas import Formulas
from own_changes import Area, Fewer, Flip, Sides, Whole

pytestmark = pytest.mark.few_trees

ROWS = 240
FILE = Path(__file__).with_name("own_changes.py")


def frame() -> pd.DataFrame:
    """`w` times `h` says most; cells are missing here and there."""
    draw = np.random.default_rng(0)
    w, h = draw.normal(size=ROWS), draw.normal(size=ROWS)
    w[5], h[7] = np.nan, np.nan
    town = np.array(["Ulm", "Bonn", "Köln", None], object)[draw.integers(4, size=ROWS)]
    born = np.datetime64("1960-01-01") + draw.integers(0, 20_000, ROWS)
    return pd.DataFrame(
        {
            "w": w,
            "h": h,
            "town": town,
            "born": [str(day) for day in born],
            "person": np.array([f"p{n}" for n in draw.integers(40, size=ROWS)], object),
            "y": np.where(np.nan_to_num(w * h) + 0.3 * draw.normal(size=ROWS) > 0, "yes", "no"),
        }
    )


def pipeline(tmp_path: Path, *own: Stage, source: Any = None, **train: Any) -> ff.Pipeline:
    collect = ff.Collect(frame() if source is None else source, target="y", drop=["person"])
    rest = [ff.Preprocess(), ff.Train(epochs=3, threads=1, **train)]
    rest.append(ff.Evaluate(baselines=()))
    return ff.Pipeline([collect, *own, *rest, ff.Deploy(tmp_path / "model.ff")])


DERIVED = ff.Derive(
    {
        "w": "-w",
        "area": "w * h",
        "age": "(date('2026-01-01') - born) / 365.25",
        "where": "where(town == 'Ulm', 'near', lower(town))",
        "km": "lookup(town, 'km', -1)",
        "mean": "group_mean(h, person)",
        "wide": "w > 0",
    },
    tables={"km": {"Ulm": 10, "Bonn": 400}},
)
STAGES: dict[str, tuple[Stage, ...]] = {
    "derived sign": (ff.Derive({"w": "-w"}),),
    "derived column": (ff.Derive({"area": "w * h"}),),
    "own sign": (Flip(),),
    "own column": (Area(),),
    "all": (DERIVED,),
    "one after another": (Flip(column="h"), DERIVED, Area(), Sides()),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STAGES)
def test_bundle_with_changed_rows_serves_what_was_evaluated_by_every_door(name, tmp_path, ask):
    source = tmp_path / "rows.csv"
    frame().to_csv(source, index=False)
    result = pipeline(tmp_path, *STAGES[name], source=source).run(seed=0, progress=False)
    evaluated, parity = result[ff.Evaluated], result[ff.Deployed].parity
    assert parity["fresh_process"]
    assert parity["source_rows"] == parity["rows"] == len(evaluated.index)
    model = ff.load(tmp_path / "model.ff", stages=[Flip, Area, Sides])
    rows = pd.read_csv(source).iloc[evaluated.index].drop(columns="y")
    rows.to_csv(tmp_path / "test.csv", index=False)
    records = json.loads(rows.to_json(orient="records"))
    doors = {
        "frame": model.scores(rows),
        "csv": model.scores(tmp_path / "test.csv"),
        "json": model.scores(records),
        "one by one": np.concatenate([model.scores([record]) for record in records]),
        "result": result.predict_proba(rows),
    }
    for door, scores in doors.items():
        np.testing.assert_allclose(scores, evaluated.scores, atol=1e-5, err_msg=door)
    assert {field.name for field in model.contract.fields} <= set(rows)
    request = model.bundle.json("parity.json")["requests"]["instances"]
    assert np.isfinite(model.scores(request)).all()
    reply = ask(model, "POST", "/predict", json={"instances": records})
    assert reply.json()["predictions"] == model.predict(records).tolist()
    lacking = ask(model, "POST", "/predict", json={"instances": [{"y": "no"}]})
    assert (lacking.status_code, "'w'" in lacking.text) == (422, True)
    assert ask(model, "GET", "/schema").json()["columns"] == list(frame())
    assert ask(model, "GET", "/").status_code == 200


@pytest.mark.slow
def test_bundle_with_changed_rows_is_refused_by_a_reader_of_the_format_before(
    tmp_path, monkeypatch
):
    pipeline(tmp_path, ff.Derive({"area": "w * h"})).run(progress=False)
    assert json.loads(serving.open_bundle(tmp_path / "model.ff").text("rows.json"))
    monkeypatch.setattr(serving, "FORMAT", 2)
    with pytest.raises(BundleError, match="expected format 2 or older, found 3"):
        ff.load(tmp_path / "model.ff")


@pytest.mark.slow
def test_bundle_without_changed_rows_has_the_format_and_the_entries_it_had(tmp_path):
    pipeline(tmp_path).run(progress=False)
    bundle = ff.load(tmp_path / "model.ff").bundle
    assert bundle.manifest["format"] == 2
    assert not any(name.startswith("rows") for name in bundle.entries)


@pytest.mark.slow
def test_bundle_of_an_own_stage_that_is_not_handed_over_is_refused(tmp_path, monkeypatch):
    pipeline(tmp_path, Flip(), Area()).run(progress=False)
    monkeypatch.setattr(handed, "_CLASSES", {})
    with pytest.raises(BundleError) as caught:
        ff.load(tmp_path / "model.ff")
    assert "the stage 'Flip', which is own_changes.py:Flip" in str(caught.value)
    assert caught.value.remedy == (
        "Write load(path, stages=[Flip]), or --with own_changes.py in the shell."
    )
    ff.load(tmp_path / "model.ff", stages=[Flip, Area])


@pytest.mark.slow
def test_command_predicts_with_an_own_stage_of_a_file(tmp_path, monkeypatch):
    from fivefold.cli import main

    result = pipeline(tmp_path, Flip(), Area()).run(progress=False)
    monkeypatch.setattr(handed, "_CLASSES", {})
    frame().to_csv(tmp_path / "new.csv", index=False)
    asked = ["predict", str(tmp_path / "model.ff"), str(tmp_path / "new.csv")]
    assert main([*asked, "--to", str(tmp_path / "out.csv"), "--with", str(FILE)]) == 0
    found = pd.read_csv(tmp_path / "out.csv")["prediction"]
    assert found.tolist() == result.predict(frame()).tolist()


def test_contract_of_a_changed_table_has_the_columns_of_the_source(tmp_path):
    from fivefold.requested import requested

    derive = ff.Derive({"w": "-w", "area": "w * h", "mean": "group_mean(h, person)"})
    result = pipeline(tmp_path, derive).run(until="preprocess", progress=False)
    asked = requested(result[Collected], result[Preprocessed])
    fields = {field.name: field for field in asked.contract.fields}
    assert list(fields) == ["w", "h", "town", "born", "person"]
    assert asked.contract.columns == tuple(frame().columns)
    assert fields["w"].low is None
    assert fields["w"].policy["null"] == "taken as it is by what is made of it"
    assert fields["h"].low is not None
    np.testing.assert_array_equal(asked.table.column("w"), frame().w)


@pytest.mark.parametrize("own", [Whole, Fewer])
def test_own_stage_whose_rows_depend_on_others_is_refused(own, tmp_path):
    with pytest.raises(DataError, match=own.__name__) as caught:
        pipeline(tmp_path, own()).run(until="preprocess", progress=False)
    collected = pipeline(tmp_path).run(until="collect", progress=False)[Collected]
    with pytest.raises(AssertionError, match=own.__name__):
        check_stage(own(), collected)
    if own is Whole:
        assert "to give alone what it gives among others" in str(caught.value)


def test_stages_that_travel_keep_to_what_every_stage_must(tmp_path):
    result = pipeline(tmp_path).run(until="preprocess", progress=False)
    inputs = (result[Collected], result[ff.Partition])
    for stage in (DERIVED, Flip(), Area(), Sides()):
        check_stage(stage, *inputs)


class Encode(Stage):
    """An aggregate fitted on all rows: a leak."""

    def run(self, collected: Collected) -> Collected:
        h, town = (collected.table.column(name) for name in ("h", "town"))
        means = {name: np.nanmean(h[town == name]) for name in set(town)}
        return collected.replace(
            table=collected.table.replace({"w": np.array([means[name] for name in town])})
        )


def test_aggregate_over_all_rows_leaks_and_that_of_derive_does_not(tmp_path):
    chain = [ff.Collect(frame(), target="y"), ff.Preprocess(), ff.Train(epochs=1, threads=1)]
    with pytest.raises(LeakError):
        check_no_leak(ff.Pipeline([chain[0], Encode(), *chain[1:]]))
    derive = ff.Derive({"w": "group_mean(h, town)", "n": "group_count(person)"})
    found = check_no_leak(ff.Pipeline([chain[0], derive, *chain[1:]]))
    assert any("changes" in name for name in found.compared["test"])


@pytest.mark.slow
def test_aggregate_is_fitted_in_every_fold_on_its_training_rows(tmp_path, monkeypatch):
    fitted = []
    original = Formulas.fit.__func__

    def fit(cls, formulas, table, schema, **options):
        step = original(cls, formulas, table, schema, **options)
        (groups,) = step.groups["mean"].values()
        fitted.append((len(table), groups.rest - 100, np.nanmean(table.column("h"))))
        return step

    monkeypatch.setattr(Formulas, "fit", classmethod(fit))
    formulas = {"h": "h + 100", "mean": "group_mean(h, town)"}
    stages = [ff.Derive(formulas), ff.Preprocess()]
    rest = [ff.Train(epochs=1, threads=1), ff.Evaluate(folds=3)]
    ff.Pipeline([ff.Collect(frame(), target="y"), *stages, *rest]).run(progress=False)
    assert len({round(rest, 12) for _, rest, _ in fitted}) >= 4
    assert all(rest == pytest.approx(mean, abs=1e-9) for _, rest, mean in fitted)
    assert all(abs(mean) < 1 for _, _, mean in fitted)  # each from the rows of the source
    assert all(rows < ROWS for rows, _, _ in fitted)


def test_partition_does_not_shift_where_columns_are_derived(tmp_path):
    plain = pipeline(tmp_path).run(until="preprocess", progress=False)
    more = pipeline(tmp_path, DERIVED).run(until="preprocess", progress=False)
    np.testing.assert_array_equal(plain[ff.Partition].test, more[ff.Partition].test)


class Shift(Stage):
    """Changes rows and says nobody."""

    def run(self, collected: Collected) -> Collected:
        table = collected.table
        return collected.replace(table=table.replace({"w": table.column("w") + 1.0}))


@pytest.mark.parametrize("place", [0, 1])
def test_deploy_refuses_what_does_not_travel_beside_what_does(place, tmp_path):
    own: list[Stage] = [ff.Derive({"area": "w * h"})]
    own.insert(place, Shift())
    with pytest.raises(PreflightError) as caught:
        pipeline(tmp_path, *own).run(progress=False)
    assert caught.value.stages == ("Shift",)
    assert caught.value.columns == (("w", "area") if place == 0 else ("w",))
    assert "ff.Derive({...})" in caught.value.remedy


@pytest.mark.slow
def test_run_with_changed_rows_that_is_gone_on_with_ends_alike(tmp_path):
    target, folder = tmp_path / "out", tmp_path / "run"
    target.mkdir()
    whole = pipeline(target, DERIVED, Flip(column="h"), Sides())
    wanted = whole.run(seed=0, progress=False)
    digest = wanted[ff.Deployed].digest
    (target / "model.ff").unlink()
    whole.run(seed=0, directory=folder, until="preprocess", progress=False)
    result = whole.run(seed=0, directory=folder, resume=True, progress=False)
    np.testing.assert_array_equal(result[ff.Evaluated].scores, wanted[ff.Evaluated].scores)
    assert result[ff.Deployed].digest == digest


def test_report_and_statistics_say_what_columns_are_made_of(tmp_path):
    result = pipeline(tmp_path, ff.Derive({"area": "w * h"})).run(until="evaluate", progress=False)
    statistics = result.tables["dataset_statistics"].set_index("column")["made_of"]
    assert statistics[statistics != ""].to_dict() == {"area": "w * h"}
    assert '<td class="name">w * h</td>' in result.report()
    plain = pipeline(tmp_path).run(until="evaluate", progress=False)
    assert "made_of" not in plain.tables["dataset_statistics"]
    assert "made of" not in plain.report()


def test_pipeline_with_derived_columns_goes_through_a_recipe(tmp_path):
    source = tmp_path / "rows.csv"
    frame().to_csv(source, index=False)
    whole = pipeline(tmp_path, DERIVED, Flip(), source=source)
    assert ff.Pipeline.from_json(whole.to_json()).to_json() == whole.to_json()


def test_derive_refuses_all_faulty_formulas_at_once():
    with pytest.raises(ConfigError) as caught:
        ff.Derive({"a": "w +", "b": "lgo(w)"})
    assert "found 2 that are none" in str(caught.value)
    assert "Write log." in str(caught.value)


@pytest.mark.slow
def test_example_with_derived_columns_is_good_and_served(tmp_path):
    space = runpy.run_path(str(FILE.parents[1] / "examples" / "derived.py"))
    assert space["main"](tmp_path) > 0.9
