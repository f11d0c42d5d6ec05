import copy
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed, fit_tensors
from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.train.feed import permutation
from fivefold.train.fit import mean_loss
from fivefold.train.optimizer import adamw

CPU = torch.device("cpu")
DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.cuda),
]


def problem(rows=200, device="cpu"):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(rows, 6, generator=generator)
    y = (x[:, 0] * x[:, 1] > 0).long()
    return (x[:150].to(device), y[:150].to(device)), (x[150:].to(device), y[150:].to(device))


def network(device="cpu"):
    torch.manual_seed(3)
    layers = (nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 2))
    return nn.Sequential(*layers).to(device)


def train(model, data, **options):
    settings = {"loss": F.cross_entropy, "epochs": 6, "batch": 32, "seed": 5, **options}
    if "optimizer" not in settings:
        settings["optimizer"] = adamw(model, lr=0.01, weight_decay=0.1)
    return fit_tensors(model, *data, **settings)


@pytest.mark.parametrize("device", DEVICES)
def test_fit_gives_the_numbers_of_a_plain_loop(device):
    (x, y), (xv, yv) = data = problem(device=device)
    ours, plain = network(device), network(device)
    fitted = train(ours, data)

    matrices = [p for p in plain.parameters() if p.ndim > 1]
    biases = [p for p in plain.parameters() if p.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": biases, "weight_decay": 0}],
        lr=0.01,
        fused=True,
    )
    history, best = [], None
    for epoch in range(1, 7):
        torch.manual_seed(derive_seed(5, "noise", str(epoch)))
        order = permutation(150, 5, epoch).to(device)
        plain.train()
        losses = []
        for step in range(4):
            done = (epoch - 1) * 4 + step
            rate = 1 if done == 0 else (1 + math.cos(math.pi * done / 23)) / 2
            for group in optimizer.param_groups:
                group["lr"] = 0.01 * rate
            rows = order[step * 32 : step * 32 + 32]
            optimizer.zero_grad()
            loss = F.cross_entropy(plain(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        with torch.no_grad():
            valid = F.cross_entropy(plain.eval()(xv), yv).item()
        history.append((np.mean(losses), valid))
        if best is None or valid < best[0]:
            best = (valid, epoch, copy.deepcopy(plain.state_dict()))

    found = [(row["train_loss"], row["valid_loss"]) for row in fitted.history]
    np.testing.assert_allclose(found, history, rtol=1e-6)
    assert fitted.best_epoch == best[1]
    for name, weight in ours.state_dict().items():
        torch.testing.assert_close(weight, best[2][name], rtol=1e-6, atol=1e-7)


def test_fit_twice_with_one_seed_gives_the_same_bits_and_another_seed_does_not():
    data = problem()
    first, second, third = network(), network(), network()
    train(first, data)
    torch.rand(99)
    train(second, data)
    train(third, data, seed=6)
    assert all(
        torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True)
    )
    assert not all(
        torch.equal(a, b) for a, b in zip(first.parameters(), third.parameters(), strict=True)
    )


def test_fit_leaves_torchs_generator_as_it_was():
    model, data = network(), problem()
    before = torch.get_rng_state()
    train(model, data)
    assert torch.equal(torch.get_rng_state(), before)


def test_permutation_is_a_function_of_seed_and_epoch():
    first = permutation(1000, 0, 1)
    assert torch.equal(first, permutation(1000, 0, 1))
    assert not torch.equal(first, permutation(1000, 0, 2))
    assert not torch.equal(first, permutation(1000, 1, 1))
    assert torch.equal(first.sort().values, torch.arange(1000))


def test_fit_keeps_the_weights_of_the_best_epoch_and_stops_after_patience():
    (x, y), valid = problem()
    data = (x, y.flip(0)), valid
    model = network()
    fitted = train(model, data, epochs=60, patience=4)
    losses = [row["valid_loss"] for row in fitted.history]
    assert fitted.ending == "stopped early"
    assert fitted.best_epoch == int(np.argmin(losses)) + 1 == len(losses) - 4
    assert mean_loss(model, feed(valid), F.cross_entropy) == pytest.approx(min(losses), rel=1e-6)
    assert not model.training


def test_fit_keeps_no_weights_from_before_they_are_ripe():
    (x, y), valid = problem()
    data, model = ((x, y.flip(0)), valid), network()
    early = train(network(), data, epochs=30, patience=4)
    fitted = train(model, data, epochs=30, patience=4, ripe=early.best_epoch + 8)
    losses = [row["valid_loss"] for row in fitted.history]
    assert min(losses) == losses[early.best_epoch - 1]
    ripe = losses[early.best_epoch + 7 :]
    assert fitted.best_epoch == losses.index(min(ripe)) + 1
    assert mean_loss(model, feed(valid), F.cross_entropy) == pytest.approx(min(ripe), rel=1e-6)


def test_fit_without_validation_rows_runs_to_the_end_and_keeps_the_last_weights():
    (x, y), _ = problem()
    fitted = train(network(), ((x, y), (x[:0], y[:0])), epochs=15, patience=2)
    assert fitted.best_epoch == len(fitted.history) == 15
    assert math.isnan(fitted.history[0]["valid_loss"])


def test_fit_best_weights_include_buffers():
    data = problem()
    model = nn.Sequential(nn.BatchNorm1d(6), nn.Linear(6, 2))
    seen = []
    fitted = train(
        model,
        data,
        epochs=20,
        patience=3,
        optimizer=torch.optim.SGD(model.parameters(), lr=5.0),
        clip=None,
        on_epoch=lambda row: seen.append(model[0].running_mean.clone()),
    )
    assert fitted.best_epoch < len(fitted.history)
    assert torch.equal(model[0].running_mean, seen[fitted.best_epoch - 1])


def test_fit_interrupted_keeps_the_best_weights():
    data, model = problem(), network()
    states = []

    def interrupt(row):
        states.append(copy.deepcopy(model.state_dict()))
        if row["epoch"] == 3:
            raise KeyboardInterrupt

    fitted = train(model, data, epochs=50, on_epoch=interrupt)
    assert fitted.ending == "interrupted"
    assert len(fitted.history) == 3
    best = states[fitted.best_epoch - 1]
    assert all(torch.equal(weight, best[name]) for name, weight in model.state_dict().items())


def test_fit_interrupted_in_its_first_epoch_lets_the_interrupt_through():
    def interrupt(batch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(network(), problem(), prepare=interrupt)


def test_fit_with_a_loss_that_is_not_finite_names_epoch_and_remedy():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e12)
    with pytest.raises(TrainingError, match="finite loss in epoch 1, found nan") as caught:
        train(model, problem(), optimizer=optimizer, clip=None, schedule="constant", epochs=3)
    assert caught.value.epoch == 1
    assert "lr=1e+11" in str(caught.value)


def test_fit_of_fewer_rows_than_a_batch_takes_them_all():
    (x, y), valid = problem()
    seen = []
    train(network(), ((x[:5], y[:5]), valid), batch=64, prepare=lambda b: seen.append(len(b)) or b)
    assert seen == [5, 50] * 6


def test_fit_of_no_rows_is_refused():
    (x, y), valid = problem()
    with pytest.raises(TrainingError, match="found none"):
        train(network(), ((x[:0], y[:0]), valid))


def test_fit_augments_in_training_only_and_before_it_prepares():
    calls = []

    def augment(batch):
        calls.append(("augment", len(batch)))
        return batch

    def prepare(batch):
        calls.append(("prepare", len(batch)))
        return batch

    train(network(), problem(), epochs=1, batch=75, augment=augment, prepare=prepare)
    assert calls == [("augment", 75), ("prepare", 75)] * 2 + [("prepare", 50)]


def test_fit_reads_named_inputs_by_the_same_rows():
    (x, y), (xv, yv) = problem()

    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = network()

        def forward(self, batch):
            return self.body(torch.cat([batch["a"], batch["b"]], dim=1))

    named, plain = Named(), network()
    split = ({"a": x[:, :2], "b": x[:, 2:]}, y), ({"a": xv[:, :2], "b": xv[:, 2:]}, yv)
    train(named, split)
    train(plain, ((x, y), (xv, yv)))
    assert all(
        torch.equal(a, b) for a, b in zip(named.parameters(), plain.parameters(), strict=True)
    )


def test_fit_scales_every_groups_own_rate():
    model = network()
    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[3].parameters()}]
    optimizer = torch.optim.SGD(groups, lr=0.02)
    rates = []
    hook = model.register_forward_hook(
        lambda *_: rates.append([group["lr"] for group in optimizer.param_groups])
    )
    train(model, problem(), optimizer=optimizer, epochs=2)
    hook.remove()
    assert max(rate for rate, _ in rates) == 0.1
    assert all(first == pytest.approx(5 * second) for first, second in rates)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
