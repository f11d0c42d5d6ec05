"""A stage that changes what the model reads is not in the bundle, so the bundle is not made."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.context import Context
from fivefold.core.events import Event, StageStarted, StageTaken
from fivefold.core.finding import Finding
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.deploy.deploy import Deploy
from fivefold.errors import LeakError, PreflightError
from fivefold.partition import Partition
from fivefold.testing import check_no_leak

pytestmark = pytest.mark.few_trees

ROWS = 150


def with_columns(collected: Collected, columns: dict[str, Any], **schema: Any) -> Collected:
    return collected.replace(table=collected.table.replace(columns), **schema)


class Flip(Stage):
    """The issue's first: scored 0.858, served at 0.117."""

    column: str = "w"

    def run(self, collected: Collected) -> Collected:
        return with_columns(collected, {self.column: -collected.table.column(self.column)})


class Area(Stage):
    """The issue's second: the bundle refused the user's own frame."""

    def run(self, collected: Collected) -> Collected:
        table, schema = collected.table, collected.schema
        schema = Schema(
            columns=(*schema.columns, Column(name="area", kind="numeric")),
            targets=schema.targets,
            task=schema.task,
            classes=schema.classes,
        )
        area = table.column("w") * table.column("h")
        return with_columns(collected, {"area": area}, schema=schema)


class Relabel(Stage):
    """Corrects three labels."""

    def run(self, collected: Collected) -> Collected:
        labels = collected.table.column("y").copy()
        labels[:3] = ["yes" if label == "no" else "no" for label in labels[:3]]
        return with_columns(collected, {"y": labels})


class Rebuild(Stage):
    """Builds everything anew, by way of pandas."""

    factor: float = 1.0

    def run(self, collected: Collected) -> Collected:
        table = collected.table
        frame = pd.DataFrame({name: table.column(name) for name in table.names})
        frame["w"] *= self.factor
        return Collected(
            table=Columns({name: frame[name].to_numpy() for name in frame.columns}),
            schema=Schema.from_json(collected.schema.to_json()),
            usable=collected.usable.copy(),
            given=None,
            findings=(),
            provenance=dict(collected.provenance),
        )


class Remark(Stage):
    """Changes all that the model does not read."""

    def run(self, collected: Collected) -> Collected:
        usable = collected.usable.copy()
        usable[::10] = False
        table = collected.table
        notes = np.array([f"row {n}" for n in range(len(table))], object)
        schema = collected.schema.replace("person", role="group")
        schema = Schema(
            columns=(*schema.columns, Column(name="notes", kind="text", role="ignored")),
            targets=schema.targets,
            task=schema.task,
            classes=schema.classes,
        )
        found = Finding(code="odd", severity="note", sentence="Odd rows.", stage="Remark")
        return collected.replace(
            table=table.replace({"notes": notes, "person": table.column("person") + "!"}),
            schema=schema,
            usable=usable,
            findings=(*collected.findings, found),
        )


class Forget(Stage):
    """Takes out rows, against the rule."""

    def run(self, collected: Collected) -> Collected:
        rows = np.arange(len(collected.table) - 10)
        return collected.replace(table=collected.table.take(rows), usable=collected.usable[rows])


class Drop(Stage):
    """Leaves a column out of the table and of the model."""

    def run(self, collected: Collected) -> Collected:
        table = collected.table
        kept = {name: table.column(name) for name in table.names if name != "h"}
        schema = collected.schema.replace("h", role="ignored")
        return collected.replace(table=Columns(kept), schema=schema)


class NeverTrain(Stage):
    def run(self, data: Preprocessed, session: Session) -> Trained:
        raise AssertionError("Train ran")


def frame() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    w, h = draw.normal(size=ROWS), draw.normal(size=ROWS)
    w[5] = np.nan
    town = np.array(["Ulm", "Bonn", "Köln", None], object)[draw.integers(4, size=ROWS)]
    return pd.DataFrame(
        {
            "w": w,
            "h": h,
            "town": town,
            "person": np.array([f"p{n}" for n in draw.integers(40, size=ROWS)], object),
            "y": np.where(np.nan_to_num(w) + 0.3 * draw.normal(size=ROWS) > 0, "yes", "no"),
        }
    )


def pipeline(tmp_path: Path, *own: Stage, train: Stage | None = None) -> ff.Pipeline:
    collect = ff.Collect(frame(), target="y", drop=["person"])
    train = ff.Train(epochs=1, threads=1) if train is None else train
    return ff.Pipeline([collect, *own, ff.Preprocess(), train, Deploy(tmp_path / "model.ff")])


def refused(tmp_path: Path, *own: Stage) -> PreflightError:
    with pytest.raises(PreflightError) as caught:
        pipeline(tmp_path, *own, train=NeverTrain()).run(progress=False)
    assert list(tmp_path.iterdir()) == []
    return caught.value


