import torch
from torch import nn

from fivefold.train.optimizer import adamw


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
    assert groups[0]["fused"]


def test_adamw_without_matrices_has_one_group():
    optimizer = adamw(nn.LayerNorm(4), lr=0.1, weight_decay=0.5)
    assert len(optimizer.param_groups) == 1
    assert isinstance(optimizer, torch.optim.AdamW)
