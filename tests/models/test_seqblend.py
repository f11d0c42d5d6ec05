import json

import numpy as np
import pytest
import torch

from fivefold.models.boosting import Boosting
from fivefold.models.inputs import Width
from fivefold.models.networks import build, describe
from fivefold.models.seqblend import SeqBlend
from fivefold.models.seqnet import SeqNet
from models.test_clues import EITHER, drawn, lesson


def test_seqblend_lets_trees_answer_that_read_what_the_network_reads():
    torch.manual_seed(0)
    codes, target = drawn(20, False, rows=300)
    blend = SeqBlend(EITHER, 2, network=SeqNet(EITHER, 2, width=8))
    taught = lesson(codes, target)
    taught = type(taught)(**{**vars(taught), "boosting": Boosting(rounds=40, boosters=1)})
    assert blend.begin(taught) is blend
    assert blend.composition.placed
    ended = blend.eval().end(blend, taught)
    assert ended["trees_weight"] > 0.5  # the network has learnt nothing
    right = (blend(codes[200:]).argmax(1) == target[200:]).float().mean()
    assert right > 0.9
    twin = build(json.loads(json.dumps(describe(blend))))
    twin.load_state_dict(blend.state_dict())
    assert torch.equal(twin.eval()(codes), blend(codes))


def test_seqblend_grows_fewer_trees_where_there_is_much_to_look_at(monkeypatch):
    codes, target = drawn(20, False, rows=150)
    blend = SeqBlend(EITHER, 2, network=SeqNet(EITHER, 2, width=8))
    taught = lesson(codes, target)
    taught = type(taught)(**{**vars(taught), "boosting": Boosting()})
    grown = []
    monkeypatch.setattr(
        "fivefold.models.blend.grow", lambda lesson, matrix: grown.append(lesson.boosting)
    )
    for work in (10**10, 10**7, 10**5):
        monkeypatch.setattr("fivefold.models.seqblend.WORK", work)
        blend.begin(taught)
    assert [(each.boosters, each.trees) for each in grown] == [(3, 1500), (1, 172), (1, 60)]


def test_seqblend_of_a_table_is_refused():
    with pytest.raises(TypeError, match="reads a sequence"):
        SeqBlend(Width(4), 2, network=None)
    assert np.isfinite(SeqBlend(EITHER, 2, network=SeqNet(EITHER, 2)).parts["network"])
