import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed, fit_tensors
from fivefold.errors import TrainingError
from fivefold.train.aims import Descent, Objective
from fivefold.train.optimizer import adamw
from fivefold.train.stepper import Stepper, gradient_norm, is_out_of_memory

CPU = torch.device("cpu")


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))


def data(rows=64):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(rows, 6, generator=generator)
    return x, (x.sum(1) > 0).long()


def stepper(model, optimizer=None, *, tell=None, **options):
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
    descent = Descent(make=lambda _: optimizer, **{"clip": None, **options})
    return Stepper(model, optimizer, Objective(loss=F.cross_entropy), descent, CPU, tell)


class Small(nn.Module):
    """Has memory for so many rows at a time."""

    def __init__(self, rows, error):
        super().__init__()
        self.body, self.rows, self.error, self.seen = network(), rows, error, []

    def forward(self, x):
        if len(x) > self.rows:
            raise self.error
        self.seen.append(len(x))
        return self.body(x)


@pytest.mark.parametrize("pieces", [2, 3, 64])
def test_pieces_add_up_to_the_step_of_the_whole_batch(pieces):
    whole, parts = network(), network()
    rows = torch.arange(64)
    value, _ = stepper(whole)(feed(data()), rows)
    same, _ = stepper(parts, pieces=pieces)(feed(data()), rows)
    torch.testing.assert_close(value, same)
    for a, b in zip(whole.parameters(), parts.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ..."),
    ],
    ids=["cuda", "cpu"],
)
def test_memory_that_runs_out_halves_the_pieces_and_says_so(error):
    model, plain, said = Small(20, error), network(), []
    tight = stepper(model, tell=said.append)
    tight(feed(data()), torch.arange(64))
    stepper(plain)(feed(data()), torch.arange(64))
    assert tight.pieces == 4
    assert model.seen == [16] * 4
    assert said[-1] == (
        "Memory ran out: each batch of 64 rows now goes through in 4 pieces of 16, "
        "whose gradients add up."
    )
    torch.testing.assert_close(model.body[0].weight, plain[0].weight, rtol=1e-5, atol=1e-6)
    tight(feed(data()), torch.arange(64))
    assert len(said) == 2


def test_memory_for_no_row_at_all_is_an_error():
    with pytest.raises(torch.OutOfMemoryError):
        stepper(Small(0, torch.OutOfMemoryError("full")))(feed(data()), torch.arange(64))


def test_memory_that_leaves_pieces_too_small_for_the_network_is_told():
    class Normed(Small):
        def forward(self, x):
            if len(x) > self.rows:
                raise self.error
            return F.batch_norm(self.body(x), None, None, training=True)

    with pytest.raises(TrainingError) as caught:
        stepper(Normed(1, torch.OutOfMemoryError("full")))(feed(data(8)), torch.arange(8))
    assert "pieces of 1 rows to go through since memory ran out, found ValueError" in str(
        caught.value
    )


def test_other_errors_go_up():
    with pytest.raises(RuntimeError, match="shapes"):
        stepper(Small(0, RuntimeError("shapes do not fit")))(feed(data()), torch.arange(64))
    assert not is_out_of_memory(ValueError("no"))


def test_fit_goes_on_when_memory_runs_out():
    model = Small(10, torch.OutOfMemoryError("full"))
    plain, said = network(), []
    for net, notes in ((model, said), (plain, [])):
        fitted = fit_tensors(
            net,
            data(),
            (torch.zeros(0, 6), torch.zeros(0, dtype=torch.long)),
            loss=F.cross_entropy,
            optimizer=adamw(net, lr=0.01, weight_decay=0.0),
            epochs=3,
            batch=32,
            on_note=notes.append,
        )
    assert len(said) == 2
    assert fitted.pieces == 1
    torch.testing.assert_close(model.body[0].weight, plain[0].weight, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", ["ours", "torch"])
def test_clipped_step_is_that_of_torch(make):
    ours, plain = network(), network()
    x, y = data()
    optimizer = adamw(ours, lr=0.1, weight_decay=0.0)
    if make == "torch":
        optimizer = torch.optim.AdamW(ours.parameters(), lr=0.1, weight_decay=0.0, fused=True)
    stepped = stepper(ours, optimizer, clip=0.01)
    reference = torch.optim.AdamW(plain.parameters(), lr=0.1, weight_decay=0.0, fused=True)
    for _ in range(5):
        _, norm = stepped(feed((x, y)), torch.arange(64))
        reference.zero_grad()
        F.cross_entropy(plain(x), y).backward()
        wanted = nn.utils.clip_grad_norm_(plain.parameters(), 0.01)
        reference.step()
        torch.testing.assert_close(norm, wanted)
    torch.testing.assert_close(ours[0].weight, plain[0].weight, rtol=1e-5, atol=1e-6)


def test_gradient_norm_leaves_out_what_has_no_gradient():
    first = nn.Parameter(torch.zeros(2))
    first.grad = torch.tensor([3.0, 4.0])
    assert gradient_norm([first, nn.Parameter(torch.zeros(5))]).item() == 5.0


@pytest.mark.parametrize("rows", [6, 5])
def test_pieces_never_outnumber_rows(rows):
    tight = stepper(Small(1, torch.OutOfMemoryError("full")))
    value, _ = tight(feed(data()), torch.arange(rows))
    assert value.isfinite()
    assert tight.pieces == rows
    value, _ = stepper(network(), pieces=100)(feed(data()), torch.arange(rows))
    assert value.isfinite()


def test_weights_of_another_dtype_are_clipped_too():
    model = network().double()
    optimizer = adamw(model, lr=0.1, weight_decay=0.0)
    step = stepper(model, optimizer, clip=0.01)
    x, y = data()
    _, norm = step(feed((x.double(), y)), torch.arange(64))
    assert norm > 0.01
    assert gradient_norm(list(model.parameters())) <= 0.01 + 1e-6
