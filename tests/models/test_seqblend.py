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
    assert ended["trees_weight"] + ended["linear_weight"] > 0.7  # the network has learnt nothing
    assert ended["trees_weight"] > 0 < ended["linear_weight"]
    shares = {"trees": ended["trees_weight"], "linear": ended["linear_weight"]}
    network = 1 - sum(shares.values())
    shares |= {"network": network} if blend.network is not None else {}
    assert blend.parts == pytest.approx(shares)
    with torch.no_grad():
        answers = {"trees": blend.trees(blend.columns(codes)), "linear": blend.linear(codes)}
        mixed = sum(shares[name] * answer for name, answer in answers.items())
        mixed += network * blend.network(codes) if blend.network is not None else 0
        np.testing.assert_allclose(blend(codes), mixed, atol=1e-5)
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


def test_seqblend_of_before_has_no_linear_model_and_answers_as_it_did():
    torch.manual_seed(0)
    blend = SeqBlend(EITHER, 2, network=SeqNet(EITHER, 2, width=8), sizes=[3, 2, 1, 2])
    blend.weight.fill_(0.5)
    told = json.loads(json.dumps(describe(blend)))
    assert told["arguments"].pop("linear") is None
    twin = build(told)
    twin.load_state_dict(blend.state_dict())
    codes, _ = drawn(20, False, rows=4)
    assert torch.equal(twin.eval()(codes), blend.eval()(codes))
    assert blend.parts == {"network": 0.5, "trees": 0.5}


def test_seqblend_of_a_table_is_refused():
    with pytest.raises(TypeError, match="reads a sequence"):
        SeqBlend(Width(4), 2, network=None)
    assert np.isfinite(SeqBlend(EITHER, 2, network=SeqNet(EITHER, 2)).parts["network"])


@pytest.mark.parametrize("kept", [0, 1])
def test_seqblend_counts_words_where_lengths_differ_and_tell_of_a_number(kept):
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    codes = torch.randint(2, 6, (240, 60), generator=generator)
    ends = torch.randint(10, 61, (240,), generator=generator)
    codes = torch.where(torch.arange(60) < ends[:, None], codes, torch.zeros_like(codes))
    target = (codes == 2).sum(1).float()  # how many there are, not how much of it
    target = (target - target.mean()) / target.std()
    blend = SeqBlend(EITHER._replace(kept=kept), 1, network=None)
    linear, answers = blend._fitted(lesson(codes, target, number=True), lambda: None)
    assert linear.counted == (not kept)
    spread = float(((answers[:, 0] - target[160:]) ** 2).mean())
    assert (spread < 0.05) == linear.counted
