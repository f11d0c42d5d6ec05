from dataclasses import replace

import numpy as np
import pytest
import torch

import fivefold as ff
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.errors import TrainingError
from fivefold.kinds.pixels import PIXELS
from fivefold.models.assemble import digest
from fivefold.models.networks import NETWORKS
from fivefold.models.parts import PARTS
from fivefold.train import contest
from fivefold.train.augmentation import FEW, SOME, decide_ways
from fivefold.train.contest import is_harmless
from fivefold.train.fitted import Fitted
from fivefold.train.stepper import Stepper
from fivefold.train.train import Train


class StoppedError(Exception):
    pass


@pytest.fixture
def contested(monkeypatch):
    """A function: changes of pictures are tried for a part of a run; they make pictures noise."""

    def contest(part):
        monkeypatch.setattr(type(PIXELS), "usual", ("flip",))
        monkeypatch.setattr(type(PIXELS), "doubtful", ("flip",))
        monkeypatch.setattr(type(PIXELS), "contest", part)
        monkeypatch.setattr(type(PIXELS), "often", {})
        known = NETWORKS["convnet"]
        changed = replace(known, habit=replace(known.habit, changed=True))
        monkeypatch.setitem(NETWORKS, "convnet", changed)
        spoilt = {"flip": lambda images, _: torch.randint_like(images, 0, 255)}
        monkeypatch.setattr(type(PARTS[PIXELS]), "changes", spoilt)

    return contest


@pytest.mark.parametrize(("part", "enough"), [(1.0, FEW), (0.5, SOME)])
def test_doubtful_changes_are_tried_where_validation_rows_can_choose(contested, part, enough):
    contested(part)
    assert decide_ways(Train(), [PIXELS], enough) == (("flip",), ())
    assert decide_ways(Train(), [PIXELS], enough - 1) == ((),)
    assert decide_ways(Train(augment=("flip",)), [PIXELS], enough) == (("flip",),)
    assert decide_ways(Train(augment=()), [PIXELS], enough) == ((),)


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_changes_that_cost_are_left_out_and_the_rest_is_as_without_them(make_data, contested, part):
    contested(part)
    data, told = make_data("image", task="multiclass", valid=120), []
    session = Session(device="cpu", observers=(told.append,))
    chosen = Train(epochs=4, batch=32).run(data=data, session=session)
    without = Train(epochs=4, batch=32, augment=()).run(data=data, session=Session(device="cpu"))
    assert chosen.settings.augment == []
    assert digest(chosen.model) == digest(without.model)
    assert chosen.history["valid_loss"].equals(without.history["valid_loss"])
    assert [*chosen.settings.tried] == ["flip", "none"]
    assert chosen.settings.tried["none"] < chosen.settings.tried["flip"]
    assert without.settings.tried is None
    [note] = [e.text for e in told if isinstance(e, Noted) and "kept" in e.text]
    assert note.startswith("Random changes: validation loss ")
    assert note.endswith(" with none; kept: none.")


def test_whole_runs_are_compared_by_their_best_losses(make_data, contested):
    contested(1.0)
    data = make_data("image", task="multiclass")
    settings = {"epochs": 2, "batch": 32}
    runs = [
        Train(**settings, **way).run(data=data, session=Session(device="cpu"))
        for way in ({}, {"augment": ("flip",)}, {"augment": ()})
    ]
    losses = [min(each.history["valid_loss"]) for each in runs[1:]]
    assert runs[0].settings.tried == dict(zip(["flip", "none"], losses, strict=True))


@pytest.mark.parametrize(("part", "stop"), [(1.0, 6), (1.0, 15), (0.5, 5), (0.5, 15), (0.5, 30)])
def test_a_run_killed_in_either_way_ends_with_the_same_bits(
    make_data, contested, tmp_path, monkeypatch, part, stop
):
    contested(part)  # a way has 12 steps, and so has its trial
    data = make_data("image", task="multiclass", valid=120)
    taken = []

    def step(self, *rows):
        taken.append(rows)
        if len(taken) == stop:
            raise StoppedError
        return plain(self, *rows)

    def run(**where):
        settings = {"epochs": 4, "batch": 32, "checkpoint_seconds": 0}
        return Train(**settings).run(data=data, session=Session(device="cpu", **where))

    whole, plain = run(), Stepper.__call__
    identity = {"same": True}
    monkeypatch.setattr(Stepper, "__call__", step)
    with pytest.raises(StoppedError):
        run(directory=tmp_path, identity=identity)
    begun, first = len(taken), (tmp_path / "checkpoint").exists()
    again = run(directory=tmp_path, resume=True, identity=identity)
    assert digest(again.model) == digest(whole.model)
    assert again.settings.tried == whole.settings.tried
    assert again.settings.augment == whole.settings.augment
    if part < 1 and first:  # nothing is tried again
        assert len(taken) - begun <= whole.settings.epochs * 3


