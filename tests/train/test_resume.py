from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import fit_tensors
from fivefold.models.part import Part
from fivefold.train.augmentation import make_mix
from fivefold.train.checkpoint import Checkpoints
from fivefold.train.optimizer import adamw

ROWS, BATCH, EPOCHS = 150, 32, 5
STEPS = ROWS // BATCH * EPOCHS


class StoppedError(Exception):
    pass


def data():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(ROWS + 50, 6, generator=generator)
    y = (x[:, 0] * x[:, 1] > 0).long()
    return (x[:ROWS], y[:ROWS]), (x[ROWS:], y[ROWS:])


def network():
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Linear(6, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2)
    )


def plain_sgd(model):
    return torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)


def fused(model):
    return adamw(model, lr=0.01, weight_decay=0.1)


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=0.01)


def run(folder, *, stop=None, resume=True, make=fused, **options):
    """A fit that saves after every step, and may be stopped after some of them."""
    model, done = network(), 0

    def loss(outputs, target, weight=None):
        nonlocal done
        if model.training:
            if done == stop:
                raise StoppedError
            done += 1
        if weight is None:
            return F.cross_entropy(outputs, target)
        return (F.cross_entropy(outputs, target, reduction="none") * weight).sum(), weight.sum()

    checkpoints = Checkpoints(folder, identity={}, seconds=0, resume=resume)
    settings = {"epochs": EPOCHS, "batch": BATCH, "seed": 5, **options}
    fitted = fit_tensors(
        model,
        *data(),
        loss=loss,
        optimizer=make(model),
        checkpoints=checkpoints,
        **settings,
    )
    return model, fitted, done


def bits(model, fitted):
    rows = [{k: v for k, v in row.items() if k != "seconds"} for row in fitted.history]
    return [t.tolist() for t in model.state_dict().values()], rows, fitted.best_epoch, fitted.norms


class Mean(Part):
    mixes = {"mean": lambda rows, others, _: ((rows + others) / 2, torch.full((len(rows),), 0.5))}  # noqa: RUF012


@pytest.mark.parametrize("make", [fused, plain_sgd, adam])
@pytest.mark.parametrize("stops", [(1,), (6, 3), (4, 4, 4), (19,)])
def test_fit_stopped_at_any_step_ends_with_the_same_bits(tmp_path, stops, make):
    whole = bits(*run(tmp_path / "whole", make=make)[:2])
    for stop in stops:
        with pytest.raises(StoppedError):
            run(tmp_path / "parts", stop=stop, make=make)
    model, fitted, done = run(tmp_path / "parts", make=make)
    assert bits(model, fitted) == whole
    assert done == STEPS - sum(stops)
    assert fitted.resumed == sum(stops)


@pytest.mark.parametrize(
    "options",
    [
        {"ema": 0.9},
        {"pieces": 2},
        {"precision": "bf16"},
        {"clip": None, "schedule": "onecycle"},
        {"augment": lambda rows: rows + torch.randn_like(rows)},
        {"mix": make_mix(["mean"], [SimpleNamespace(part=Mean(), size=None)])},
    ],
    ids=lambda options: " ".join(options),
)
def test_fit_resumes_to_the_bit_with_other_settings(tmp_path, options):
    whole = bits(*run(tmp_path / "whole", **options)[:2])
    with pytest.raises(StoppedError):
        run(tmp_path / "parts", stop=7, **options)
    assert bits(*run(tmp_path / "parts", **options)[:2]) == whole


def test_a_finished_fit_is_resumed_without_a_step(tmp_path):
    whole = bits(*run(tmp_path)[:2])
    model, fitted, done = run(tmp_path)
    assert done == 0
    assert bits(model, fitted) == whole


def test_a_fit_that_stopped_early_is_resumed_without_a_step(tmp_path):
    first = run(tmp_path, patience=1, epochs=30)
    assert first[1].ending == "stopped early"
    again = run(tmp_path, patience=1, epochs=30)
    assert again[2] == 0
    assert bits(*again[:2]) == bits(*first[:2])


def test_saving_changes_no_bit(tmp_path):
    model = network()
    settings = {"loss": F.cross_entropy, "epochs": EPOCHS, "batch": BATCH, "seed": 5}
    fitted = fit_tensors(model, *data(), optimizer=fused(model), **settings)
    assert bits(model, fitted) == bits(*run(tmp_path)[:2])


def test_the_state_before_a_torn_one_is_gone_on_from(tmp_path):
    whole = bits(*run(tmp_path / "whole")[:2])
    with pytest.raises(StoppedError):
        run(tmp_path / "parts", stop=9)
    newest = max((tmp_path / "parts").iterdir())
    newest.write_bytes(newest.read_bytes()[:1000])
    model, fitted, done = run(tmp_path / "parts")
    assert done == STEPS - 8
    assert bits(model, fitted) == whole


class Counting(torch.optim.SGD):
    """Keeps a number of its own in its groups, as some optimizers do."""

    def step(self, closure=None):
        for group in self.param_groups:
            group["seen"] = group.get("seen", 0) + 1
            for parameter in group["params"]:
                parameter.grad /= group["seen"]
        return super().step(closure)


def test_what_an_optimizer_keeps_in_its_groups_is_resumed(tmp_path):
    def make(model):
        return Counting(model.parameters(), lr=0.5)

    whole = bits(*run(tmp_path / "whole", make=make)[:2])
    with pytest.raises(StoppedError):
        run(tmp_path / "parts", stop=7, make=make)
    assert bits(*run(tmp_path / "parts", make=make)[:2]) == whole


def test_a_state_that_cannot_be_saved_stops_nothing(tmp_path, monkeypatch):
    def full(self, state):
        raise OSError("No space left on device")

    whole = bits(*run(tmp_path / "whole")[:2])
    monkeypatch.setattr(Checkpoints, "save", full)
    said = []
    assert bits(*run(tmp_path / "parts", on_note=said.append)[:2]) == whole
    assert said == ["No more states are saved: No space left on device"]