def test_deploy_of_a_flipped_sign_is_refused_before_the_training(tmp_path):
    error = refused(tmp_path, Flip())
    assert error.stages == ("Flip",)
    assert error.columns == ("w",)
    assert str(error) == (
        "Deploy: expected the model to read the rows that Collect wrote, found `w` changed by "
        "Flip; a bundle does not hold that.\n\n"
        "  `w`   other values in 149 of 150 rows   Flip\n\n"
        "Write it as ff.Derive({...}) or as an ff.Change, which travel with the model; or make the "
        "change in the source, or leave Deploy out."
    )


def test_deploy_of_an_added_column_is_refused_before_the_training(tmp_path):
    error = refused(tmp_path, Area())
    assert (error.stages, error.columns) == (("Area",), ("area",))
    assert "`area` added by Area" in error.summary


def test_deploy_of_a_changed_target_is_refused(tmp_path):
    error = refused(tmp_path, Relabel())
    assert (error.stages, error.columns) == (("Relabel",), ("y",))
    assert error.changes[0].rows == 3


def test_deploy_of_a_table_built_anew_is_refused_where_it_differs(tmp_path):
    error = refused(tmp_path, Rebuild(factor=1 + 1e-12))
    assert (error.stages, error.columns) == (("Rebuild",), ("w",))


def test_deploy_of_fewer_rows_is_refused(tmp_path):
    error = refused(tmp_path, Forget())
    assert error.stages == ("Forget",)
    assert error.columns == ()
    assert "the number of rows changed by Forget" in error.summary
    assert "150, now 140" in error.evidence
    assert error.remedy.startswith("Mark rows in Collected.usable")


def test_deploy_of_rows_changed_after_the_split_was_drawn_is_refused(tmp_path):
    error = refused(tmp_path, ff.Split(), Flip())
    assert (error.stages, error.columns) == (("Flip",), ("w",))


def test_deploy_of_rows_changed_before_the_split_is_refused(tmp_path):
    error = refused(tmp_path, Flip(), ff.Split())
    assert (error.stages, error.columns) == (("Flip",), ("w",))


def test_deploy_after_two_changing_stages_names_both(tmp_path):
    error = refused(tmp_path, Flip(column="h"), Remark(), Area())
    assert error.stages == ("Flip", "Area")
    assert error.columns == ("h", "area")
    assert [change.stages for change in error.changes] == [("Flip",), ("Area",)]


def test_deploy_after_two_changes_of_one_column_names_both_stages(tmp_path):
    error = refused(tmp_path, Flip(), Rebuild(factor=2.0))
    assert error.stages == ("Flip", "Rebuild")
    assert error.columns == ("w",)
    assert "`w` changed by Flip and Rebuild" in error.summary


def test_deploy_after_rows_were_taken_out_and_others_changed_names_all(tmp_path):
    error = refused(tmp_path, Forget(), Flip(), Area())
    assert error.stages == ("Forget", "Flip", "Area")
    assert error.columns == ("w", "area")


def faults(tmp_path: Path, context: Context) -> list[Any]:
    return Deploy(tmp_path / "model.ff").preflight(Session(), context)


@pytest.mark.parametrize(
    "own", [(), (Remark(),), (Rebuild(),), (Drop(),), (Flip(), Flip())], ids=lambda own: str(own)
)
def test_deploy_after_stages_that_change_nothing_for_the_model_is_free_to_go(tmp_path, own):
    result = pipeline(tmp_path, *own).run(until="preprocess", progress=False)
    assert faults(tmp_path, result.context) == []


@pytest.mark.slow
def test_deploy_after_harmless_stages_answers_as_the_model(tmp_path):
    own = (Remark(), ff.Split(), Rebuild(), Drop())
    result = pipeline(tmp_path, *own).run(progress=False)
    assert max(result[ff.Deployed].parity[door] for door in ("frame", "csv", "json")) <= 1e-5
    answers = result.predict_proba(frame())
    np.testing.assert_allclose(
        ff.load(tmp_path / "model.ff").predict_proba(frame()), answers, atol=1e-5
    )


def test_deploy_of_handed_over_artifacts_is_refused_at_once(tmp_path):
    whole = pipeline(tmp_path, Flip(), train=NeverTrain())
    first = whole[:3].run(progress=False)
    with pytest.raises(PreflightError) as caught:
        whole["never_train":].run(given=first, progress=False)
    assert (caught.value.stages, caught.value.columns) == (("Flip",), ("w",))


def test_deploy_of_a_slice_that_is_given_loose_rows_compares_with_these(tmp_path):
    whole = pipeline(tmp_path, Area(), train=NeverTrain())
    first = whole.run(until="collect", progress=False)
    with pytest.raises(PreflightError, match="the rows that were handed over") as caught:
        whole["area":].run(given=[first[Collected]], progress=False)
    assert caught.value.columns == ("area",)


def test_deploy_of_artifacts_without_a_history_is_free_to_go(tmp_path):
    first = pipeline(tmp_path, Flip())[:3].run(progress=False)
    loose = Context.of([first[kind] for kind in (Collected, Partition, Preprocessed)])
    assert faults(tmp_path, loose) == []


