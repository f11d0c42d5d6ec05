"""A module on disk without pickle: what it holds, put into another one of its kind."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from fivefold.core.format import Outlined
from fivefold.core.store import whole
from fivefold.errors import StoreError
from fivefold.models.outline import KEY, fill_module, write_module


class Net(nn.Module):
    """A module with all that one may hold beside weights."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.second.weight = self.first.weight
        self.maps = nn.Conv2d(2, 2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.register_buffer("seen", torch.zeros(1), persistent=False)
        self.register_buffer("mean", None)
        self.calls, self.noted, self.old = 0, None, "early"

    def forward(self, rows: Tensor) -> Tensor:
        if self.training:
            self.calls += 1
            self.seen += len(rows)
            self.mean = rows.mean(0).detach()
        return self.second(self.norm(self.first(rows)))


def learnt() -> Net:
    """A module after some steps, with weights of its own and state of all kinds."""
    torch.manual_seed(1)
    net = Net()
    for _ in range(3):
        net(torch.randn(8, 3))
    net.first.bias.requires_grad_(False)
    net.maps.to(memory_format=torch.channels_last)
    held = {"rows": [1, (2.5, None)], 3: torch.arange(2), "array": np.arange(3.0)}
    net.noted, net.step = held, np.float32(0.1)
    del net.old
    return net.eval()


def saved(module: nn.Module, outline: nn.Module, folder: Path) -> Path:
    path = folder / "model.safetensors"
    with whole(path) as file:
        write_module(Outlined(module, outline), file)
    return path


def test_module_comes_back_with_weights_buffers_and_state(tmp_path):
    net = learnt()
    path = saved(net, Net(), tmp_path)
    torch.manual_seed(2)
    found: Any = fill_module(path, Net())
    assert type(found) is Net
    assert found is not net
    for (name, one), (again, other) in zip(
        net.state_dict().items(), found.state_dict().items(), strict=True
    ):
        assert name == again
        assert torch.equal(one, other), name
        assert one.stride() == other.stride(), name
    assert found.first.weight is found.second.weight
    assert not found.first.bias.requires_grad
    assert found.second.bias.requires_grad
    assert torch.equal(found.seen, torch.tensor([24.0]))
    assert "seen" not in found.state_dict()
    assert torch.equal(found.mean, net.mean)
    assert (found.calls, found.training, hasattr(found, "old")) == (3, False, False)
    assert found.noted["rows"] == [1, (2.5, None)]
    assert torch.equal(found.noted[3], torch.arange(2))
    np.testing.assert_array_equal(found.noted["array"], np.arange(3.0))
    assert type(found.step) is np.float32
    assert found.step == np.float32(0.1)
    rows = torch.randn(5, 3)
    assert torch.equal(found(rows), net(rows))


def test_file_holds_tensors_and_plain_json(tmp_path):
    with safe_open(saved(learnt(), Net(), tmp_path), framework="pt") as file:
        assert set(file.metadata()) == {KEY}
        parts = json.loads(file.metadata()[KEY])["parts"]
        assert sorted(parts) == ["", "first", "maps", "norm", "second"]
        assert file.get_tensor("seen").tolist() == [24.0]
        assert len([name for name in file.keys() if name.endswith("first.weight")]) == 1  # noqa: SIM118


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda net: setattr(net, "noted", Counter("aab")), "noted: .*found Counter"),
        (lambda net: setattr(net.norm, "to", [print, object()]), r"norm.to\[0\]: .*builtin"),
        (lambda net: setattr(net, "noted", torch.eye(2).to_sparse()), "noted: .*sparse"),
        (lambda net: setattr(net, "third", nn.Linear(1, 1)), "third: .*not in the outline"),
        (lambda net: delattr(net, "maps"), "maps: .*found none"),
        (lambda net: setattr(net, "norm", nn.LayerNorm(3)), "norm: .*LayerNorm"),
    ],
    ids="abcdef",
)
def test_what_tensors_and_plain_values_do_not_tell_is_refused_by_its_name(tmp_path, change, said):
    net = learnt()
    change(net)
    with pytest.raises(StoreError, match=said):
        saved(net, Net(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_outline_that_does_not_become_what_was_saved_is_refused(tmp_path):
    class Other(Net):
        def forward(self, rows: Tensor) -> Tensor:
            return -super().forward(rows)

    path = saved(learnt(), Net(), tmp_path)
    for outline in (Other(), nn.Linear(3, 3), None):
        with pytest.raises(StoreError, match="expected the module that was saved"):
            fill_module(path, outline)


class Recurrent(nn.Module):
    """A recurrent network, which holds its weights in a list too."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.LSTM(3, 2, batch_first=True)

    def forward(self, rows: Tensor) -> Tensor:
        return self.inner(rows)[0]


def hooked() -> nn.Module:
    """A module whose answers a hook doubles; each has a number of its own in torch."""
    net = nn.Linear(3, 2)
    net.register_forward_hook(lambda module, given, answer: 2 * answer)
    return net


@pytest.mark.parametrize(
    "make",
    [
        Recurrent,
        hooked,
        lambda: weight_norm(nn.Linear(3, 2)),
        lambda: spectral_norm(nn.Linear(3, 2)),
    ],
    ids="abcd",
)
def test_weights_that_stand_in_lists_under_hooks_and_parametrized_come_back(tmp_path, make):
    torch.manual_seed(0)
    net, rows = make(), torch.randn(4, 3)
    net(rows).square().sum().backward()
    with torch.no_grad():
        for weight in net.parameters():
            weight -= weight.grad
    path = saved(net.eval(), make(), tmp_path)
    found = fill_module(path, make())
    assert torch.equal(found(rows), net(rows))
    assert not torch.equal(make().eval()(rows), net(rows))
    if make is Recurrent:
        inner: Any = found.inner
        assert all(a is b for a, b in zip(inner._flat_weights, inner.parameters(), strict=True))
