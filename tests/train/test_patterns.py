import pytest
import torch
from torch import nn

from fivefold.core.session import Session
from fivefold.errors import ConfigError, ModelError, PreflightError
from fivefold.train.optimizer import adamw
from fivefold.train.patterns import freeze, matched
from fivefold.train.train import Train


class Net(nn.Module):
    def __init__(self, inputs=2, outputs=1):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(inputs, 4), nn.ReLU(), nn.Linear(4, 4))
        self.out = nn.Linear(4, outputs)

    def forward(self, batch):
        return self.out(self.encoder(batch))


def run(data, **settings):
    stage = Train(**{"model": Net, "epochs": 2, "batch": 16, **settings})
    return stage.run(data=data, session=Session(seed=1))


def test_the_first_pattern_that_a_name_meets_counts():
    found = matched(Net(), ["*.bias", "encoder.*", "out.*"], "lr")
    assert found == {
        "encoder.0.weight": "encoder.*",
        "encoder.0.bias": "*.bias",
        "encoder.2.weight": "encoder.*",
        "encoder.2.bias": "*.bias",
        "out.weight": "out.*",
        "out.bias": "*.bias",
    }


@pytest.mark.parametrize(
    ("pattern", "remedy"),
    [("encodr.*", "'encoder.*'"), ("out.wieght", "'out.weight'"), ("zzz", "Write * for any")],
)
def test_a_pattern_that_meets_nothing_is_refused_with_names_like_it(pattern, remedy):
    with pytest.raises(ModelError, match="expected weights whose names meet") as caught:
        freeze(Net(), ["out.*", pattern])
    assert f"{pattern!r} in `freeze`" in str(caught.value)
    assert "encoder.0.weight, encoder.0.bias" in caught.value.evidence
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("members", [None, 3])
@pytest.mark.parametrize("stackable", [True, False])
def test_frozen_weights_keep_their_first_values(make_data, monkeypatch, members, stackable):
    from fivefold.models import ensemble

    if not stackable:
        monkeypatch.setattr(ensemble, "stack", lambda ensemble, batch: None)
    stage = Train(Net, epochs=2, freeze=["encoder.*"], members=members)
    first = stage.rehearse(data=make_data(), session=Session(seed=1)).model.body
    trained = stage.run(data=make_data(), session=Session(seed=1))
    for (name, weight), before in zip(
        trained.model.body.named_parameters(), first.parameters(), strict=True
    ):
        assert torch.equal(weight, before) is ("encoder" in name), name
    assert trained.settings["freeze"] == ["encoder.*"]
    assert trained.settings["parameters"] == 5 * (members or 1)


def test_freezing_everything_is_refused(make_data):
    with pytest.raises(ModelError, match="of which none requires a gradient") as caught:
        run(make_data(), freeze=["*"])
    assert "out of `freeze`" in caught.value.remedy


def test_a_rate_by_pattern_is_that_of_a_group():
    net = Net()
    optimizer = adamw(net, lr=0.1, weight_decay=0.5, rates={"out.*": 0.3, "*.0.*": 0.2})
    held = [
        (group["lr"], group["weight_decay"], [tuple(p.shape) for p in group["params"]])
        for group in optimizer.param_groups
    ]
    assert held == [
        (0.1, 0.5, [(4, 4)]),
        (0.1, 0.0, [(4,)]),
        (0.2, 0.5, [(4, 2)]),
        (0.3, 0.5, [(1, 4)]),
        (0.2, 0.0, [(4,)]),
        (0.3, 0.0, [(1,)]),
    ]


def test_training_by_rates_is_that_of_torch_with_groups(make_data):
    data = make_data()

    def groups(parameters):
        torch_groups = [
            {"params": parameters[:4], "lr": 3e-3},
            {"params": parameters[4:5], "lr": 1e-3},  # what suits a module of the user's
            {"params": parameters[5:], "lr": 0.1},
        ]
        return torch.optim.AdamW(torch_groups, weight_decay=0.0, fused=True)

    rates = {"encoder.*": 3e-3, "out.bias": 0.1}
    ours = run(data, lr=rates, clip=None, weight_decay=0.0)
    theirs = run(data, optimizer=groups, clip=None)
    pairs = zip(ours.model.parameters(), theirs.model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert ours.settings["lr"] == 1e-3


@pytest.mark.parametrize("members", [2, None])
def test_rates_reach_copies_that_learn_as_one(make_data, members):
    still = run(make_data(), lr={"*": 1e-30}, members=members)
    stage = Train(Net, members=members)
    first = stage.rehearse(data=make_data(), session=Session(seed=1)).model.body
    for one, other in zip(still.model.body.parameters(), first.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    assert still.settings["rates"] == {"*": 1e-30}


def test_rates_and_an_optimizer_of_ones_own_do_not_go_together():
    with pytest.raises(ConfigError, match="no effect on an `optimizer`"):
        Train(lr={"*": 0.1}, optimizer=torch.optim.SGD)


def test_an_optimizer_that_asks_for_the_loss_several_times_is_refused(make_data):
    with pytest.raises(ModelError, match="found LBFGS, which asks for the loss several times"):
        run(make_data(), optimizer=lambda parameters: torch.optim.LBFGS(parameters))


def test_balanced_classes_are_asked_of_classes_only(make_data):
    stage = Train(sampler="balanced")
    from fivefold.train.misfits import find_misfits

    schema = make_data(task="regression").codec.schema
    (fault,) = find_misfits(stage, schema)
    assert isinstance(fault, PreflightError)
    assert "expected one class a row" in str(fault)
    assert not list(find_misfits(stage, make_data().codec.schema))
