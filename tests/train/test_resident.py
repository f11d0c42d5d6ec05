import pytest
import torch
from torch import nn

from fivefold.models.fixed import Fixed
from fivefold.train import resident
from fivefold.train.plan import make_plan
from fivefold.train.resident import encode, encodes_once, make_feeds, place
from fivefold.train.train import Train

CPU = torch.device("cpu")


@pytest.mark.parametrize("kind", ["numeric", "text", "image", "mixture"])
def test_encode_in_pieces_equals_one_pass(make_data, monkeypatch, kind):
    monkeypatch.setattr(resident, "CHUNK", 7)
    data = make_data(kind, task="multiclass")
    fixed = Fixed(data.codec)
    blocks = place(data.train, CPU)
    found, expected = encode(blocks, fixed), fixed(blocks)
    if kind == "mixture":
        assert set(found) == set(expected)
        assert all(torch.equal(found[name], expected[name]) for name in found)
    else:
        assert torch.equal(found, expected)


def test_images_are_encoded_by_batch_and_tables_once(make_data):
    assert encodes_once(Fixed(make_data("numeric").codec), 10**6)
    assert encodes_once(Fixed(make_data("text").codec), 10**6)
    assert not encodes_once(Fixed(make_data("image").codec), 10)
    assert not encodes_once(Fixed(make_data("mixture").codec), 10)
    assert not encodes_once(Fixed(make_data("numeric").codec), 10**9)


def test_training_is_the_same_whether_encoded_once_or_by_batch(make_data, monkeypatch):
    from fivefold.core.session import Session
    from fivefold.models.assemble import digest

    data = make_data("numeric", task="regression")
    once = Train(nn.Linear, epochs=3).run(data=data, session=Session(seed=1))
    monkeypatch.setattr(resident, "LIMIT", 100)
    by_batch = Train(nn.Linear, epochs=3).run(data=data, session=Session(seed=1))
    assert once.settings["encoded"] == "once"
    assert by_batch.settings["encoded"] == "by batch"
    assert digest(once.model) == digest(by_batch.model)


def test_a_body_of_a_mixture_fits_its_buffers_on_the_table_of_training_rows(make_data):
    data = make_data("mixture", task="multiclass")
    stage = Train()
    plan = make_plan(stage, data, device=CPU, seed=0)
    make_feeds(plan.network, data, batch=32, seed=0, once=plan.once)
    table = plan.network.body.network.encoders[0]
    expected = plan.network.fixed(place(data.train, CPU))["table"][:, : table.measured]
    assert torch.equal(table.pieces.low[:, 0], expected.min(dim=0).values)


def test_a_table_past_the_limit_fits_its_buffers_on_evenly_spaced_rows(make_data, monkeypatch):
    data = make_data("numeric", task="regression")
    monkeypatch.setattr(resident, "LIMIT", 4 * 2 * 50)
    plan = make_plan(Train("mlp"), data, device=CPU, seed=0)
    make_feeds(plan.network, data, batch=32, seed=0, once=plan.once)
    expected = plan.network.fixed(place(data.train, CPU))[::3].min(dim=0).values
    assert torch.equal(plan.network.body.pieces.low[:, 0], expected)