@pytest.mark.slow
def test_what_was_tried_fills_the_table_of_a_run(contested):
    contested(1.0)
    pixels = np.random.default_rng(0).integers(0, 255, (300, 8, 8, 1), dtype=np.uint8)
    source = ff.Collect({"picture": pixels, "y": pixels[:, 0, 0, 0] > 128}, target="y")
    stages = [source, ff.Preprocess(), ff.Train(epochs=1), ff.Evaluate()]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    table = result.tables["augmentation_effect"]
    assert list(table["random_changes"]) == ["flip", "none"]
    assert table["kept"].sum() == 1
    assert table["validation_loss"].idxmin() == table["kept"].idxmax()


def bright(rows=700):
    """Pictures of two classes, by brightness."""
    draw, labels = np.random.default_rng(0), np.arange(rows) % 2
    pictures = draw.normal(90, 25, (rows, 16, 16)) + 60 * labels[:, None, None]
    return pictures.clip(0, 255).astype(np.uint8), labels


def sided(rows=700):
    """Pictures of two classes, by the side on which they are bright."""
    draw, labels = np.random.default_rng(0), np.arange(rows) % 2
    pictures = draw.normal(90, 25, (rows, 16, 16))
    pictures[labels == 1, :, 8:] += 60
    pictures[labels == 0, :, :8] += 60
    return pictures.clip(0, 255).astype(np.uint8), labels


def trained(source, **settings):
    stages = [ff.Collect(source), ff.Preprocess(), ff.Train(threads=1, **settings)]
    return ff.Pipeline(stages).run(seed=0, progress=False)[ff.Trained]


@pytest.mark.slow
@pytest.mark.parametrize(("source", "made"), [(bright(), True), (sided(), False)])
def test_mirroring_is_made_unless_it_costs(source, made):
    found = trained(source, model="resnet_small", epochs=16, patience=1)
    assert ("flip" in found.settings.augment) is made
    assert {*found.settings.augment} - {"flip"} == {"shift", "colour"}  # of few epochs


def test_few_epochs_change_nothing_and_what_is_asked_for_is_made():
    short = trained(bright(), model="resnet_small", epochs=1)
    assert (list(short.settings.augment), short.settings.tried) == ([], None)
    asked = trained(bright(), model="resnet_small", epochs=1, augment=("flip", "mixup"))
    assert (list(asked.settings.augment), asked.settings.tried) == (["flip", "mixup"], None)


def test_changes_that_swap_two_of_many_classes_are_harmful():
    draw = np.random.default_rng(0)
    plain, guessed = draw.exponential(0.3, 2000), np.full(2000, np.log(50))
    swapped = plain + np.where(np.arange(2000) % 50 < 2, np.log(2), 0)  # of 50 classes, two
    assert not is_harmless(swapped, plain, guessed)
    assert is_harmless(plain + draw.normal(0.005, 0.3, 2000), plain, guessed)


def test_trial_that_learnt_nothing_shows_no_harmlessness():
    draw = np.random.default_rng(0)
    guessed = np.full(300, 0.7)
    assert not is_harmless(guessed - 0.1, guessed + draw.normal(0, 0.05, 300), guessed)


def test_trial_that_is_ended_by_hand_ends_the_run(monkeypatch, make_data, contested):
    contested(0.5)
    ended = Fitted()
    ended.ending = "interrupted"
    monkeypatch.setattr(contest, "fit", lambda *args: ended)
    data = make_data("image", task="multiclass", valid=120)
    with pytest.raises(KeyboardInterrupt):
        Train(epochs=2).run(data=data, session=Session(device="cpu"))


def test_trial_that_diverges_makes_no_change_and_ends_nothing(monkeypatch, make_data, contested):
    contested(0.5)

    def diverge(*args):
        raise TrainingError("Train: expected a finite loss.")

    monkeypatch.setattr(contest, "fit", diverge)
    data = make_data("image", task="multiclass", valid=120)
    found = Train(epochs=2).run(data=data, session=Session(device="cpu"))
    assert found.settings.augment == []
