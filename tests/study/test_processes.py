import os

import pytest

import fivefold as ff
from fivefold.core.events import Noted
from fivefold.errors import DataError, FivefoldError, TrainingError
from fivefold.study.order import pack_error, pack_event, unpack_error, unpack_event
from own_refits import Die, Fail, Halve


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
    two = quiet(pipeline, n_jobs=2, observers=[notes.append])
    assert two.predictions.equals(one.predictions)
    assert not [event for event in notes if "in this process" in getattr(event, "text", "")]
    paths = {event.path[:2] for event in notes if len(event.path) > 2}
    assert paths == {("cross_validate", f"fold-{fold}") for fold in (1, 2, 3)}
    before = quiet(pipeline, n_jobs=2, directory=tmp_path / "study")
    after = quiet(pipeline, n_jobs=1, directory=tmp_path / "study", resume=True)
    assert before.predictions.equals(one.predictions)
    assert after.predictions.equals(one.predictions)
    assert before.scores.equals(after.scores)


@pytest.mark.slow
def test_error_of_a_process_is_the_original_with_a_note_and_ends_the_others(pipeline):
    place = pipeline.stages
    failing = ff.Pipeline([*place[:2], Fail(), *place[2:]])
    before = children()
    with pytest.raises(LookupError) as caught:
        quiet(failing, n_jobs=2)
    assert caught.value.args == ("no more", 7)
    notes = " ".join(caught.value.__notes__)
    assert "in the unit fold-" in notes
    assert "in Fail" in notes
    assert "own_refits.py" in notes
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
def test_process_that_ends_by_itself_is_told_and_ends_the_study(pipeline):
    place = pipeline.stages
    before = children()
    with pytest.raises(TrainingError, match="found its end with the code -9") as caught:
        quiet(ff.Pipeline([*place[:2], Die(), *place[2:]]), n_jobs=2)
    assert caught.value.unit.startswith("fold-")
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
