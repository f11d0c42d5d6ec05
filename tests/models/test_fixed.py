import numpy as np
import pytest
import torch

from fivefold.errors import ModelError
from fivefold.models.fixed import Fixed
from fivefold.models.inputs import Codes, Image, Text, Width


def by_hand(encoded, state):
    absent = np.isnan(encoded)
    values = np.where(absent, state.fill, np.clip(encoded, state.low, state.high))
    if state.knots is None:
        values = (values - state.centre) / state.scale
    else:
        curves = zip(values.T, state.knots, state.levels, strict=True)
        values = np.stack([np.interp(*curve) for curve in curves], axis=1)
    return np.concatenate([values, absent[:, state.indicator]], axis=1)


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust", "quantile", "none"])
@pytest.mark.parametrize("outliers", ["clip", "keep"])
def test_fixed_of_numbers_equals_them_by_hand(make_codec, tensors, scale, outliers):
    codec, arrays, _ = make_codec("numeric", scale=scale, outliers=outliers)
    wild = np.array([[np.nan, np.nan], [1e30, -1e30], [0.0, 1e37]], np.float32)
    numbers = np.concatenate([arrays["numeric"], wild])
    found = Fixed(codec)(tensors({"numeric": numbers}))
    np.testing.assert_allclose(
        found.numpy(), by_hand(numbers, codec.blocks[0].state), rtol=1e-5, atol=1e-6
    )
    assert Fixed(codec).inputs == found.shape[1]
    assert Fixed(codec).inputs.measured == 2


def test_fixed_of_categories_sets_one_column_each(make_codec, tensors):
    codec, arrays, _ = make_codec("categorical")
    found = Fixed(codec)(tensors(arrays)).numpy()
    sizes = [column.state.size for column in codec.blocks[0].columns]
    expected = np.concatenate(
        [np.eye(size)[arrays["codes"][:, j]] for j, size in enumerate(sizes)], axis=1
    )
    np.testing.assert_array_equal(found, expected)
    assert (found.sum(axis=1) == len(sizes)).all()


def test_fixed_of_missing_and_unseen_categories_sets_their_own_columns(make_codec, tensors):
    codec, _, _ = make_codec("categorical")
    found = Fixed(codec)(tensors({"codes": np.array([[0, 1]], np.int32)}))
    first = codec.columns["c"].state.size
    assert found[0].nonzero().flatten().tolist() == [0, first + 1]


def test_fixed_of_a_mixture_names_every_tensor(make_codec, tensors):
    codec, arrays, _ = make_codec("numeric", "categorical", "text", "image", categories="embed")
    fixed = Fixed(codec)
    found = fixed(tensors(arrays))
    assert set(found) == set(fixed.inputs) == {"table", "codes", "note", "photo"}
    assert fixed.inputs["table"] == Width(found["table"].shape[1])
    assert fixed.inputs["codes"] == Codes([codec.columns[name].state.size for name in ("c", "d")])
    assert fixed.inputs["note"] == Text(found["note"].shape[1], codec.columns["note"].state.size)
    assert fixed.inputs["photo"] == Image(1, 9, 8) == tuple(found["photo"].shape[1:])
    assert found["codes"].dtype == found["note"].dtype == torch.int64


def test_fixed_of_one_image_is_the_tensor_with_mean_0_and_deviation_1(make_codec, tensors):
    codec, arrays, _ = make_codec("image")
    found = Fixed(codec)(tensors(arrays))
    assert found.mean().item() == pytest.approx(0, abs=1e-3)
    assert found.std().item() == pytest.approx(1, abs=1e-3)


def test_fixed_of_one_embedded_table_is_the_codes(make_codec, tensors):
    codec, arrays, _ = make_codec("categorical", categories="embed")
    fixed = Fixed(codec)
    assert isinstance(fixed.inputs, Codes)
    assert torch.equal(fixed(tensors(arrays)), torch.from_numpy(arrays["codes"]).long())


def test_fixed_has_no_parameters(make_codec):
    codec, _, _ = make_codec("numeric", "categorical", "text", "image")
    assert not list(Fixed(codec).parameters())


@pytest.mark.parametrize("scale", ["standard", "quantile"])
def test_fixed_rebuilt_from_its_description_and_buffers_gives_the_same(make_codec, tensors, scale):
    codec, arrays, _ = make_codec("numeric", "categorical", "image", scale=scale)
    fixed = Fixed(codec)
    again = Fixed.from_description(fixed.description)
    again.load_state_dict(fixed.state_dict())
    for name, tensor in fixed(tensors(arrays)).items():
        assert torch.equal(tensor, again(tensors(arrays))[name])
    assert again.inputs == fixed.inputs


def test_fixed_without_any_column_is_refused(make_codec):
    codec, _, _ = make_codec()
    with pytest.raises(ModelError, match="at least one input column"):
        Fixed(codec)
