import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import fivefold as ff
from fitting import fit_tensors
from fivefold.core.own import load_file
from fivefold.core.own_code import own_code
from fivefold.core.session import Session
from fivefold.errors import ConfigError, SignatureError
from fivefold.models.assemble import digest
from fivefold.train.callback import Calls
from fivefold.train.checkpoint import Checkpoints
from fivefold.train.optimizer import adamw
from fivefold.train.train import Train

EPOCHS, STEPS = 3, 4


def data():
    x = torch.randn(100, 6, generator=torch.Generator().manual_seed(0))
    y = (x[:, 0] > 0).long()
    return (x[:80], y[:80]), (x[80:], y[80:])


def network():
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))


def run(*callbacks, **options):
    model = network()
    settings = {"loss": F.cross_entropy, "epochs": EPOCHS, "batch": 20, "seed": 5, **options}
    optimizer = adamw(model, lr=0.01, weight_decay=0.0)
    return model, fit_tensors(model, *data(), optimizer=optimizer, callbacks=callbacks, **settings)


class Diary(ff.Callback):
    """Writes down what it is told."""

    folds = True

    def __init__(self):
        self.told, self.losses = [], []

    def begin(self, run):
        self.told.append(("begin", run.epoch, run.step, run.epochs, run.steps, run.path))

    def step(self, run):
        assert run.model.training
        self.losses.append(float(run.loss))
        self.told.append(("step", run.epoch, run.step, run.norm > 0))

    def epoch(self, run):
        self.told.append(("epoch", run.epoch, run.row["epoch"]))

    def end(self, run):
        assert not run.model.training
        self.told.append(("end", run.epoch, run.step, run.fitted.ending))


def test_a_callback_is_told_all_in_order():
    diary = Diary()
    _, fitted = run(diary)
    steps = [
        [("step", epoch, STEPS * (epoch - 1) + n, True) for n in range(1, STEPS + 1)]
        + [("epoch", epoch, epoch)]
        for epoch in range(1, EPOCHS + 1)
    ]
    begun, ended = ("begin", 0, 0, EPOCHS, EPOCHS * STEPS, ("train",)), ("end", 3, 12, "finished")
    assert diary.told == [begun, *steps[0], *steps[1], *steps[2], ended]
    for epoch, row in enumerate(fitted.history):
        mean = sum(diary.losses[STEPS * epoch :][:STEPS]) / STEPS
        assert row["train_loss"] == pytest.approx(mean, rel=1e-6)


def test_looking_on_changes_no_bit():
    one, other = run(Diary())[0], run()[0]
    assert all(map(torch.equal, one.parameters(), other.parameters()))


def test_only_methods_that_are_defined_are_called():
    class Quiet(ff.Callback):
        def epoch(self, run):
            pass

    calls = Calls([Quiet(), Diary(), Quiet()])
    assert [len(calls.defining[name]) for name in ("begin", "step", "epoch", "end", "note")] == [
        *(1, 1, 3, 1, 0)
    ]
    assert not Calls([Quiet()]).at_steps


class Stop(ff.Callback):
    """Ends training at a moment."""

    def __init__(self, moment, at):
        self.moment, self.at = moment, at

    def begin(self, run):
        self._look("begin", 0, run)

    def step(self, run):
        self._look("step", run.step, run)

    def epoch(self, run):
        self._look("epoch", run.epoch, run)

    def _look(self, moment, now, run):
        if (moment, now) == (self.moment, self.at):
            run.stop(f"enough at {moment} {now}")


@pytest.mark.parametrize(
    ("moment", "at", "epochs", "steps"),
    [
        ("begin", 0, 0, 0),
        ("step", 1, 1, 1),
        ("step", 6, 2, 6),
        ("epoch", 2, 2, 8),
        ("epoch", 3, 3, 12),
    ],
)
def test_a_callback_ends_training_with_a_reason(moment, at, epochs, steps):
    model, fitted = run(Stop(moment, at))
    assert (fitted.ending, fitted.reason) == ("stopped", f"enough at {moment} {at}")
    assert (len(fitted.history), fitted.steps) == (epochs, steps)
    assert (fitted.best_epoch > 0) is (epochs > 0)
    assert not model.training


def test_what_has_ended_is_not_stopped_again():
    class Late(ff.Callback):
        def end(self, run):
            run.stop("too late")

    _, fitted = run(Late())
    assert (fitted.ending, fitted.reason) == ("finished", "")


def test_a_failing_callback_is_named():
    class Broken(ff.Callback):
        def epoch(self, run):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        run(Broken())
    assert caught.value.__notes__ == ["in the callback Broken.epoch"]


