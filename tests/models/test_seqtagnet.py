import pytest
import torch

from fivefold.models.inputs import Signal, Spelled, Symbols
from fivefold.models.seqtagnet import SeqTagNet, SeriesTagNet
from fivefold.models.tagnet import TagNet


def rows_of(kind, steps):
    """A network, and one row of 10 positions that is filled up to so many."""
    torch.manual_seed(0)
    if kind == "words":
        net = TagNet(Spelled(steps, 3, 30), (steps, 4))
        row = torch.randint(1, 30, (1, 10, 4))
        wide = torch.zeros(1, steps, 4, dtype=torch.int64)
    elif kind == "symbols":
        net = SeqTagNet(Symbols(steps, 22, 3, 0, 0), (steps, 4))
        row, wide = torch.randint(2, 20, (1, 10)), torch.zeros(1, steps, dtype=torch.int64)
    else:
        net = SeriesTagNet(Signal(4, steps), (steps, 4))
        row, wide = torch.randn(1, 4, 10), torch.zeros(1, 4, steps)
        row[:, -1] = 1
        wide[:, :, :10] = row
        return net.eval(), wide
    wide[:, :10] = row
    return net.eval(), wide


@pytest.mark.parametrize("kind", ["words", "symbols", "steps"])
def test_labels_do_not_depend_on_how_far_a_row_is_filled_up(kind):
    short, few = rows_of(kind, 12)
    long, many = rows_of(kind, 40)
    long.load_state_dict(short.state_dict())
    torch.testing.assert_close(short(few)[:, :10], long(many)[:, :10])


@pytest.mark.parametrize("kind", ["words", "symbols", "steps"])
def test_a_label_hears_of_its_neighbours(kind):
    net, rows = rows_of(kind, 12)
    other = rows.clone()
    if kind == "steps":
        other[:, 0, 4] += 1
    else:
        other[:, 4] = rows[:, 5]
    changed = (net(rows) != net(other)).any(-1)[0, :10]
    assert changed[2:7].all()
    assert net(rows).shape == (1, 12, 4)


def test_words_are_forgotten_in_training_alone():
    net, rows = rows_of("words", 12)
    assert torch.equal(net(rows), net(rows))
    again = TagNet(Spelled(12, 3, 30), (12, 4), dropout=0.0, forget=1.0)
    other = rows.clone()
    other[:, :, 1:3] = 7  # the words, which all are forgotten
    other[:, 10:] = 0
    again.train()
    torch.testing.assert_close(again(rows), again(other))
