import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from fitting import feed
from fivefold.core.session import Session
from fivefold.errors import ModelError
from fivefold.models.assemble import digest
from fivefold.models.ensemble import Ensemble
from fivefold.models.learner import Lesson, begin, end, rehearse
from fivefold.train.train import Train


class Taught(nn.Linear):
    """Lets another module take its steps, and takes back twice what that learnt."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.seen = []

    def rehearse(self, lesson):
        self.seen.append("rehearse")

    def begin(self, lesson):
        rows = lesson.train.take(slice(0, 5)).inputs
        self.seen.append((lesson.train.rows, lesson.valid.rows, tuple(rows.shape)))
        lesson.tell("Begun.")
        return nn.Linear(self.in_features, self.out_features)

    @torch.no_grad()
    def end(self, taught, lesson):
        self.weight.copy_(2 * taught.weight)
        return {"twice": True}


@pytest.fixture
def lesson():
    rows = feed((torch.randn(20, 2), torch.zeros(20)))
    return Lesson(train=rows, valid=rows, head=None, seed=0, tell=[].append)


def test_a_module_that_lets_another_take_its_steps_takes_back_what_that_learnt(make_data):
    taken = []

    class Spying(Taught):
        def end(self, taught, lesson):
            taken.append(copy.deepcopy(taught))
            return super().end(taught, lesson)

    trained = Train(Spying, epochs=2).run(data=make_data(), session=Session(seed=3))
    body = trained.model.body
    assert body.seen == [(120, 40, (5, 2))]
    assert torch.equal(body.weight, 2 * taken[0].weight)
    assert trained.settings["twice"]
    again = Train(Spying, epochs=2).run(data=make_data(), session=Session(seed=3))
    assert digest(again.model) == digest(trained.model)


def test_a_rehearsal_neither_begins_nor_ends(make_data):
    trained = Train(Taught).rehearse(data=make_data(), session=Session())
    assert trained.model.body.seen == ["rehearse"]
    assert "twice" not in trained.settings


def test_a_layer_of_the_name_of_a_method_is_none(lesson):
    module = nn.Module()
    module.rehearse, module.begin, module.end = nn.Linear(2, 1), nn.Linear(2, 1), nn.Linear(2, 1)
    rehearse(module, lesson)
    assert begin(module, lesson) is module
    assert end(module, module, lesson) == {}


def test_a_module_that_begins_with_nothing_is_refused(lesson):
    class Silent(nn.Linear):
        def begin(self, lesson):
            pass

    with pytest.raises(ModelError, match=r"Silent\.begin: expected the module .* found NoneType"):
        begin(Silent(2, 1), lesson)


def test_copies_that_begin_by_themselves_are_not_stacked(lesson):
    together = Ensemble([Taught(2, 1), Taught(2, 1)])
    taught = begin(together, lesson)
    assert [type(network) for network in taught.networks] == [nn.Linear, nn.Linear]
    end(together, taught, lesson)
    for network, one in zip(together.networks, taught.networks, strict=True):
        assert torch.equal(network.weight, 2 * one.weight)


def test_copies_that_begin_with_nothing_are_stacked_where_that_pays(lesson):
    together = Ensemble([nn.Linear(2, 1), nn.Linear(2, 1)])
    stacked = begin(together, lesson)
    assert stacked is not together
    with torch.no_grad():
        next(stacked.parameters()).fill_(3.0)
    end(together, stacked, lesson)
    assert all((network.weight == 3).all() for network in together.networks)
    assert begin(together, replace(lesson, stackable=False)) is together


@pytest.mark.parametrize("limit", [None, 5.0])
def test_a_module_is_told_what_time_is_left(make_data, limit):
    told = []

    class Asking(nn.Linear):
        def begin(self, lesson):
            told.append(lesson.seconds_left())
            return self

    Train(Asking, epochs=1, time_limit=limit).run(data=make_data(), session=Session())
    assert told == [None] if limit is None else 0 < told[0] < limit


def test_a_rehearsal_encodes_eight_rows_where_nothing_is_fitted_to_all(make_data):
    seen = []

    class Seeing(nn.Linear):
        def rehearse(self, lesson):
            seen.append((lesson.train.rows, lesson.valid.rows))

    class Fitting(Seeing):
        def fit_buffers(self, batch):
            seen.append(len(batch))

    def positions(epoch, generator, target):
        return list(range(100))

    for body in (Seeing, Fitting):
        Train(body, sampler=positions).rehearse(data=make_data(), session=Session())
    assert seen == [(8, 8), 120, (120, 8)]