def test_a_run_that_a_callback_stopped_is_resumed_without_a_step(tmp_path):
    def checkpoints():
        return Checkpoints(tmp_path, identity={}, seconds=0, resume=True)

    first, _ = run(Stop("step", 6), checkpoints=checkpoints())
    diary = Diary()
    second, fitted = run(diary, checkpoints=checkpoints())
    assert (fitted.ending, fitted.reason) == ("stopped", "enough at step 6")
    assert [told[0] for told in diary.told] == ["begin", "end"]
    assert all(map(torch.equal, first.parameters(), second.parameters()))


def test_a_begun_epoch_is_judged_where_a_resumed_run_is_stopped_in_begin(tmp_path):
    def checkpoints():
        return Checkpoints(tmp_path, identity={}, seconds=0, resume=True)

    class Broken(ff.Callback):
        def step(self, run):
            if run.step == 3:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(Broken(), checkpoints=checkpoints())
    _, fitted = run(Stop("begin", 0), checkpoints=checkpoints())
    assert (fitted.steps, fitted.best_epoch, len(fitted.history)) == (2, 1, 1)


def test_stopping_before_the_first_step_is_a_serious_finding(make_data):
    stage = Train("mlp", callbacks=[Stop("begin", 0)])
    trained = stage.run(data=make_data(), session=Session())
    assert digest(trained.model) == trained.first_digest
    (finding,) = [f for f in trained.findings if f.code == "stopped"]
    assert finding.severity == "serious"
    assert "before the first step: enough at begin 0; the network has" in finding.sentence


def test_train_tells_why_a_callback_stopped_it(make_data):
    stop = Stop("epoch", 2)
    trained = Train("mlp", epochs=5, callbacks=[stop]).run(data=make_data(), session=Session())
    assert trained.settings["ending"] == "stopped"
    assert trained.settings["callbacks"] == ["Stop"]
    assert trained.is_whole
    (finding,) = [f for f in trained.findings if f.code == "stopped"]
    assert "ended training in epoch 2 of 5: enough at epoch 2; the weights" in finding.sentence


def test_refits_call_copies_of_those_that_ask_for_it(make_data):
    class Main(Diary):
        folds = False

    diary, main, places = Diary(), Main(), []

    class Where(ff.Callback):
        folds = True

        def begin(self, run):
            places.append(run.path)

    stage = Train("mlp", epochs=1, callbacks=[diary, main, Where()])
    session = Session(is_refit=True, path=("evaluate", "fold-1", "train"))
    found = stage.run(data=make_data(), session=session)
    assert diary.told == main.told == []
    assert places == [("evaluate", "fold-1", "train")]
    assert digest(stage.run(data=make_data(), session=Session()).model) == digest(found.model)
    assert diary.told
    assert main.told
    assert stage.rehearse(data=make_data(), session=Session())
    assert [told[0] for told in diary.told].count("begin") == 1


def test_a_callback_that_cannot_be_copied_says_what_to_do(make_data):
    class Open(Diary):
        def __init__(self):
            self.file = open(__file__)  # noqa: SIM115, PTH123

    stage, session = Train("mlp", epochs=1, callbacks=[Open()]), Session(is_refit=True)
    with pytest.raises(TypeError) as caught:
        stage.run(data=make_data(), session=session)
    stage.callbacks[0].file.close()
    assert "open in begin() what cannot be copied" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ([Diary], "derived from fivefold.Callback: call the class"),
        ([print], "derived from fivefold.Callback"),
        ([Diary(), Diary()], "of one name"),
    ],
)
def test_what_is_no_callback_is_refused_when_built(callbacks, message):
    with pytest.raises(ConfigError, match=message):
        Train(callbacks=callbacks)


def test_a_recipe_names_callbacks_and_is_read_where_they_are_handed_over():
    class Handed(Diary):
        name = "a diary"

    chain = [ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train(callbacks=[Handed()])]
    text = ff.Pipeline(chain).to_json()
    assert json.loads(text)["stages"][-1]["with"]["callbacks"] == ["a diary"]
    with pytest.raises(ConfigError, match="expected a callback that was handed over"):
        ff.Pipeline.from_json(text)
    handed = Handed()
    again = ff.Pipeline.from_json(text, callbacks=[handed])
    assert again["train"].callbacks == (handed,)
    assert again.to_json() == text


class Writer:
    """Stands for that of TensorBoard."""

    made: ClassVar[list] = []

    def __init__(self, folder):
        self.folder, self.scalars, self.weights, self.closed = folder, [], set(), False
        self.made.append(self)

    def add_scalar(self, name, value, step):
        self.scalars.append((name, float(value), step))

    def add_histogram(self, name, values, step):
        assert not values.requires_grad
        self.weights.add(name)

    def close(self):
        self.closed = True


