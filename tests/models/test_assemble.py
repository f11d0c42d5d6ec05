import json

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from fivefold.errors import ModelError
from fivefold.models.assemble import Assembled, assemble, digest
from fivefold.models.defaults import choose, make
from fivefold.models.score import score


def built_in(codec, target):
    def factory(inputs, outputs):
        return make(choose(inputs), inputs, outputs)

    torch.manual_seed(0)
    return assemble(codec, factory, target=target).eval()


class Positional(nn.Module):
    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *tensors):
        return self.model.scores(dict(zip(self.names, tensors, strict=True)))


CASES = {
    "onehot": (("numeric", "categorical"), "binary", {}),
    "quantile": (("numeric", "categorical"), "regression", {"scale": "quantile"}),
    "embed": (("numeric", "categorical"), "multiclass", {"categories": "embed"}),
    "image": (("image",), "multiclass", {}),
    "text": (("text",), "binary", {}),
    "mixture": (("numeric", "categorical", "text", "image"), "multiclass", {}),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_assembled_in_onnxruntime_answers_as_in_torch(make_codec, case):
    kinds, task, settings = CASES[case]
    codec, arrays, target = make_codec(*kinds, task=task, **settings)
    model = built_in(codec, target)
    if hasattr(model.body, "fit_buffers"):
        blocks = {name: torch.from_numpy(array) for name, array in arrays.items()}
        model.body.fit_buffers(model.fixed(blocks))
    names = tuple(arrays)
    example = tuple(torch.from_numpy(arrays[name][:8]) for name in names)
    batch = torch.export.Dim("batch", min=1)
    program = torch.onnx.export(
        Positional(model, names),
        example,
        dynamo=True,
        opset_version=20,
        input_names=list(names),
        output_names=["scores"],
        dynamic_shapes={"tensors": tuple({0: batch} for _ in names)},
        verbose=False,
    )
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    for rows in (1, 2, 7, 60):
        part = {name: array[:rows] for name, array in arrays.items()}
        (found,) = session.run(["scores"], part)
        wanted = score(model, part)
        assert found.dtype == wanted.dtype == (np.float64 if task == "regression" else np.float32)
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_assembled_from_its_description_and_weights_gives_the_same_bits(make_codec, case):
    kinds, task, settings = CASES[case]
    codec, arrays, target = make_codec(*kinds, task=task, **settings)
    model = built_in(codec, target)
    again = Assembled.from_description(json.loads(json.dumps(model.describe())))
    again.load_state_dict(model.state_dict())
    np.testing.assert_array_equal(score(again, arrays), score(model, arrays))
    assert digest(again) == digest(model)


def test_assembled_around_a_users_module_has_no_description(make_codec):
    codec, _, _ = make_codec("numeric")
    assert assemble(codec, lambda inputs, outputs: nn.Linear(inputs, outputs)).describe() is None


def test_assemble_learns_the_unit_of_a_regression_from_the_target(make_codec):
    codec, arrays, target = make_codec("numeric", task="regression")

    class Zero(nn.Module):
        def forward(self, table):
            return table[:, :1] * 0

    found = score(assemble(codec, lambda inputs, outputs: Zero(), target=target), arrays)
    np.testing.assert_allclose(found, target.mean(), rtol=1e-6)


def test_assemble_of_a_constant_target_divides_by_one(make_codec):
    codec, _, target = make_codec("numeric", task="regression")
    model = assemble(codec, nn.Linear, target=np.full_like(target, 0.1))
    assert float(model.head.std) == 1.0


def test_assemble_of_something_that_is_no_module_is_refused(make_codec):
    codec, _, _ = make_codec("numeric")
    with pytest.raises(ModelError, match="found str"):
        assemble(codec, lambda inputs, outputs: "net")


def test_digest_sees_one_changed_bit():
    layer = nn.Linear(3, 2)
    before = digest(layer)
    with torch.no_grad():
        layer.weight[0, 0] = torch.nextafter(layer.weight[0, 0], torch.tensor(9.0))
    assert digest(layer) != before
