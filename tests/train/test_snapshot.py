import subprocess
import sys
import warnings
from typing import get_args

import pytest
import torch
from torch import nn

from fivefold.core.session import Session
from fivefold.errors import ConfigError, ModelError
from fivefold.models.assemble import digest
from fivefold.models.networks import NETWORKS
from fivefold.train import choices
from fivefold.train.snapshot import snapshot
from fivefold.train.train import Train


def test_names_are_those_of_the_table():
    assert tuple(NETWORKS) == get_args(choices.NetworkName)


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


def net():
    return nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))


@pytest.fixture(scope="module")
def foreign():
    """What other tools make of a module."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch deprecates what it is asked here
        rows = {0: torch.export.Dim("rows", max=99)}
        exported = torch.export.export(net(), (torch.zeros(8, 2),), dynamic_shapes=(rows,))
        scripted = torch.jit.script(net())
        return {
            "script": scripted,
            "trace": torch.jit.trace(net(), torch.zeros(8, 2)),
            "script inside": nn.Sequential(scripted, nn.Linear(1, 1)),
            "exported": exported,
            "exported module": exported.module(),
            "exported inside": nn.Sequential(exported.module()),
            "meta": nn.Linear(2, 1, device="meta"),
        }


REASONS = {
    "script": "a TorchScript module cannot be trained here; pass the nn.Module",
    "exported": "an exported program cannot be trained here; pass the nn.Module",
    "meta": "a module without values",
}


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("script", "script"),
        ("trace", "script"),
        ("script inside", "script"),
        ("exported", "exported"),
        ("exported module", "exported"),
        ("exported inside", "exported"),
        ("meta", "meta"),
    ],
)
def test_module_that_cannot_be_trained_is_refused_when_the_stage_is_built(
    foreign, make_data, case, reason
):
    with pytest.raises(ConfigError) as caught:
        Train(foreign[case])
    assert f"model: {REASONS[reason]}" in caught.value.evidence
    assert caught.value.settings == ("model",)
    stage = Train(lambda inputs, outputs: foreign[case])
    with pytest.raises(ModelError, match="expected the factory to give a") as late:
        stage.run(data=make_data(), session=Session(device="cpu"))
    assert late.value.remedy.startswith("Return ") or case == "exported"


def test_module_wrapped_for_several_processes_is_refused(tmp_path):
    place = f"file://{tmp_path / 'meeting'}"
    torch.distributed.init_process_group("gloo", init_method=place, rank=0, world_size=1)
    try:
        with pytest.raises(ConfigError, match="wrapped for several processes"):
            Train(nn.parallel.DistributedDataParallel(net()))
    finally:
        torch.distributed.destroy_process_group()


def test_module_in_data_parallel_is_trained_itself(make_data):
    body, data = net(), make_data()
    wrapped, plain = (
        Train(model, epochs=1).run(data=data, session=Session(device="cpu"))
        for model in (nn.DataParallel(body), body)
    )
    assert type(wrapped.model.body) is nn.Sequential
    assert digest(wrapped.model) == digest(plain.model)
    made = Train(lambda inputs, outputs: nn.DataParallel(net()), epochs=1)
    found = made.run(data=data, session=Session(device="cpu"))
    assert type(found.model.body) is nn.Sequential


@pytest.mark.parametrize("register", ["register_hook", "register_post_accumulate_grad_hook"])
@pytest.mark.parametrize("factory", [False, True])
def test_hooks_on_parameters_are_refused_with_a_word(register, factory, make_data):
    def hooked(inputs=2, outputs=1):
        module = nn.Linear(inputs, outputs)
        getattr(module.bias, register)(lambda grad: None)
        return module

    with pytest.raises((ConfigError, ModelError)) as caught:
        Train(hooked if factory else hooked()).rehearse(data=make_data(), session=Session())
    assert "a hook on a parameter, bias, does not go into the copy" in str(caught.value)
    assert "in the `begin` of a Callback" in str(caught.value)
