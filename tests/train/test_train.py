import copy
import json
import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fivefold.artifacts import Trained
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted, Progress
from fivefold.core.session import Session
from fivefold.errors import ConfigError, ModelError, PreflightError
from fivefold.models.assemble import digest
from fivefold.models.score import score
from fivefold.models.threads import threads_set
from fivefold.train.train import Train

pytestmark = pytest.mark.few_trees


def run(data, *, seed=0, events=None, **settings):
    observers = () if events is None else (events.append,)
    session = Session(seed=seed, observers=observers, device="cpu")
    return Train(**settings).run(data=data, session=session)


def accuracy(trained, rows):
    return (score(trained.model, rows.inputs).argmax(axis=1) == rows.target).mean()


@pytest.mark.parametrize("kind", ["numeric", "text", "image", "mixture"])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_train_by_default_learns_every_kind(make_data, kind, task):
    data = make_data(kind, task=task, train=300)
    trained = run(data)
    assert accuracy(trained, data.test) > 0.75
    assert (
        trained.settings["network"]
        == {
            "numeric": "blend",
            "text": "textblend",
            "image": "convnet",
            "mixture": "mixblend",
        }[kind]
    )


@pytest.mark.parametrize("kind", ["numeric", "image"])
def test_train_by_default_learns_values_in_their_own_unit(make_data, kind):
    data = make_data(kind, task="regression", train=300)
    errors = score(run(data).model, data.test.inputs) - data.test.target
    assert np.sqrt(np.mean(errors**2)) < 6  # the deviation of the target is 10


def test_train_twice_with_one_seed_gives_the_same_bits(make_data):
    data = make_data("mixture")
    first, again, other = run(data, epochs=2), run(data, epochs=2), run(data, epochs=2, seed=1)
    assert digest(first.model) == digest(again.model) != digest(other.model)
    assert first.first_digest == again.first_digest != other.first_digest
    untimed = [t.history.drop(columns="seconds") for t in (first, again)]
    assert untimed[0].equals(untimed[1])
    assert first.first_digest != digest(first.model)


def test_train_of_a_module_leaves_it_unchanged_by_one_bit(make_data):
    module = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))
    before = copy.deepcopy(module.state_dict())
    stage = Train(module, epochs=3)
    data = make_data()
    first = stage.run(data=data, session=Session(seed=1))
    second = stage.run(data=data, session=Session(seed=1))
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert digest(first.model) == digest(second.model)
    assert first.model.body[1].weight.data_ptr() != second.model.body[1].weight.data_ptr()
    assert first.settings["network"] == "Sequential"


def test_train_starts_from_the_module_as_it_was_when_the_stage_was_built(make_data):
    data, module = make_data(), nn.Linear(2, 1)
    stage = Train(module, epochs=1)
    before = stage.run(data=data, session=Session()).first_digest
    nn.init.constant_(module.weight, 9.0)
    assert stage.run(data=data, session=Session()).first_digest == before
    assert stage.replace(epochs=2).run(data=data, session=Session()).first_digest == before


def test_train_shows_the_training_rows_to_a_module_that_fits_buffers(make_data):
    class Centred(nn.Linear):
        def fit_buffers(self, batch):
            self.register_buffer("mean", batch.mean(dim=0))
            self.seen = len(batch)

    data = make_data(scale="none")
    body = run(data, model=Centred, epochs=1).model.body
    assert body.seen == 120
    torch.testing.assert_close(body.mean, torch.from_numpy(data.train.inputs["numeric"]).mean(0))


def test_train_fills_the_artifact(make_data):
    data = make_data()
    trained = run(data, epochs=4, threads=1)
    assert isinstance(trained, Trained)
    assert list(trained.history) == ["epoch", "train_loss", "valid_loss", "lr", "seconds"]
    assert trained.history["epoch"].tolist() == [1, 2, 3, 4]
    assert json.loads(json.dumps(dict(trained.settings))) == trained.settings
    assert trained.settings["epochs"] == trained.settings["epochs_run"] == 4
    assert trained.settings["best_epoch"] == trained.history["valid_loss"].argmin() + 1
    assert trained.settings["batch"] == 32
    assert trained.settings["threads"] == 1
    weights = sum(p.numel() for p in trained.model.parameters())
    nodes = trained.model.body.trees.nodes
    assert (trained.settings["parameters"], trained.settings["tree_nodes"]) == (
        weights + nodes,
        nodes,
    )
    assert trained.resources["seconds"] > 0
    assert trained.resources["peak_bytes"] > 10**7
    assert not trained.model.training
    assert len(trained.first_digest) == 64