def test_deploy_of_rows_read_from_a_labelled_artifact_is_refused(tmp_path):
    class Flip(Stage):
        def run(self, collected: Collected) -> Annotated[Collected, "flipped"]:
            return with_columns(collected, {"w": -collected.table.column("w")})

    class Preprocess(Stage):
        def run(
            self, rows: Annotated[Collected, "flipped"], partition: Partition, session: Session
        ) -> Preprocessed:
            return ff.Preprocess().run(rows, partition, session)

    stages = [ff.Collect(frame(), target="y"), Flip(), Preprocess(), NeverTrain()]
    with pytest.raises(PreflightError, match="that Collect wrote") as caught:
        ff.Pipeline([*stages, Deploy(tmp_path / "model.ff")]).run(progress=False)
    assert (caught.value.stages, caught.value.columns) == (("Flip",), ("w",))


@pytest.mark.slow
def test_deploy_of_a_run_that_is_gone_on_with_is_refused_alike(tmp_path):
    target, folder = tmp_path / "out", tmp_path / "run"
    target.mkdir()
    whole = pipeline(target, Flip(), train=NeverTrain())
    with pytest.raises(PreflightError) as first:
        whole.run(directory=folder, progress=False)
    events: list[Event] = []
    with pytest.raises(PreflightError) as caught:
        whole.run(directory=folder, resume=True, progress=False, observers=[events.append])
    assert str(caught.value) == str(first.value)
    assert [e.path for e in events if isinstance(e, StageTaken)] == [
        ("collect",),
        ("flip",),
        ("preprocess",),
    ]
    assert not any(isinstance(event, StageStarted) for event in events)


@pytest.mark.slow
def test_deploy_of_a_harmless_stage_in_a_run_that_is_gone_on_with_is_free_to_go(tmp_path):
    whole, folder = pipeline(tmp_path, Remark()), tmp_path / "run"
    for until in ("remark", "preprocess", "preprocess"):
        result = whole.run(directory=folder, resume=True, until=until, progress=False)
    assert [w.writer for w in result.context.history(Collected)] == ["Collect", "Remark"]
    assert faults(tmp_path, result.context) == []


def test_deploy_names_a_changed_table_beside_a_path_that_is_taken(tmp_path):
    (tmp_path / "thesis.ff").write_text("mine")
    context = pipeline(tmp_path, Flip())[:3].run(progress=False).context
    path, table = Deploy(tmp_path / "thesis.ff").preflight(Session(), context)
    assert path.facts["path"] == tmp_path / "thesis.ff"
    assert table.facts["columns"] == ("w",)


class Encode(Stage):
    """Target encoding over all rows: a leak."""

    def run(self, collected: Collected) -> Collected:
        town, label = collected.table.column("town"), collected.table.column("y") == "yes"
        means = {name: label[town == name].mean() for name in set(town)}
        means[None] = label.mean()
        schema = collected.schema.replace("town", kind="numeric")
        rates = np.array([means[name] for name in town])
        return with_columns(collected, {"town": rates}, schema=schema)


def test_leaky_stage_is_caught_with_and_without_deploy(tmp_path):
    whole = pipeline(tmp_path, Encode())
    for checked in (whole, whole[:4], whole[:4].run(progress=False)):
        with pytest.raises(LeakError):
            check_no_leak(checked)
    assert refused(tmp_path, Encode()).columns == ("town",)


def test_leak_probe_of_a_changing_stage_that_does_not_leak_is_not_disturbed(tmp_path):
    assert check_no_leak(pipeline(tmp_path, Flip(), Area())).rows["test"] == 30
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_folds_with_a_changing_stage_run_as_before():
    def folds(*own: Stage, source: pd.DataFrame) -> Any:
        stages = [ff.Collect(source, target="y", drop=["person"]), *own, ff.Preprocess()]
        evaluate = ff.Evaluate(folds=2, baselines=("constant",))
        run = ff.Pipeline([*stages, ff.Train(epochs=1, threads=1), evaluate]).run(progress=False)
        return run[ff.Evaluated].folds

    flipped = frame().assign(w=lambda f: -f["w"])
    assert str(folds(Flip(), source=frame())) == str(folds(source=flipped))


def test_changes_of_many_columns_are_told_in_few_words(tmp_path):
    class Scale(Stage):
        def run(self, collected: Collected) -> Collected:
            table = collected.table
            names = [column.name for column in collected.schema.inputs]
            return with_columns(collected, {name: table.column(name) * 2 for name in names})

    values = np.random.default_rng(0).normal(size=(80, 40))
    wide = pd.DataFrame(values, columns=[f"c{n}" for n in range(40)])
    wide["y"] = values[:, 0]
    stages = [ff.Collect(wide, target="y"), Scale(), ff.Preprocess(), NeverTrain()]
    with pytest.raises(PreflightError) as caught:
        ff.Pipeline([*stages, Deploy(tmp_path / "model.ff")]).run(progress=False)
    assert "`c0`, `c1`, `c2` and 37 more changed by Scale" in caught.value.summary
    assert caught.value.evidence.count("\n") == 20
    assert caught.value.evidence.endswith("and 20 more")
    assert len(caught.value.columns) == 40
