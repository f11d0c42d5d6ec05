"""Runs that are private, from rows to what is told of them."""

import math
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import roc_auc_score

import fivefold as ff
from fivefold.models.accountant import epsilon_of, noise_for
from fivefold.models.grouped import across_rows
from fivefold.models.score import score
from fivefold.report.card import card
from fivefold.train.private import spent_together

pytestmark = pytest.mark.slow


def rows(n=1500, seed=0):
    draw = np.random.default_rng(seed)
    x, z, noise = draw.normal(size=(3, n))
    town = draw.choice(["A", "B", "C"], n)
    y = np.where(x + z / 2 + (town == "A") + noise / 2 > 0, "yes", "no")
    return pd.DataFrame({"x": x, "z": z, "town": town, "y": y})


def stages(frame, privacy, *, target="y", **settings):
    train = ff.Train(**{"epochs": 8, "threads": 1, "privacy": privacy, **settings})
    bounds = {"x": (-3, 3), "z": (-3, 3)}
    return [ff.Collect(frame, target=target), ff.Preprocess(bounds=bounds), train]


@pytest.mark.parametrize("name", ["rdp", "prv"])
def test_epsilon_is_that_of_the_accountant_of_opacus(name):
    from opacus.accountants import PRVAccountant, RDPAccountant

    noise = noise_for(2.0, 1e-5, 0.02, 300, name)
    theirs = {"rdp": RDPAccountant, "prv": PRVAccountant}[name]()
    for _ in range(300):
        theirs.step(noise_multiplier=noise, sample_rate=0.02)
    wanted = theirs.get_epsilon(delta=1e-5)
    assert epsilon_of([(noise, 0.02, 300)], 1e-5, name) == wanted
    assert 1.98 < wanted <= 2.0
    assert epsilon_of([(noise, 0.02, 200), (noise, 0.02, 100)], 1e-5, name) == pytest.approx(wanted)
    assert epsilon_of([], 1e-5, name) == 0


@pytest.fixture(scope="module")
def run():
    judge = ff.Evaluate(folds=2, baselines=(), robustness=0, explain=0)
    made = [*stages(rows(1500), ff.Privacy(epsilon=3, seeded=True)), judge]
    return ff.Pipeline(made).run(seed=0, progress=False)


def test_private_run_tells_what_it_spent_and_beats_the_guess(run):
    trained = run[ff.Trained]
    told, found = trained.settings.privacy, {one.code: str(one) for one in trained.findings}
    history = [(told["noise_multiplier"], told["sample_rate"], told["steps"])]
    assert told["epsilon"] == epsilon_of(history, told["delta"])
    assert 2.9 < told["epsilon"] <= 3
    assert told["delta"] < 1 / 960
    assert told["steps"] == 8 * (960 // trained.settings.batch)
    assert trained.settings.network == "mlp"
    assert not trained.settings.trees
    assert trained.settings.best_epoch == trained.settings.epochs_run == 8
    assert float(run.metrics["roc_auc"]) > 0.8
    assert "`town`" in found["privacy_of_weights"]
    assert "`x`" not in found["privacy_of_weights"]
    assert "noise_from_seed" in found
    folds = {one.code: one for one in run[ff.Evaluated].findings}["privacy_of_folds"]
    assert folds.numbers["epsilon"] == pytest.approx(epsilon_of(2 * history, told["delta"]))
    made = {"collected": run[ff.Collected], "trained": trained, "evaluated": run[ff.Evaluated]}
    for said in (str(run.report()), card(**made)):
        assert "psilon" in said
    assert "### Differential privacy\n\n- epsilon: " in card(**made)


def test_seeded_noise_comes_out_again_and_secret_noise_does_not():
    weights = []
    for seeded in (True, True, False, False):
        asked = ff.Privacy(noise_multiplier=1, seeded=seeded)
        run = ff.Pipeline(stages(rows(300), asked, epochs=1)).run(seed=0, progress=False)
        weights.append(run[ff.Trained].model.state_dict()["body.out.weight"])
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[2], weights[3])