@pytest.mark.parametrize(("asked", "told"), [(None, 1), (2, 2)])
def test_small_networks_learn_and_answer_with_one_thread_unless_asked(make_data, asked, told):
    data, events, seen = make_data(), [], []

    class Watched(nn.Linear):
        def forward(self, batch):
            seen.append(torch.get_num_threads())
            return super().forward(batch)

    with threads_set(3):
        trained = run(data, model=Watched, events=events, epochs=1, threads=asked)
        learning, seen[:] = set(seen[-2:]), []
        score(trained.model, data.test.inputs)
    assert trained.settings["threads"] == told
    assert learning == {*seen} == {told}
    assert f"with {told} thread" in next(e.text for e in events if isinstance(e, Noted))


@pytest.mark.parametrize(("model", "told"), [("textnet", True), ("textblend", False)])
def test_network_that_was_named_says_that_terms_are_not_read(make_data, model, told):
    events = []
    run(make_data("text", train=60), model=model, events=events, epochs=1)
    sentence = next(e.text for e in events if isinstance(e, Noted))
    assert ("Preprocess(terms=False)" in sentence) == told


def test_train_tells_its_decisions_and_every_epoch(make_data):
    events = []
    run(make_data(), events=events, epochs=3)
    noted = [event.text for event in events if isinstance(event, Noted)]
    assert noted[0].startswith("blend of ")
    assert "boosted trees, the default for these columns; at most 3 epochs, 32 of 120" in noted[0]
    assert noted[1] == "Growing trees."
    assert re.fullmatch(
        r"\d+ trees count \d+% of each answer, the network \d+%: best for the 40 validation rows\.",
        noted[2],
    )
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2, 3]


def test_train_of_few_validation_rows_finds_that(make_data):
    events = []
    trained = run(make_data(valid=5), events=events, epochs=2)
    assert "few_validation_rows" in [finding.code for finding in trained.findings]
    assert [e.finding for e in events if isinstance(e, Found)] == list(trained.findings)


def test_train_without_validation_rows_keeps_the_last_weights(make_data):
    trained = run(make_data(valid=0), epochs=3)
    assert trained.settings["best_epoch"] == 3
    assert [finding.code for finding in trained.findings] == ["no_validation_rows"]
    assert math.isnan(trained.history["valid_loss"][0])


def test_train_that_ends_too_soon_finds_that(make_data):
    trained = run(make_data(train=400), epochs=2, schedule="constant", lr=1e-4)
    assert "still_improving" in [finding.code for finding in trained.findings]


def test_train_interrupted_keeps_the_best_and_finds_that(make_data):
    def interrupt(event):
        if isinstance(event, Progress) and event.done == 2:
            raise KeyboardInterrupt

    session = Session(observers=(interrupt,))
    trained = Train(epochs=50).run(data=make_data(), session=session)
    assert trained.settings["ending"] == "interrupted"
    assert "interrupted" in [finding.code for finding in trained.findings]
    assert "after 2 of 50 epochs" in trained.findings[0].sentence


def test_train_of_class_weights_moves_the_decision(make_data):
    data = make_data("image", task="multiclass")
    plain, weighted = (
        score(run(data, epochs=3, lr=1e-3, class_weights=w).model, data.test.inputs)
        for w in (None, {"t": 1000.0})
    )
    assert weighted[:, 2].mean() > plain[:, 2].mean() + 0.1


def test_train_of_an_own_loss_and_optimizer_equals_the_built_in_ones(make_data):
    data = make_data()
    own = run(
        data,
        model=nn.Linear,
        epochs=3,
        loss=F.binary_cross_entropy_with_logits,
        optimizer=lambda parameters: torch.optim.AdamW(parameters, lr=0.01, weight_decay=0.0),
    )
    built_in = run(data, model=nn.Linear, epochs=3, lr=0.01, weight_decay=0.0)
    for name, value in own.model.state_dict().items():
        torch.testing.assert_close(value, built_in.model.state_dict()[name], rtol=1e-4, atol=1e-6)
    assert own.settings["optimizer"] == "<lambda>"
    assert own.settings["lr"] == 0.01