def test_the_board_of_the_docs_draws_every_epoch(make_data, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text()
    text = re.search(r"^class Board.*?^boarded", page, re.MULTILINE | re.DOTALL)[0]
    space = {"ff": ff}
    exec(text.removesuffix("boarded"), space)
    monkeypatch.setattr(Writer, "made", [])
    fake = SimpleNamespace(SummaryWriter=Writer)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", fake)
    stage, board = Train("mlp", epochs=4, batch=20), space["Board"]()
    stage = stage.replace(callbacks=[board])
    trained = stage.run(data=make_data(), session=Session(path=("train",)))
    stage.run(data=make_data(), session=Session(is_refit=True, path=("evaluate", "fold-1")))
    main, fold = Writer.made
    assert (main.folder, fold.folder) == ("boards/train", "boards/evaluate/fold-1")
    assert main.closed
    assert [step for name, _, step in main.scalars if name == "loss of a step"] == [10, 20]
    drawn = [value for name, value, _ in main.scalars if name == "valid_loss"]
    assert drawn == trained.history["valid_loss"].tolist()
    assert "out.weight" in main.weights
    assert board.writer is main


SCRIPT = """
import fivefold as ff

class Base(ff.Callback):
    def step(self, run):
        {step}

class Own(Base):
    def epoch(self, run):
        {epoch}

    def end(self, run):
        {end}

RESUME = {resume}
"""


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"resume": "True"}, True),
        ({"end": "self.done = True"}, True),
        ({"epoch": "run.stop('now')"}, False),
        ({"step": "run.stop('now')"}, False),
    ],
    ids=str,
)
def test_a_callback_is_known_by_what_may_decide_bits(tmp_path, changed, same):
    digests = []
    for name, change in (("first", {}), ("second", changed)):
        parts = {"step": "pass", "epoch": "pass", "end": "1 / 0", "resume": "False", **change}
        path = tmp_path / f"{name}.py"
        path.write_text(SCRIPT.format(**parts))
        digests.append(own_code([load_file(path).Own()]))
    assert (digests[0] == digests[1]) is same
    assert list(digests[0]) == ["Base", "Own"]


def test_a_run_is_resumed_once_the_end_of_its_callback_is_mended(make_data, tmp_path):
    class Breaks(ff.Callback):
        broken = True

        def end(self, run):
            if self.broken:
                raise ZeroDivisionError

    stage, breaks = Train(nn.Linear, epochs=2), Breaks()
    stage = stage.replace(callbacks=[breaks])
    session = Session(directory=tmp_path)
    with pytest.raises(ZeroDivisionError):
        stage.run(data=make_data(), session=session)
    breaks.broken = False
    again = replace(session, resume=True)
    assert stage.run(data=make_data(), session=again).resources.resumed_steps > 0


@pytest.mark.parametrize(
    ("name", "method", "message"),
    [
        ("end", lambda self: None, r"end: expected a method of \(self, run\), found \(self\)"),
        ("note", lambda self, run: None, r"method of \(self, run, text\)"),
        ("step", lambda self, run, *, loss: None, r"found \(self, run, \*, loss\)"),
        ("epoch", staticmethod(lambda: None), r"found \(\)"),
        ("on_epoch_end", lambda self, trainer, module: None, "Write 'epoch'"),
        ("on_train_batch_end", lambda self, batch: None, "Write 'step'"),
        ("on_train_begin", lambda self, logs=None: None, "Write 'begin'"),
        ("epochs", lambda self, run: None, "Write 'epoch'"),
    ],
)
def test_a_method_that_nobody_can_call_is_refused_when_it_is_defined(name, method, message):
    with pytest.raises(SignatureError, match=message):
        type("Own", (ff.Callback,), {name: method})


def test_other_methods_of_ones_own_are_left_alone():
    class Own(ff.Callback):
        def epoch(self, run, *more, sure=True):
            self.steps(3)
            self.told = self.draw_epoch(run)

        def steps(self, number):
            pass

        def draw_epoch(self, run):
            return run.epoch

        @staticmethod
        def step(run):
            pass

    own = Own()
    run(own)
    assert own.told == EPOCHS


def test_a_method_of_one_object_is_called_too():
    own, told = ff.Callback(), []
    own.epoch = lambda run: told.append(run.epoch)
    run(own)
    assert told == [1, 2, 3]


def test_one_callback_pattern_and_change_need_no_list():
    stage = Train(callbacks=Diary(), freeze="layers.*", augment="flip")
    assert [len(stage.callbacks), stage.freeze, stage.augment] == [1, ("layers.*",), ("flip",)]