KILLS: list[int] = []


class Killed(ff.Callback):
    """Ends training at a step, as a kill would."""

    name = "killed"

    def step(self, run):
        if run.step in KILLS:
            KILLS.remove(run.step)
            raise RuntimeError("killed")


def test_killed_and_started_again_ends_with_the_same_bits_and_epsilon(tmp_path, monkeypatch):
    keys = iter(["0" * 31 + "1", "0" * 31 + "1", "f" * 32])
    monkeypatch.setattr("fivefold.train.noise.secrets.token_hex", lambda _: next(keys))
    frame, asked = rows(600), ff.Privacy(noise_multiplier=1.0)

    def go(folder, **how):
        made = stages(frame, asked, epochs=3, checkpoint_seconds=0, callbacks=Killed())
        return ff.Pipeline(made).run(seed=1, directory=folder, progress=False, **how)[ff.Trained]

    whole = go(tmp_path / "whole")
    KILLS.append(7)
    with pytest.raises(RuntimeError, match="killed"):
        go(tmp_path / "parts")
    parts = go(tmp_path / "parts", resume=True)
    assert parts.resources.resumed_steps == 6
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, parts.model.state_dict()[name]), name
    assert whole.settings.privacy == parts.settings.privacy


def attack(trained, data):
    """The area of an attack that takes rows of low loss for those that were learnt from."""
    losses = []
    for part in (data.train, data.test):
        chance = score(trained.model, part.inputs)
        losses.append(-np.log(chance[np.arange(len(part)), part.target.astype(int)] + 1e-9))
    learnt = np.repeat([1, 0], [len(one) for one in losses])
    return roc_auc_score(learnt, -np.concatenate(losses))


def test_membership_shows_by_the_loss_of_a_model_and_not_of_a_private_one():
    draw = np.random.default_rng(3)
    frame = pd.DataFrame(draw.normal(size=(500, 20)), columns=[f"x{n}" for n in range(20)])
    frame["y"] = np.where(frame["x0"] + 2 * draw.normal(size=500) > 0, "yes", "no")
    begin = [ff.Collect(frame, target="y"), ff.Split(valid=0.0, test=0.5), ff.Preprocess()]
    plain = ff.Train("mlp", epochs=60, threads=1)
    private = ff.Train(epochs=20, privacy=ff.Privacy(epsilon=1), threads=1)
    open_to = []
    for train in (plain, private):
        run = ff.Pipeline([*begin, train]).run(seed=0, progress=False)
        open_to.append(attack(run[ff.Trained], run[ff.Preprocessed]))
    chance = 4 * math.sqrt(1 / 12 * (1 / 250 + 1 / 250))
    assert open_to[0] > 0.5 + 2 * chance
    assert abs(open_to[1] - 0.5) < chance


def test_bounds_that_are_said_take_nothing_of_rows():
    frame = rows(300).assign(y=lambda one: 50 + 10 * one["x"])
    frame.loc[3, "x"] = np.nan
    other = frame.assign(x=frame["x"] * 3 + 1, z=9.0, y=frame["y"] * 2)
    fitted = []
    for one in (frame, other):
        made = [ff.Collect(one, target="y"), ff.Preprocess(bounds={"x": (-2, 4), "y": (0, 120)})]
        run = ff.Pipeline([*made, ff.Train("mlp", epochs=1)]).run(seed=0, progress=False)
        fixed, head = run[ff.Trained].model.fixed, run[ff.Trained].model.head
        numbers = {n: b[0].item() for n, b in fixed.numbers.named_buffers() if n != "flagged"}
        fitted.append((numbers, head.mean.item(), head.std.item()))
        codec = run[ff.Preprocessed].codec
        assert type(codec.settings).from_json(codec.settings.to_json()) == codec.settings
    assert fitted[0] == fitted[1]
    numbers, mean, std = fitted[0]
    assert (numbers["low"], numbers["high"], numbers["fill"], numbers["centre"]) == (-2, 4, 1, 1)
    assert (mean, std) == (60, pytest.approx(120 / 12**0.5))