@pytest.mark.slow
def test_train_of_an_own_loss_for_regression_sees_the_targets_unit(make_data):
    data = make_data(task="regression", train=400)

    def dear_overestimates(predicted, target):
        error = predicted - target
        return torch.where(error > 0, 9 * error, -error).mean()

    found = score(run(data, loss=dear_overestimates).model, data.test.inputs)
    plain = score(run(data).model, data.test.inputs)
    assert (found > data.test.target + 2).mean() < (plain > data.test.target + 2).mean()
    assert abs(found.mean() - data.test.target.mean()) < 15


def test_train_with_augmentation_differs_and_still_learns(make_data):
    data = make_data("image", train=300)
    trained = run(data, augment=["shift"])
    assert trained.settings["augment"] == ["shift"]
    assert accuracy(trained, data.test) > 0.75
    once, plain = (run(data, augment=augment, epochs=1).model for augment in (["shift"], ()))
    assert digest(once) != digest(plain)


def test_rehearse_gives_an_untrained_network_without_touching_the_data(make_data):
    data = make_data("mixture", task="multiclass")
    trained = Train().rehearse(data=data, session=Session(seed=4))
    assert trained.history.empty
    assert score(trained.model, data.test.inputs).shape == (40, 3)


def test_rehearse_of_a_module_that_does_not_fit_is_refused(make_data):
    with pytest.raises(ModelError, match=r"Linear: expected an answer to a batch of \(8, 2\)"):
        Train(nn.Linear(3, 1)).rehearse(data=make_data(), session=Session())


def test_run_of_fewer_than_eight_rows_works(make_data):
    data = make_data(train=3, valid=2)
    assert run(data, epochs=2).settings["batch"] == 3


def test_preflight_of_a_device_that_is_not_there_is_a_fault():
    (fault,) = Train().preflight(Session(device="cuda:99"), Context())
    assert isinstance(fault, PreflightError)
    assert not Train().preflight(Session(device="auto"), Context())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "mpl"}, 'did you mean \'mlp\'.*\n\nWrite "mlp" instead of "mpl"\\.'),
        ({"epochs": 0}, "epochs"),
        ({"lr": -1.0}, "lr"),
        ({"loss": F.cross_entropy, "class_weights": "balanced"}, "class_weights"),
        ({"optimizer": torch.optim.SGD, "lr": 0.1}, "`lr` and `weight_decay`"),
        ({"augment": ["rotated"]}, "delay, found 'rotated'; did you mean 'rotate'"),
        ({"class_weights": {"a": 0.0}}, "class_weights"),
    ],
)
def test_train_of_wrong_settings_is_refused_when_built(settings, message):
    with pytest.raises(ConfigError, match=message):
        Train(**settings)


def test_train_of_an_optimizer_that_is_none_is_refused(make_data):
    with pytest.raises(ModelError, match="found list"):
        run(make_data(), optimizer=lambda parameters: list(parameters))


def test_trained_saves_and_loads_itself(make_data, tmp_path):
    data = make_data("mixture", task="multiclass")
    trained = run(data, epochs=1)
    trained.save(tmp_path / "trained")
    again = Trained.load(tmp_path / "trained")
    assert digest(again.model) == digest(trained.model)
    assert again.settings == trained.settings
    expected = score(trained.model, data.test.inputs)
    np.testing.assert_array_equal(score(again.model, data.test.inputs), expected)


@pytest.mark.cuda
def test_train_on_a_gpu_learns_and_comes_back_to_the_cpu(make_data):
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    data = make_data("mixture", task="multiclass", train=300)
    trained = Train().run(data=data, session=Session(device="cuda"))
    assert trained.settings["precision"] == "bf16"
    assert trained.model.device.type == "cpu"
    assert accuracy(trained, data.test) > 0.75


