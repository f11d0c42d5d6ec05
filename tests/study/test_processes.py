import os
import subprocess
import sys

import pytest
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import fivefold as ff
from fivefold.core.events import Noted
from fivefold.errors import DataError, FivefoldError, TrainingError
from fivefold.kinds.known import KINDS
from fivefold.study import study as at_work
from fivefold.study.crew import Crew
from fivefold.study.order import pack_error, pack_event, same_stages, unpack_error, unpack_event
from own_kinds import Colour
from own_refits import Die, Fail, Halve, Nearest, doubled


def quiet(pipeline, **settings):
    return ff.cross_validate(pipeline, progress=False, **{"folds": 3, "seed": 1, **settings})


def with_stages(pipeline, *stages):
    return ff.Pipeline([pipeline.stages[0], *stages, *pipeline.stages[1:]])


def children():
    """Processes whose parent is this one."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"{entry.path}/stat") as file:  # noqa: PTH123
                    if int(file.read().rsplit(")", 1)[1].split()[1]) == os.getpid():
                        found.append(entry.name)
            except OSError:
                pass
    return found


@pytest.mark.slow
def test_two_processes_give_the_bits_of_one_with_stages_of_a_file_too(pipeline, tmp_path):
    pipeline = with_stages(pipeline, Halve(column="a"))
    notes = []
    one = quiet(pipeline)
    kept = {"directory": tmp_path / "study"}
    two = quiet(pipeline, n_jobs=2, observers=[notes.append], **kept)
    assert two.predictions.equals(one.predictions)
    assert not [event for event in notes if "in this process" in getattr(event, "text", "")]
    paths = {event.path[:2] for event in notes if len(event.path) > 2}
    assert paths == {("cross_validate", f"fold-{fold}") for fold in (1, 2, 3)}
    after = quiet(pipeline, n_jobs=1, resume=True, **kept)
    assert after.predictions.equals(one.predictions)
    assert two.scores.equals(after.scores)


@pytest.mark.slow
def test_error_in_every_process_is_told_with_the_place_where_it_arose(pipeline):
    place = pipeline.stages
    failing = ff.Pipeline([*place[:2], Fail(), *place[2:]])
    before = children()
    with pytest.raises(TrainingError, match="found none among") as caught:
        quiet(failing, n_jobs=2)
    assert "LookupError: ('no more', 7)\n    (in Fail)" in str(caught.value)
    assert "own_refits.py" in caught.value.__notes__[0]
    assert children() == before


@pytest.mark.slow
def test_interruption_ends_all_processes(pipeline):
    before = children()

    def interrupt(event):
        if len(event.path) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quiet(pipeline.replace("train", epochs=90, patience=90), n_jobs=2, observers=[interrupt])
    assert children() == before


def test_what_cannot_be_written_down_runs_here_and_says_so_once(pipeline):
    from torch import nn

    notes = []
    own = pipeline.replace("train", model=lambda inputs, outputs: nn.Linear(inputs, outputs))
    found = quiet(own, n_jobs=2, observers=[notes.append])
    assert found.predictions.equals(quiet(own).predictions)
    said = [e.text for e in notes if isinstance(e, Noted) and "in this process" in e.text]
    assert len(said) == 1
    assert "<lambda>" in said[0]


def test_stage_that_stands_in_no_file_runs_here_and_says_so(pipeline):
    class Same(ff.Stage):
        def run(self, data: ff.Preprocessed) -> ff.Preprocessed:
            return data

    notes, plain = [], quiet(pipeline)
    place = pipeline.stages
    own = ff.Pipeline([*place[:2], Same(), *place[2:]])
    found = quiet(own, n_jobs=2, observers=[notes.append])
    assert found.predictions.equals(plain.predictions)
    assert any("Same elsewhere" in getattr(event, "text", "") for event in notes)


@pytest.mark.slow
def test_process_that_ends_by_itself_costs_its_unit_and_others_go_on(pipeline):
    place = pipeline.stages
    before = children()
    dies = ff.Pipeline([*place[:2], Die(), *place[2:]])
    models = {"lives": dies.replace("die", short=False), "dies": dies}
    settings = {"folds": 2, "progress": False}
    found = ff.compare(models, n_jobs=2, **settings)
    why = found.table.set_index("model")["why"]
    assert why["lives"] == ""
    assert "found its end with the code -9" in why["dies"]
    alone = {"lives": models["lives"], "plain": pipeline}
    wanted = ff.compare(alone, **settings).scores
    kept = [each[each["model"] == "lives"]["roc_auc"].tolist() for each in (found.scores, wanted)]
    assert kept[0] == kept[1]
    assert children() == before


def test_events_and_errors_survive_the_way():
    event = Noted(path=("train",), text="ü")
    assert unpack_event(pack_event(event)) == event
    error = DataError.expected("a.csv", "rows", 0, "Add rows.", row=3)
    made = unpack_error(pack_error(error))
    assert type(made) is DataError
    assert str(made) == str(error)
    assert made.row == 3
    assert isinstance(made, FivefoldError)


@pytest.mark.slow
def test_estimators_of_all_sorts_are_fitted_in_other_processes_to_the_same_bits(pipeline):
    stack = StackingClassifier([("a", Nearest(0.5)), ("b", RandomForestClassifier(4))], cv=3)
    scaled = make_pipeline(FunctionTransformer(doubled), StandardScaler(), LogisticRegression())
    models = {"net": pipeline, "stack": stack, "scaled": scaled, "own": Nearest(2.0)}
    notes = []
    settings = {"folds": 2, "seed": 1, "progress": False}
    one = ff.compare(models, **settings)
    two = ff.compare(models, n_jobs=2, observers=[notes.append], **settings)
    assert not [event for event in notes if "One refit" in getattr(event, "text", "")]
    assert two.scores.drop(columns="seconds").equals(one.scores.drop(columns="seconds"))


def test_estimator_that_no_text_can_tell_runs_here_and_says_what_and_why(pipeline):
    notes = []
    secret = make_pipeline(FunctionTransformer(lambda x: x), LogisticRegression())
    quiet(pipeline.replace("train", ff.Train(secret)), n_jobs=2, observers=[notes.append])
    said = [e.text for e in notes if isinstance(e, Noted) and "One refit" in e.text]
    assert len(said) == 1
    assert "found <lambda> in Train.model. Leave out n_jobs" in said[0]


GARBLED = """
import json, sys
print(json.dumps({"ready": True}), flush=True)
sys.stdin.readline(); sys.stdin.readline()
sys.stdout.write('{"done": "uni'); sys.stdout.flush()
"""
HOLDS_ON = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"], stdin=subprocess.DEVNULL)
os._exit(3)
"""


