import numpy as np
import pytest
import torch
from torch import nn

from fivefold.models.assemble import assemble
from fivefold.models.score import score


@pytest.mark.parametrize("batch", [1, 7, 4096])
def test_score_in_any_batch_equals_one_pass_in_eval_mode(make_codec, tensors, batch):
    codec, arrays, _ = make_codec("numeric", task="multiclass")

    def factory(inputs, outputs):
        layers = nn.Linear(inputs, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, outputs)
        return nn.Sequential(*layers)

    model = assemble(codec, factory).train()
    model.body[1].eval()
    found = score(model, arrays, batch=batch)
    assert [module.training for module in model.body] == [True, False, True, True]
    with torch.no_grad():
        expected = torch.softmax(model.eval().body(model.fixed(tensors(arrays))), dim=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32


def test_score_of_no_rows_keeps_its_columns(make_codec):
    codec, arrays, _ = make_codec("image", task="multiclass")
    model = assemble(codec, lambda i, o: nn.Sequential(nn.Flatten(), nn.Linear(72, o)))
    none = {name: array[:0] for name, array in arrays.items()}
    assert score(model, none).shape == (0, 3)


def test_score_of_a_failing_network_restores_its_mode(make_codec):
    codec, arrays, _ = make_codec("numeric")
    model = assemble(codec, lambda inputs, outputs: nn.Linear(inputs + 1, outputs)).train()
    with pytest.raises(RuntimeError):
        score(model, arrays)
    assert model.training


def test_score_of_read_only_arrays_gives_no_warning(make_codec):
    codec, arrays, _ = make_codec("numeric")
    for array in arrays.values():
        array.flags.writeable = False
    assert score(assemble(codec, nn.Linear), arrays, batch=7).shape == (60, 2)


@pytest.mark.cuda
def test_score_on_the_gpu_is_close_and_leaves_the_network_where_it_was(make_codec):
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    codec, arrays, _ = make_codec("numeric")
    model = assemble(codec, nn.Linear)
    found = score(model, arrays, device="cuda")
    assert model.device.type == "cpu"
    np.testing.assert_allclose(found, score(model, arrays), atol=1e-4)
