"""Doubtful changes are made where validation rows show that answers stay, and only there."""

import numpy as np
import pytest

import fivefold as ff
from fivefold.train.bearing import is_borne

ROWS = 700


def faces(kind):
    """Pictures of two classes: by brightness, or by the side on which they are bright."""
    draw = np.random.default_rng(0)
    labels = np.arange(ROWS) % 2
    pictures = draw.normal(90, 25, (ROWS, 16, 16))
    for row, label in enumerate(labels):
        if kind == "bright":
            pictures[row] += 60 * label
        else:
            pictures[row, :, 8:] += 60 * label
            pictures[row, :, :8] += 60 * (1 - label)
    return pictures.clip(0, 255).astype(np.uint8), np.array(["a", "b"])[labels]


def trained(source, **settings):
    stages = [ff.Collect(source), ff.Preprocess(), ff.Train(threads=1, **settings)]
    notes = []
    result = ff.Pipeline(stages).run(
        seed=0,
        progress=False,
        observers=[lambda event: notes.append(getattr(event, "text", ""))],
    )
    return result[ff.Trained], " ".join(notes)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "made"), [("bright", True), ("sides", False)])
def test_mirroring_is_decided_by_what_it_does_to_answers(kind, made):
    found, notes = trained(faces(kind), model="resnet_small", epochs=16, patience=1)
    assert ("flip" in found.settings.augment) is made
    assert ("flip leaves answers as they are" in notes) is made
    assert {"shift", "colour", "erase"} <= {*found.settings.augment}


def test_few_epochs_change_nothing_and_what_is_asked_for_is_made():
    source = faces("bright")
    short, notes = trained(source, model="resnet_small", epochs=1)
    assert (list(short.settings.augment), "Tried" in notes) == ([], False)
    asked, notes = trained(source, model="resnet_small", epochs=1, augment=("flip", "mixup"))
    assert (list(asked.settings.augment), "Tried" in notes) == (["flip", "mixup"], False)


def test_change_that_swaps_two_of_many_classes_is_not_borne():
    classes = np.repeat(np.arange(20), 50)
    plain, guessed = np.zeros(1000), np.full(1000, 0.95)
    swapped = np.where(classes < 2, 1.0, 0.0)  # a tenth of all, and all of two
    assert not is_borne(plain, swapped, guessed, classes)
    spread = np.arange(1000) % 10 == 0  # a tenth of each
    assert is_borne(plain, spread.astype(float), guessed, classes)


def test_change_is_not_borne_where_nothing_is_known():
    worst = np.ones(200)
    assert not is_borne(worst, worst, worst * 0.5, None)


def test_trial_that_is_ended_by_hand_ends_the_run(monkeypatch):
    from fivefold.train import bearing
    from fivefold.train.fitted import Fitted

    ended = Fitted()
    ended.ending = "interrupted"
    monkeypatch.setattr(bearing, "fit", lambda *args: ended)
    with pytest.raises(KeyboardInterrupt):
        trained(faces("bright"), model="resnet_small", epochs=16)


def test_trial_that_diverges_makes_no_change_and_ends_nothing(monkeypatch):
    from fivefold.errors import TrainingError
    from fivefold.train import bearing

    def diverge(*args):
        raise TrainingError("Train: expected a finite loss.")

    monkeypatch.setattr(bearing, "fit", diverge)
    monkeypatch.setattr(bearing, "EPOCHS", 1)
    found, notes = trained(faces("bright"), model="resnet_small", epochs=16, time_limit=0.5)
    assert "flip is not made" in notes
    assert "flip" not in found.settings.augment
