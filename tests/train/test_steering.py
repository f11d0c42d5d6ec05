"""Callbacks that steer: each run is that of a plain loop, and the same when it is resumed."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import fivefold as ff
from fivefold.core.session import Session, derive_seed
from fivefold.errors import ModelError, TrainingError
from fivefold.train.aims import Descent, Objective, Stopping
from fivefold.train.callback import Calls
from fivefold.train.checkpoint import Checkpoints
from fivefold.train.feed import Feed, permutation
from fivefold.train.fit import fit
from fivefold.train.optimizer import adamw, make_optimizer
from fivefold.train.train import Train

ROWS, BATCH, EPOCHS, STEPS = 90, 20, 4, 4
X = torch.randn(ROWS, 5, generator=torch.Generator().manual_seed(0))
Y = (X[:, 0] > 0).long()


def network():
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Dropout(0.3), nn.Linear(6, 2))


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)


def run(*callbacks, model=None, make=None, folder=None, frozen=(), **settings):
    """A fit; `make` gives an optimizer of parameters, AdamW by default."""
    model = model or network()
    for place in frozen:
        model[place].requires_grad_(False)

    def made(body):
        if make is None:
            return adamw(body, lr=0.02, weight_decay=0.1)
        return make_optimizer(make, body, lr=1.0, weight_decay=1.0)

    rows, checkpoints = Feed(inputs=X, target=Y, batch=BATCH, seed=5), None
    if folder is not None:
        checkpoints = Checkpoints(folder, identity={}, seconds=0, resume=True)
    descent = Descent(make=made, **{"schedule": "constant", "clip": None, **settings})
    objective, stopping = Objective(loss=F.cross_entropy), Stopping(epochs=EPOCHS)
    calls = Calls(callbacks)
    fitted = fit(
        model, rows, rows, objective, descent, stopping, checkpoints=checkpoints, callbacks=calls
    )
    return model, fitted


def plain(optimizer, model, *, step=None, epoch=None):
    """The same loop in plain torch, without looking for the best epoch."""
    for number in range(1, EPOCHS + 1):
        torch.manual_seed(derive_seed(5, "noise", str(number)))
        order = permutation(ROWS, 5, number)
        model.train()
        for place in range(STEPS):
            rows = order[place * BATCH :][:BATCH]
            optimizer.zero_grad()
            F.cross_entropy(model(X[rows]), Y[rows]).backward()
            optimizer.step()
            if step is not None:
                step()
        if epoch is not None:
            epoch(number)
    return [weight.detach().clone() for weight in model.parameters()]


class Last(ff.Callback):
    """Keeps the weights after the last step."""

    def epoch(self, run):
        self.weights = [weight.detach().clone() for weight in run.model.parameters()]


def equal(one, other):
    return all(map(torch.equal, one, other))


class KilledError(Exception):
    pass


class Kill(ff.Callback):
    def __init__(self, at):
        self.at = at

    def step(self, run):
        if run.step == self.at:
            raise KilledError


def test_a_scheduler_of_torch_over_ones_own_optimizer_steers_the_rate():
    class Falls(ff.Callback):
        def begin(self, run):
            self.falls = torch.optim.lr_scheduler.StepLR(run.optimizer, 3, 0.5)

        def step(self, run):
            self.falls.step()

    last = Last()
    run(Falls(), last, make=sgd)
    model = network()
    optimizer = sgd(model.parameters())
    falls = torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)
    assert equal(last.weights, plain(optimizer, model, step=falls.step))


class Halves(ff.Callback):
    def __init__(self, at=5):
        self.at = at

    def step(self, run):
        if run.step == self.at:
            for group in run.optimizer.param_groups:
                group["lr"] /= 2


@pytest.mark.parametrize("schedule", ["constant", "cosine", lambda done: float(done > 0.2)])
def test_a_rate_that_is_set_is_gone_on_from(schedule):
    _, steered = run(Halves(), schedule=schedule)
    _, left = run(schedule=schedule)
    found = [row["lr"] for row in steered.history]
    wanted = [row["lr"] * (0.5 if row["epoch"] > 1 else 1.0) for row in left.history]
    assert found == pytest.approx(wanted)


@pytest.mark.parametrize("moment", ["begin", "epoch"])
def test_a_rate_of_zero_holds(moment):
    class Zero(ff.Callback):
        pass

    def still(self, run):
        run.optimizer.param_groups[0]["lr"] = 0.0

    setattr(Zero, moment, still)
    _, fitted = run(Zero(), schedule="cosine")
    assert [row["lr"] for row in fitted.history[1:]] == [0.0] * (EPOCHS - 1)


class Thaws(ff.Callback):
    """Unfreezes layers, the last first."""

    def __init__(self, epochs):
        self.epochs = epochs

    def epoch(self, run):
        if run.epoch in self.epochs:
            run.model[self.epochs[run.epoch]].requires_grad_(True)


@pytest.mark.parametrize("make", [sgd, torch.optim.Adam, None])
def test_weights_that_a_callback_unfreezes_learn_from_then_on(make):
    last = Last()
    run(Thaws({2: 0}), last, frozen=[0], make=make)
    model = network()
    model[0].requires_grad_(False)
    if make is None:

        def groups(layer):
            for weight, decay in ((layer.weight, 0.1), (layer.bias, 0.0)):
                yield {"params": [weight], "weight_decay": decay}

        optimizer = torch.optim.AdamW(groups(model[3]), lr=0.02, fused=True)
    else:
        optimizer = make(model[3].parameters())

    def thaw(epoch):
        if epoch == 2:
            model[0].requires_grad_(True)
            more = [{"params": list(model[0].parameters())}] if make else groups(model[0])
            for group in more:
                optimizer.add_param_group(group)

    assert equal(last.weights, plain(optimizer, model, epoch=thaw))


class Draws(ff.Callback):
    def begin(self, run):
        torch.rand(3)


class Decays(ff.Callback):
    def step(self, run):
        if run.step == 3:
            for group in run.optimizer.param_groups:
                group["weight_decay"] = 5.0
                if "betas" in group:
                    group["betas"] = (0.5, 0.9)


class Freezes(ff.Callback):
    def epoch(self, run):
        if run.epoch == 1:
            run.model[0].requires_grad_(False)


@pytest.mark.parametrize(
    ("callback", "frozen"),
    [
        (Draws(), ()),
        (Decays(), ()),
        (Halves(), ()),
        (Freezes(), ()),
        (Thaws({1: 3, 2: 0}), ()),
        (Thaws({1: 0}), (0,)),
        (Thaws({1: 3, 2: 0}), (0,)),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("make", [sgd, None])
@pytest.mark.parametrize("at", [2, 6, 8, 11])
def test_a_steered_run_is_resumed_to_the_bit(tmp_path, callback, frozen, make, at):
    how = {"make": make, "frozen": frozen, "schedule": "cosine", "ema": 0.9}
    whole, _ = run(callback, **how)
    with pytest.raises(KilledError):
        run(callback, Kill(at), folder=tmp_path, **how)
    parts, fitted = run(callback, folder=tmp_path, **how)
    assert fitted.resumed == at - 1
    assert equal(whole.parameters(), parts.parameters())


class Remembering(nn.Linear):
    """Has a mean that is in no state_dict, and decides its answer."""

    def __init__(self):
        torch.manual_seed(3)
        super().__init__(5, 2)
        self.register_buffer("mean", torch.zeros(()), persistent=False)

    def forward(self, x):
        if self.training:
            self.mean = 0.9 * self.mean + x.mean() + 0.1
        return super().forward(x) * (1 + self.mean)


def test_buffers_that_no_state_dict_has_are_kept_with_the_best_weights(tmp_path):
    whole, fitted = run(model=Remembering())
    with pytest.raises(KilledError):
        run(Kill(7), model=Remembering(), folder=tmp_path)
    parts, again = run(model=Remembering(), folder=tmp_path)
    assert equal([*whole.parameters(), whole.mean], [*parts.parameters(), parts.mean])
    assert fitted.best_loss == again.best_loss
    with torch.no_grad():
        assert F.cross_entropy(whole(X), Y).item() == pytest.approx(fitted.best_loss)


def test_the_last_loss_is_there_after_an_epoch_and_nothing_can_be_set():
    class Looks(ff.Callback):
        def begin(self, run):
            assert run.loss is run.norm is None

        def epoch(self, run):
            assert run.loss > 0
            assert run.norm > 0
            with pytest.raises(AttributeError):
                run.epochs = 1

    run(Looks(), clip=1.0)


def test_weights_that_a_callback_exchanges_are_refused():
    class Exchanges(ff.Callback):
        def epoch(self, run):
            run.model[3] = nn.Linear(6, 2)

    with pytest.raises(TrainingError, match="found others in the place of some"):
        run(Exchanges())


def test_an_optimizer_of_other_weights_is_refused():
    with pytest.raises(ModelError, match="found 1 other tensor in it"):
        run(make=lambda parameters: sgd([*parameters, nn.Parameter(torch.zeros(3))]))
    run(make=lambda parameters: sgd(parameters[:2]))


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({"*": 0.1, "0.*": 0.2}, r"'0\.\*', whose weights meet '\*' before it"),
        ({"3.*": 0.1, "0.*": 0.2}, r"'0\.\*', whose weights are frozen"),
    ],
)
def test_rates_that_reach_no_weight_that_learns_are_refused(make_data, rates, message):
    def made(inputs, outputs):
        return nn.Sequential(nn.Linear(inputs, 4), nn.Tanh(), nn.Dropout(), nn.Linear(4, outputs))

    stage = Train(made, lr=rates, freeze=["0.*"], epochs=2)
    with pytest.raises(ModelError, match=message):
        stage.rehearse(data=make_data(), session=Session())


def test_a_frozen_weight_has_its_rate_when_a_callback_unfreezes_it(make_data):
    def made(inputs, outputs):
        return nn.Sequential(nn.Linear(inputs, 4), nn.Tanh(), nn.Dropout(), nn.Linear(4, outputs))

    seen = []

    class Looks(Thaws):
        def end(self, run):
            seen.extend(group["lr"] for group in run.optimizer.param_groups)

    stage = Train(
        *(made,),
        lr={"0.*": 0.25},
        freeze=["0.*"],
        epochs=2,
        schedule="constant",
        weight_decay=0.0,
        callbacks=[Looks({1: 0})],
    )
    trained = stage.run(data=make_data(), session=Session())
    assert set(seen) == {trained.settings["lr"], 0.25}
