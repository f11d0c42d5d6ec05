import subprocess
import sys

import pytest
import torch
from torch import nn

from fivefold.models.registry import NETWORKS
from fivefold.train import names
from fivefold.train.snapshot import snapshot


def test_names_are_those_of_the_registry():
    assert tuple(NETWORKS) == names.NETWORKS


def test_snapshot_of_a_module_does_not_follow_it():
    module = nn.Linear(2, 1)
    copied = snapshot(module)
    with torch.no_grad():
        module.weight.add_(1)
    assert not torch.equal(copied.weight, module.weight)


def test_snapshot_of_a_module_that_cannot_be_copied_asks_for_a_factory():
    with pytest.raises(ValueError, match="pass a function"):
        snapshot(nn.LazyBatchNorm1d())


def test_snapshot_keeps_factories_classes_and_names():
    def factory(inputs, outputs):
        return nn.Linear(inputs, outputs)

    assert snapshot(factory) is factory
    assert snapshot(nn.Linear) is nn.Linear
    assert snapshot("convnet") == "convnet"
    assert snapshot(None) is None


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("convnett", "did you mean 'convnet'"),
        ("zzz", "One of 'blend', 'tabm', 'mlp'"),
        (lambda inputs: None, "two arguments"),
        (lambda inputs, outputs, width: None, "two arguments"),
        (3, "A name"),
    ],
)
def test_snapshot_of_anything_else_says_what_is_wanted(model, message):
    with pytest.raises(ValueError, match=message):
        snapshot(model)


def test_defining_a_stage_imports_no_torch():
    code = (
        "import sys; from fivefold.train.train import Train; "
        "Train(); Train('mlp'); Train(lambda inputs, outputs: None, lr=0.1).replace(lr=0.2); "
        "assert not {'torch', 'pandas', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