@pytest.mark.parametrize("device", DEVICES)
def test_fit_in_half_precision_learns_almost_the_same(precision, device):
    data = problem(device=device)
    half, full = network(device), network(device)
    fitted = train(half, data, epochs=30, precision=precision)
    reference = train(full, data, epochs=30)
    assert all(parameter.dtype == torch.float32 for parameter in half.parameters())
    assert min(row["valid_loss"] for row in fitted.history) == pytest.approx(
        min(row["valid_loss"] for row in reference.history), abs=0.05
    )


def test_mean_loss_in_uneven_pieces_is_the_mean_over_rows():
    (x, y), _ = problem()
    model = network().eval()
    found = mean_loss(model, feed((x, y), batch=64), F.cross_entropy)
    assert found == pytest.approx(F.cross_entropy(model(x), y).item(), rel=1e-6)


@pytest.mark.parametrize("rows", [64, 6400])
def test_fit_keeps_to_its_time_limit(rows, passing):
    (x, y), valid = problem()
    more = x.repeat(rows // 64, 1), y.repeat(rows // 64)
    model = network()

    def slow(outputs, target):
        passing.seconds += 0.002
        return F.cross_entropy(outputs, target)

    fitted = train(model, (more, valid), loss=slow, epochs=10_000, patience=10_000, time_limit=1.0)
    assert 0.95 < passing.seconds < 1.01
    assert fitted.ending == "time limit"
    assert fitted.history[-1]["lr"] < 0.001  # the schedule has come to its end
    assert not any(math.isnan(row["valid_loss"]) for row in fitted.history)


@pytest.mark.parametrize(
    ("limit", "steps", "ending"), [(0.8, 3, "time limit"), (99.0, 4, "finished")]
)
def test_a_limit_within_the_last_epoch_has_not_finished_it(limit, steps, ending, passing):
    def slow(outputs, target):
        passing.seconds += 0.3
        return F.cross_entropy(outputs, target)

    (x, y), (xv, yv) = problem()
    fitted = train(network(), ((x, y), (xv[:1], yv[:1])), loss=slow, epochs=1, time_limit=limit)
    assert (fitted.steps, fitted.ending) == (steps, ending)


def test_a_limit_is_not_told_as_stopping_early(passing):
    def slow(outputs, target):
        passing.seconds += 0.1
        found = F.cross_entropy(outputs, target)
        return found if outputs.requires_grad else found * 0 + passing.seconds

    fitted = train(network(), problem(), loss=slow, epochs=9, patience=1, time_limit=0.65)
    assert [row["valid_loss"] for row in fitted.history] == pytest.approx([0.5, 0.7])
    assert (fitted.steps, fitted.ending) == (5, "time limit")


def test_fit_with_a_time_limit_that_is_long_gone_takes_one_step():
    fitted = train(network(), problem(), time_limit=1e-9)
    assert len(fitted.history) == 1
    assert fitted.best_epoch == 1


def test_fit_with_a_limit_that_is_not_reached_gives_the_numbers_of_one_without():
    first, second, data = network(), network(), problem()
    train(first, data)
    train(second, data, time_limit=3600.0)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_fit_with_an_average_keeps_the_average():
    data = problem()
    model = network()
    fitted = train(model, data, ema=0.9, epochs=4, schedule="constant")
    assert fitted.best_epoch >= 1
    plain = network()
    train(plain, data, epochs=4, schedule="constant")
    assert not torch.equal(model[0].weight, plain[0].weight)
    assert fitted.best_loss == pytest.approx(mean_loss(model, feed(data[1]), F.cross_entropy))


def test_fit_that_diverges_late_keeps_the_best_weights():
    model, calls = network(), []

    def loss(outputs, target):
        calls.append(1)
        return F.cross_entropy(outputs, target) * (math.nan if len(calls) > 15 else 1.0)

    fitted = train(model, problem(), loss=loss)
    assert fitted.ending == "diverged"
    assert 1 <= fitted.best_epoch <= 3
    assert "expected a finite loss in epoch 4, found nan on training" in fitted.trouble
    assert all(p.isfinite().all() for p in model.parameters())


def test_validation_goes_on_with_fewer_rows_when_memory_runs_out():
    class Tight(nn.Linear):
        def forward(self, x):
            if len(x) > 12:
                raise torch.OutOfMemoryError("full")
            return super().forward(x)

    model, (_, valid) = Tight(6, 2), problem()
    found = mean_loss(model, feed(valid, batch=50), F.cross_entropy)
    with torch.no_grad():
        wanted = F.cross_entropy(F.linear(valid[0], model.weight, model.bias), valid[1])
    assert found == pytest.approx(wanted.item(), rel=1e-6)


def test_fit_keeps_the_best_buffers_of_a_module_that_exchanges_them():
    class Tracking(nn.Linear):
        def __init__(self):
            super().__init__(6, 2)
            self.register_buffer("seen", torch.zeros(()))

        def forward(self, x):
            if self.training:
                self.seen = self.seen + 1
            return super().forward(x)

    model, calls = Tracking(), []

    def rising(outputs, target):
        calls.append(1)
        return F.cross_entropy(outputs, target) + len(calls)

    assert train(model, problem(), loss=rising).best_epoch == 1
    assert model.seen.item() == 150 // 32