@pytest.mark.parametrize(("script", "code"), [(GARBLED, 0), (HOLDS_ON, 3)])
def test_process_that_ends_within_a_line_or_leaves_its_pipe_to_a_child_is_noticed(
    monkeypatch, script, code
):
    import fivefold.study.crew as crew

    begin = crew.subprocess.Popen
    monkeypatch.setattr(crew, "LOOK", 0.2)
    monkeypatch.setattr(
        crew.subprocess, "Popen", lambda command, **how: begin([command[0], "-c", script], **how)
    )
    team = Crew(1, {})
    with pytest.raises(TrainingError, match=f"found its end with the code {code}") as caught:
        list(team.work([{"name": "unit"}], print))
    assert caught.value.unit == "unit"
    team.close()


def test_study_goes_on_here_after_all_processes_are_ended_where_one_is_not_ready(
    pipeline, monkeypatch
):
    from fivefold.study.study import Study

    wanted = at_work.wanted_by
    monkeypatch.setattr(
        "fivefold.study.study.wanted_by", lambda units: {**wanted(units), "files": ["/none.py"]}
    )
    here, before, notes = [], children(), []
    fit = Study._done_here

    def look(self, unit, identity):
        here.append(children() == before)
        return fit(self, unit, identity)

    monkeypatch.setattr(Study, "_done_here", look)
    quiet(pipeline, n_jobs=2, observers=[notes.append])
    assert here == [True] * 3
    said = [e.text for e in notes if isinstance(e, Noted) and "One refit" in e.text]
    assert said == [
        "One refit after another, in this process: /none.py: expected a Python file, found none. "
        "Name the .py file that defines the class of your own."
    ]


SCRIPT = """
import fivefold as ff
from fivefold.artifacts import Preprocessed

print("from the top")

class Same(ff.Stage):
    def run(self, data: Preprocessed) -> Preprocessed:
        return data

rows = {"a": [float(n % 7) for n in range(120)], "y": ["no", "yes"] * 60}
GUARD
    stages = [ff.Collect(rows, target="y"), ff.Preprocess(), Same(), ff.Train("mlp", epochs=1)]
    ff.cross_validate(ff.Pipeline(stages), folds=2, n_jobs=2)
"""


@pytest.mark.slow
def test_script_without_a_guard_is_not_run_again_and_is_told_what_it_lacks(tmp_path):
    for guard, runs in (("if True:", 1), ('if __name__ == "__main__":', 3)):
        script = tmp_path / "script.py"
        script.write_text(SCRIPT.replace("GUARD", guard))
        done = subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        said = done.stdout + done.stderr
        assert said.count("from the top") == runs
        lacks = 'Put what runs below `if __name__ == "__main__":`'
        assert (lacks in " ".join(said.split())) == (runs == 1)


@pytest.mark.parametrize("kept", [False, True])
def test_models_of_any_name_are_compared_and_found_again(pipeline, tmp_path, kept):
    names = ["a/b", "..", "CON", "x" * 300, "Wide", "wide", "ä: <b>", " ", ""]
    models = dict.fromkeys(names, pipeline.replace("train", ff.Train(LogisticRegression())))
    where = {"directory": tmp_path / "study"} if kept else {}
    found = ff.compare(models, folds=2, progress=False, **where)
    assert sorted(found.table["model"]) == sorted(names)
    assert found.scores.groupby("fold")["log_loss"].nunique().max() == 1
    if kept:
        notes = []
        ff.compare(models, folds=2, progress=False, resume=True, observers=[notes.append], **where)
        told = [event.text for event in notes if isinstance(event, Noted)]
        assert any(f"{2 * len(names)} of {2 * len(names)} refits are taken" in t for t in told)
        assert {path.name for path in tmp_path.iterdir()} == {"study"}


def test_kinds_of_one_name_with_other_arguments_collect_other_rows(monkeypatch):
    monkeypatch.setattr(KINDS, "_own", {})

    class Bounded(Colour):
        def __init__(self, most):
            self.most = most

    one, again, other = ([ff.Collect("a.csv", kinds={"a": Bounded(n)})] for n in (1, 1, 2))
    assert same_stages(one, again)
    assert not same_stages(one, other)
