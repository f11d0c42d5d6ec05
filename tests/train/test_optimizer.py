import pytest
import torch
from torch import nn

from fivefold.train.optimizer import FusedAdamW, adamw


def test_adamw_decays_matrices_and_nothing_else():
    network = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4))
    network[0].bias.requires_grad_(False)
    groups = adamw(network, lr=0.1, weight_decay=0.5).param_groups
    decay = {id(p): group["weight_decay"] for group in groups for p in group["params"]}
    assert decay == {
        id(network[0].weight): 0.5,
        id(network[1].weight): 0.0,
        id(network[1].bias): 0.0,
    }


def test_adamw_without_matrices_has_one_group():
    optimizer = adamw(nn.LayerNorm(4), lr=0.1, weight_decay=0.5)
    assert len(optimizer.param_groups) == 1
    assert isinstance(optimizer, FusedAdamW)


def test_adamw_of_complex_weights_is_torchs():
    network = nn.Linear(3, 4, dtype=torch.complex64)
    assert isinstance(adamw(network, lr=0.1, weight_decay=0.0), torch.optim.AdamW)


def test_adamw_keeps_dtypes_apart():
    network = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2, dtype=torch.float64))
    groups = adamw(network, lr=0.1, weight_decay=0.5).param_groups
    assert [len({p.dtype for p in group["params"]}) for group in groups] == [1] * 4


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
@pytest.mark.parametrize("skip", [False, True])
def test_fused_adamw_gives_the_numbers_of_torchs(device, skip):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    torch.manual_seed(0)
    ours = nn.Sequential(nn.Linear(5, 7), nn.Linear(7, 2)).to(device)
    theirs = nn.Sequential(nn.Linear(5, 7), nn.Linear(7, 2)).to(device)
    theirs.load_state_dict(ours.state_dict())
    mine = adamw(ours, lr=0.02, weight_decay=0.3)
    matrices = [p for p in theirs.parameters() if p.ndim > 1]
    biases = [p for p in theirs.parameters() if p.ndim == 1]
    reference = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.3}, {"params": biases, "weight_decay": 0.0}],
        lr=0.02,
        fused=True,
    )
    for step in range(20):
        x = torch.randn(16, 5, device=device)
        for model, optimizer in ((ours, mine), (theirs, reference)):
            optimizer.zero_grad()
            hidden = model[0](x)
            part = hidden if skip and step % 3 else model[1](hidden)
            part.square().mean().backward()
            optimizer.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)


def test_fused_adamw_divides_gradients_first():
    one, other = nn.Linear(4, 2), nn.Linear(4, 2)
    other.load_state_dict(one.state_dict())
    x = torch.randn(8, 4)
    for model, scale, divisor in ((one, 6.0, torch.tensor(3.0)), (other, 2.0, None)):
        optimizer = FusedAdamW([{"params": model.parameters(), "lr": 0.1, "weight_decay": 0.0}])
        (model(x).square().mean() * scale).backward()
        optimizer.step(divisor)
    torch.testing.assert_close(one.weight, other.weight)


def test_fused_adamw_goes_on_from_its_state():
    torch.manual_seed(1)
    whole, parts = nn.Linear(4, 2), nn.Linear(4, 2)
    parts.load_state_dict(whole.state_dict())
    batches = torch.randn(6, 8, 4)

    def learn(model, optimizer, some):
        for x in some:
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()

    learn(whole, adamw(whole, lr=0.1, weight_decay=0.1), batches)
    first = adamw(parts, lr=0.1, weight_decay=0.1)
    learn(parts, first, batches[:3])
    second = adamw(parts, lr=0.1, weight_decay=0.1)
    second.load_state_dict(first.state_dict())
    learn(parts, second, batches[3:])
    assert torch.equal(whole.weight, parts.weight)


def test_fused_adamw_takes_other_weights_as_its_first_group_began():
    first, second = nn.Linear(4, 2), nn.Linear(4, 2)
    optimizer = adamw(first, lr=0.1, weight_decay=0.5)
    optimizer.param_groups[0]["lr"] = 0.0
    optimizer.add_param_group({"params": [second.weight], "weight_decay": 0.2})
    group = optimizer.param_groups[-1]
    assert (group["lr"], group["weight_decay"], group["betas"]) == (0.1, 0.2, (0.9, 0.999))
    with pytest.raises(ValueError, match="more than one parameter group"):
        optimizer.add_param_group({"params": [second.bias, first.bias]})