def cells(kind, n):
    """A column of a kind by which two classes are told apart."""
    draw = np.random.default_rng(0)
    told = np.arange(n) % 2
    if kind == "text":
        return [f"{('sad grey', 'glad green')[one]} {draw.integers(9)}" for one in told]
    if kind == "sequence":
        return ["".join(draw.choice(list(("ACGT", "GGGT")[one]), 30)) for one in told]
    if kind == "series":
        return [*(np.sin(np.arange(40) * (0.3 + told[:, None])) + draw.normal(0, 0.3, (n, 40)))]
    side, channels = {"image": (8, 1), "photo": (20, 3)}[kind]
    pictures = draw.integers(0, 90, (n, side, side, channels), dtype=np.uint8)
    pictures[:, : side // 2] += (120 * told[:, None, None, None]).astype(np.uint8)
    return [*pictures]


@pytest.mark.parametrize("kind", ["text", "sequence", "series", "photo", "mixed"])
def test_rows_of_other_kinds_are_learnt_privately(kind):
    n = 300
    named = ["image", "text"] if kind == "mixed" else [kind]
    frame = pd.DataFrame({name: cells(name, n) for name in named})
    frame["y"] = np.where(np.arange(n) % 2, "yes", "no")
    kinds = {name: "image" if name == "photo" else name for name in named}
    train = ff.Train(epochs=2, threads=1, privacy=ff.Privacy(noise_multiplier=0.8))
    collect = ff.Collect(frame, target="y", kinds=kinds)
    run = ff.Pipeline([collect, ff.Preprocess(), train]).run(seed=0, progress=False)
    trained = run[ff.Trained]
    told = trained.settings.privacy
    assert told["steps"] == told["rows"] // trained.settings.batch * 2
    assert not trained.settings.augment
    assert trained.model.body.description is not None
    assert len(run.predict(frame.drop(columns="y"))) == n


def test_private_pictures_are_served_and_begin_others(tmp_path):
    frame = pd.DataFrame({"photo": cells("photo", 120), "y": np.arange(120) % 2})
    collect = ff.Collect(frame, target="y", kinds={"photo": "image"})
    train = ff.Train(epochs=1, threads=1, privacy=ff.Privacy(noise_multiplier=0.8))
    made = [collect, ff.Preprocess(), train, ff.Deploy(tmp_path / "a.ff")]
    private = ff.Pipeline(made).run(seed=0, progress=False)[ff.Trained].model.body
    begun = ff.Train(ff.Pretrained(tmp_path / "a.ff"), epochs=1)
    other = ff.Pipeline([collect, ff.Preprocess(like=tmp_path / "a.ff"), begun])
    body = other.run(seed=0, progress=False)[ff.Trained].model.body
    for one in (private, body):
        assert any(isinstance(layer, torch.nn.GroupNorm) for layer in one.modules())
        assert not across_rows(one)


def test_members_of_a_mix_spend_together():
    told = {"noise_multiplier": 1.1, "sample_rate": 0.02, "steps": 300, "seeded": False}
    told |= {"delta": 1e-5, "accountant": "rdp", "epsilon": 1.0}
    both = spent_together([told, {**told, "steps": 100, "delta": 1e-6, "seeded": True}])
    assert both["epsilon"] == epsilon_of([(1.1, 0.02, 400)], 1e-5)
    assert (both["trainings"], both["seeded"]) == (2, True)
    assert spent_together([told, None]) is None


def test_example_is_private_and_good(tmp_path):
    example = Path(__file__).parents[1] / "examples" / "private.py"
    area, spent = runpy.run_path(str(example))["main"](tmp_path)
    assert area > 0.88
    assert 2.9 < spent <= 3
