import pytest

from fivefold.models.inputs import Image, Text, Width
from fivefold.models.networks import NETWORKS, OWN
from fivefold.train.rules import decide_batch, decide_boosting, decide_epochs

HABITS = {name: network.habit for name, network in NETWORKS.items()} | {"own": OWN}


@pytest.mark.parametrize("network", HABITS)
@pytest.mark.parametrize("rows", [1, 5, 64, 100, 1797, 31_000, 10**6, 10**8])
def test_batch_is_a_power_of_two_within_the_bounds_of_the_habit(network, rows):
    batch, (fewest, most) = decide_batch(HABITS[network], rows), HABITS[network].batch
    assert batch in {8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096}
    assert fewest <= batch <= most
    if fewest < batch < most:
        assert 0.7 < batch / (rows / HABITS[network].batches) < 1.42


@pytest.mark.parametrize("network", HABITS)
@pytest.mark.parametrize("rows", [1, 5, 100, 31_000, 10**8])
@pytest.mark.parametrize("inputs", [Width(9), Image(3, 64, 64), Text(256, 9)])
def test_epochs_are_between_1_and_150(network, rows, inputs):
    batch = min(rows, decide_batch(HABITS[network], rows))
    assert 1 <= decide_epochs(HABITS[network], rows, batch, inputs, gpu=False) <= 100


def test_epochs_of_more_pixels_are_fewer_and_of_a_gpu_more():
    image = Image(1, 28, 28)
    assert decide_epochs(HABITS["convnet"], 48_000, 256, image, gpu=False) == 5
    assert decide_epochs(HABITS["convnet"], 48_000, 256, image, gpu=True) == 30
    assert decide_epochs(HABITS["convnet"], 1_150, 64, Image(1, 8, 8), gpu=False) == 30


def test_epochs_of_pictures_follow_the_work_of_a_row():
    habit, image = HABITS["resnet"], Image(3, 32, 32)
    known = {"inputs": image, "gpu": False}
    assert decide_epochs(habit, 2_000, 64, operations=2.5e8, **known) == 72
    assert decide_epochs(habit, 200, 64, operations=2.5e8, **known) == 100
    assert decide_epochs(habit, 10**6, 256, operations=2.5e8, **known) == 4


def test_epochs_of_a_large_table_are_few_for_many_members():
    habit = HABITS["blend"]
    found = [
        decide_epochs(habit, rows, 256, Width(50), gpu=False) for rows in (12_000, 30_000, 10**6)
    ]
    assert found == [33, 20, 5]


def test_quality_changes_the_epochs():
    habit, image = HABITS["convnet"], Image(1, 28, 28)
    fast, best = (
        decide_epochs(habit, 48_000, 256, image, gpu=False, quality=q) for q in ("fast", "best")
    )
    assert (fast, best) == (2, 8)


def test_trees_grow_larger_leaves_with_many_rows():
    assert (decide_boosting(100).leaves, decide_boosting(50_000).leaves) == (16, 31)
    assert decide_boosting(100, "fast").boosters < decide_boosting(100, "best").boosters
