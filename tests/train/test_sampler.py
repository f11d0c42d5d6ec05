import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import WeightedRandomSampler

from fitting import feed
from fivefold.core.session import Session, derive_seed
from fivefold.errors import ConfigError, TrainingError
from fivefold.models.assemble import digest
from fivefold.train.sampler import balanced
from fivefold.train.train import Train

TARGET = torch.tensor([0] * 90 + [1] * 9 + [2])
ROWS = (torch.zeros(100, 2), TARGET)


def generator(epoch, seed=4):
    return torch.Generator().manual_seed(derive_seed(seed, "order", str(epoch)))


def test_balanced_draws_as_the_sampler_of_torch():
    weights = 1 / torch.tensor([90.0, 9, 1], dtype=torch.float64)[TARGET]
    wanted = WeightedRandomSampler(weights, 100, generator=generator(2))
    found = feed(ROWS, seed=4, sampler=balanced).order(2)
    assert found.tolist() == list(wanted)


def test_balanced_draws_each_class_as_often():
    drawn = balanced(1, generator(1), TARGET.repeat(100).float())
    counts = torch.bincount(TARGET.repeat(100)[drawn])
    assert ((counts - 10_000 / 3).abs() < 4 * (10_000 * 2 / 9) ** 0.5).all()


def test_a_function_picks_the_rows_of_each_epoch():
    def fewer(epoch, generator, target):
        rare = (target > 0).nonzero()[:, 0]
        common = torch.randperm(90, generator=generator)[: len(rare)]
        return torch.cat([rare, common])[torch.randperm(20, generator=generator)]

    rows = feed(ROWS, seed=4, batch=8, sampler=fewer)
    assert (rows.length, rows.size, rows.steps) == (20, 8, 2)
    assert torch.equal(rows.order(3), fewer(3, generator(3), TARGET))
    assert not torch.equal(rows.order(3), rows.order(2))
    assert torch.equal(rows.order(3), rows.order(3))


def test_shares_of_processes_are_all_rows_of_an_epoch():
    whole = feed(ROWS, seed=4, batch=8)
    parts = [feed(ROWS, seed=4, batch=8, rank=rank, world=3) for rank in range(3)]
    orders = [part.order(1) for part in parts]
    assert torch.equal(torch.cat(orders).sort().values, torch.arange(100))
    assert all(torch.equal(whole.order(1)[rank::3], order) for rank, order in enumerate(orders))
    assert {part.steps for part in parts} == {33 // 8}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (lambda: torch.arange(101), "numbers from 0 to 99, found 0 to 100"),
        (lambda: np.array([-1, 5]), "found -1 to 5"),
        (lambda: torch.zeros(3), r"found float32 \(3,\)"),
        (lambda: torch.zeros(2, 2, dtype=int), r"found int64 \(2, 2\)"),
        (lambda: [], r"found float32 \(0,\)"),
        (lambda: None, "found NoneType"),
        (lambda: iter(range(5)), "found range_iterator"),
        (lambda: TARGET > 0, r"found bool \(100,\)"),
    ],
)
def test_what_are_no_positions_of_rows_is_refused(found, message):
    rows = feed(ROWS, sampler=lambda epoch, generator, target: found())
    with pytest.raises(TrainingError, match=message):
        rows.order(1)


def test_another_number_of_rows_in_a_later_epoch_is_refused():
    rows = feed(ROWS, sampler=lambda epoch, generator, target: torch.arange(10 * epoch))
    rows.order(1)
    with pytest.raises(TrainingError, match=r"expected 10 rows .* found 20 in epoch 2"):
        rows.order(2)


def test_training_by_a_sampler_of_all_rows_once_is_training_without(make_data):
    def all_once(epoch, generator, target):
        assert target.dtype == torch.float32
        return torch.randperm(len(target), generator=generator)

    stages = [Train(nn.Linear, epochs=2, batch=16, sampler=s) for s in (None, all_once, "balanced")]
    found = [stage.run(data=make_data(), session=Session(seed=1)) for stage in stages]
    same = [digest(trained.model) == digest(found[0].model) for trained in found]
    assert same == [True, True, False]
    assert [trained.settings["sampler"] for trained in found] == [None, "all_once", "balanced"]


def test_fewer_rows_than_a_batch_are_a_batch(make_data):
    def five(epoch, generator, target):
        return np.arange(5)

    trained = Train(nn.Linear, epochs=1, sampler=five).run(data=make_data(), session=Session())
    assert trained.settings["batch"] == 5


def test_rare_classes_are_not_counted_twice():
    with pytest.raises(ConfigError, match="would count rare classes twice"):
        Train(sampler="balanced", class_weights="balanced")
    assert Train(sampler="balanced", class_weights={0: 2.0})


def test_a_sampler_may_change_its_targets():
    target = TARGET.clone()

    def dirty(epoch, generator, given):
        given.clamp_(max=0)
        return torch.randperm(100, generator=generator)

    feed((ROWS[0], target), sampler=dirty).order(1)
    assert torch.equal(target, TARGET)


@pytest.mark.parametrize("kind", [np.int16, np.uint8, np.int32, np.uint16])
def test_whole_numbers_of_any_type_are_positions(kind):
    rows = feed(ROWS, sampler=lambda epoch, generator, target: np.arange(50, dtype=kind))
    assert torch.equal(rows.order(1), torch.arange(50))


def test_a_sampler_that_fails_is_named():
    rows = feed(ROWS, sampler=lambda epoch, generator, target: range(1 // (3 - epoch)))
    with pytest.raises(ZeroDivisionError) as caught:
        rows.order(3)
    assert caught.value.__notes__ == ["in the sampler, in epoch 3"]


def test_what_a_sampler_draws_from_torchs_generator_is_a_function_of_seed_and_epoch():
    rows = feed(ROWS, seed=4, sampler=lambda epoch, generator, target: torch.randperm(100))
    torch.manual_seed(1)
    before, first = torch.get_rng_state(), rows.order(2)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(rows.order(2), first)
    assert not torch.equal(rows.order(3), first)


def test_a_sampler_that_draws_elsewhere_is_refused(make_data):
    rng = np.random.default_rng(0)
    stage = Train(nn.Linear, sampler=lambda epoch, generator, target: rng.permutation(len(target)))
    with pytest.raises(TrainingError, match="expected the sampler to give equal rows"):
        stage.rehearse(data=make_data(), session=Session())


def test_more_processes_than_rows_are_refused():
    with pytest.raises(TrainingError, match="expected a row for each of 101 processes, found 100"):
        feed(ROWS, world=101)