def test_train_blends_trees_with_the_network_by_validation_rows(make_data):
    data = make_data(task="regression", train=300)
    trained = run(data, epochs=3)
    body = trained.model.body
    assert trained.settings["trees"] == body.trees.trees > 0
    assert trained.settings["trees_weight"] == pytest.approx(float(body.weight))
    head = trained.model.head
    table = trained.model.fixed({"numeric": torch.from_numpy(data.valid.inputs["numeric"])})
    with torch.no_grad():
        network, trees = body.network(table)[:, 0], body.trees(table)[:, 0]
    truth = (data.valid.target - float(head.mean)) / float(head.std)
    rows = len(truth)
    costs = {}
    for step in range(21):
        weight = step / 20
        mixed = (1 - weight) * network.double().numpy() + weight * trees.double().numpy()
        error = np.mean((mixed - truth) ** 2)
        costs[weight] = math.log(error) / 2 + 10 / rows * (weight - 0.5) ** 2
    assert float(body.weight) == pytest.approx(min(costs, key=costs.get))


@pytest.mark.parametrize(
    "settings",
    [{"class_weights": "balanced"}, {"loss": "focal"}, {"model": "tabm"}],
    ids=str,
)
def test_train_leaves_trees_out_where_they_would_learn_something_else(make_data, settings):
    trained = run(make_data(), epochs=1, **settings)
    assert trained.settings["trees"] == 0


@pytest.mark.slow
def test_quality_sets_epochs_members_and_trees(make_data):
    data = make_data(train=300)
    found = {q: run(data, quality=q, patience=1).settings for q in ("fast", "balanced", "best")}
    assert [found[q]["members"] for q in found] == [8, 16, 32]
    assert [found[q]["epochs"] for q in found] == [30, 60, 90]
    assert found["fast"]["trees"] < found["best"]["trees"]


def test_members_are_as_many_networks_as_asked_for(make_data):
    data = make_data()
    assert run(data, members=4, epochs=1).settings["members"] == 4
    trained = run(data, model="mlp", members=3, epochs=2)
    assert trained.settings["network"] == "3 x mlp"
    one = trained.model.body.networks
    assert not torch.equal(one[0].out.weight, one[1].out.weight)


def test_members_of_one_module_are_refused():
    with pytest.raises(ConfigError, match="members"):
        Train(nn.Linear(2, 1), members=2)


def test_stacked_members_learn_what_each_would_in_an_ensemble(make_data, monkeypatch):
    from fivefold.models import ensemble

    data = make_data()
    settings = {"model": lambda inputs, outputs: nn.Linear(inputs, outputs), "members": 3}
    stacked = run(data, epochs=3, **settings)
    monkeypatch.setattr(ensemble, "stack", lambda ensemble, batch: None)
    plain = run(data, epochs=3, **settings)
    assert stacked.settings["stacked"]
    assert not plain.settings["stacked"]
    for a, b in zip(stacked.model.parameters(), plain.model.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_train_keeps_to_its_time_limit(make_data, passing):
    def slow(logits, target):
        passing.seconds += 0.01
        return F.binary_cross_entropy_with_logits(logits, target.float())

    trained = run(
        make_data(train=300),
        model="mlp",
        loss=slow,
        time_limit=2.0,
        epochs=100_000,
        patience=100_000,
    )
    assert 1.9 < passing.seconds <= 2.05  # few rows go through the loss before the clock runs
    assert trained.settings["ending"] == "time limit"
    assert "time_limit" in {finding.code for finding in trained.findings}


def test_train_interrupted_in_a_refit_lets_the_interrupt_through(make_data):
    def stop(event):
        if isinstance(event, Progress) and event.done == 2:
            raise KeyboardInterrupt

    session = Session(observers=(stop,), is_refit=True)
    with pytest.raises(KeyboardInterrupt):
        Train(epochs=5).run(data=make_data(), session=session)


def test_train_finds_a_learning_rate(make_data):
    events = []
    trained = run(make_data(), model="mlp", lr="find", epochs=1, events=events)
    said = [event.text for event in events if isinstance(event, Noted)]
    assert any(text.startswith("Found the learning rate") for text in said)
    assert 1e-5 < trained.settings["lr"] < 1
