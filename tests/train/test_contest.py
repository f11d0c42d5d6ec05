from dataclasses import replace

import numpy as np
import pytest
import torch

import fivefold as ff
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.kinds.pixels import PIXELS
from fivefold.models.assemble import digest
from fivefold.models.networks import NETWORKS
from fivefold.models.parts import PARTS
from fivefold.train.augmentation import FEW, decide_ways
from fivefold.train.train import Train


class StoppedError(Exception):
    pass


@pytest.fixture
def contested(monkeypatch):
    """Changes of pictures that are tried against none: they make pictures noise."""
    monkeypatch.setattr(type(PIXELS), "usual", ("flip",))
    monkeypatch.setattr(type(PIXELS), "contested", True)
    monkeypatch.setattr(type(PIXELS), "doubtful", ())
    monkeypatch.setattr(type(PIXELS), "often", 0)
    known = NETWORKS["convnet"]
    changed = replace(known, habit=replace(known.habit, changed=True))
    monkeypatch.setitem(NETWORKS, "convnet", changed)
    spoilt = {"flip": lambda images, _: torch.randint_like(images, 0, 255)}
    monkeypatch.setattr(type(PARTS[PIXELS]), "changes", spoilt)


def test_contested_changes_are_tried_against_none_where_validation_rows_can_choose(contested):
    assert decide_ways(Train(), [PIXELS], FEW) == (("flip",), ())
    assert decide_ways(Train(), [PIXELS], FEW - 1) == (("flip",),)
    assert decide_ways(Train(augment=("flip",)), [PIXELS], FEW) == (("flip",),)
    assert decide_ways(Train(augment=()), [PIXELS], FEW) == ((),)


def test_changes_that_cost_are_left_out_and_the_rest_is_as_without_them(make_data, contested):
    data, told = make_data("image", task="multiclass"), []
    session = Session(device="cpu", observers=(told.append,))
    chosen = Train(epochs=2, batch=32).run(data=data, session=session)
    without = Train(epochs=2, batch=32, augment=()).run(data=data, session=Session(device="cpu"))
    spoilt = Train(epochs=2, batch=32, augment=("flip",)).run(
        data=data, session=Session(device="cpu")
    )
    assert chosen.settings.augment == []
    assert digest(chosen.model) == digest(without.model) != digest(spoilt.model)
    losses = [min(each.history["valid_loss"]) for each in (spoilt, without)]
    assert chosen.settings.tried == dict(zip(["flip", "none"], losses, strict=True))
    assert without.settings.tried is None
    [note] = [e.text for e in told if isinstance(e, Noted) and "kept" in e.text]
    assert note.endswith("kept: none.")


@pytest.mark.parametrize("stop", [1, 6, 9])
def test_a_run_killed_in_either_way_ends_with_the_same_bits(make_data, contested, tmp_path, stop):
    data = make_data("image", task="multiclass")

    class Bomb(ff.Callback):
        steps = 0

        def step(self, run):
            Bomb.steps += 1
            if Bomb.steps == stop:
                raise StoppedError

    def run(*callbacks, **where):
        settings = {"epochs": 2, "batch": 32, "checkpoint_seconds": 0, "callbacks": callbacks}
        return Train(**settings).run(data=data, session=Session(device="cpu", **where))

    whole = run()
    identity = {"same": True}
    with pytest.raises(StoppedError):
        run(Bomb(), directory=tmp_path, identity=identity)
    again = run(directory=tmp_path, resume=True, identity=identity)
    assert digest(again.model) == digest(whole.model)
    assert again.settings.tried == whole.settings.tried


@pytest.mark.slow
def test_what_was_tried_fills_the_table_of_a_run(contested):
    pixels = np.random.default_rng(0).integers(0, 255, (300, 8, 8, 1), dtype=np.uint8)
    source = ff.Collect({"picture": pixels, "y": pixels[:, 0, 0, 0] > 128}, target="y")
    stages = [source, ff.Preprocess(), ff.Train(epochs=1), ff.Evaluate()]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    table = result.tables["augmentation_effect"]
    assert list(table["random_changes"]) == ["flip", "none"]
    assert table["kept"].sum() == 1
    assert table["validation_loss"].idxmin() == table["kept"].idxmax()
