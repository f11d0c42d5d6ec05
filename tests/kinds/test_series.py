import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.series import Series
from fivefold.kinds.signals import SIGNALS
from fivefold.testing import check_kind

KIND = Series()


def fitted(series, format="", **settings):
    column = Column(name="s", kind="series", format=format)
    cells = np.empty(len(series), object)
    cells[:] = [KIND.reader(column)(one) for one in series]
    state = KIND.fit(Cells(cells, lambda raw, _: raw), column, Settings(**settings))
    return Fitted(column, KIND, state)


def lines(fit, series):
    read = KIND.reader(fit.column)
    cells = np.empty(1, object)
    cells[0] = read(series)
    [row] = KIND.encode(cells, fit.column, fit.state)
    state = fit.state
    return row[: -state.traits].reshape(state.channels + 1, state.length), row[-state.traits :]


def test_channels_are_scaled_by_the_known_numbers_of_all_training_steps():
    fit = fitted([[[0, 1e9], [2, 1e9]], [[4, 1e9 + 6], [None, 1e9 + 6]]])
    np.testing.assert_allclose(fit.state.mean, [2, 1e9 + 3])
    np.testing.assert_allclose(fit.state.std, [np.std([0, 2, 4]), 3])
    found, _ = lines(fit, [[2, 1e9], [4, 1e9 + 6]])
    expected = [[0, 2 / np.std([0, 2, 4])], [-1, 1], [1, 1]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_gaps_lie_on_lines_and_are_told_in_a_line_of_their_own():
    fit = fitted([[[0, 1], [1, -1], [0, 1], [1, -1]]])
    found, _ = lines(fit, [[None, 1], [1, None], [None, None], [0, None]])
    np.testing.assert_allclose(found[0], [1, 1, 0, -1])  # mean 0.5, deviation 0.5
    np.testing.assert_allclose(found[1], [1, 1, 1, 1])
    np.testing.assert_allclose(found[2], [2 / 3, 2 / 3, 1 / 3, 2 / 3])


def test_odd_series_one_step_constant_missing_and_ragged_are_encoded_finite():
    fit = fitted([[1, 1, 1], [2], None, [None, None], [5.0] * 40])
    assert (fit.state.empty, fit.state.longest, fit.state.series) == (2, 40, 5)
    for cell in (None, [None, None], [7], [5] * 3, [1, None]):
        found, traits = lines(fit, cell)
        assert np.isfinite(found).all()
        assert np.isfinite(traits).all()
    found, _ = lines(fit, None)
    assert found[:, 0].tolist() == [0, 0.5]  # one step of the mean, of which nothing is known
    assert not found[:, 1:].any()
    codes = [finding.code for finding in KIND.remarks(fit.column, fit.state)]
    assert codes == ["gaps_in_series"]


def test_a_channel_that_never_varies_is_not_scaled_up():
    fit = fitted([[0.1] * 7, [0.1] * 9])
    assert fit.state.std.tolist() == [1]
    found, _ = lines(fit, [0.1] * 5)
    assert abs(found[0]).max() < 1e-12


def test_long_series_are_read_by_means_and_cut_where_one_is_much_longer():
    fit = fitted([np.arange(3000.0)] * 3)
    assert (fit.state.stride, fit.state.length) == (3, 1000)
    found, _ = lines(fit, np.arange(3000.0))
    wanted = (np.arange(3000).reshape(1000, 3).mean(1) - 1499.5) / np.arange(3000).std()
    np.testing.assert_allclose(found[0], wanted, atol=1e-6)
    [told] = KIND.remarks(fit.column, fit.state)
    assert (told.code, told.numbers["stride"], told.numbers["cut"]) == ("shortened_series", 3, 0)
    asked = fitted([np.arange(30.0)] * 3, series_length=10)
    assert (asked.state.stride, asked.state.length, asked.state.cut) == (1, 10, 3)
    ragged = fitted([np.arange(20.0)] * 40 + [np.arange(900.0)])
    assert (ragged.state.steps, ragged.state.cut) == (40, 1)


def test_column_of_four_channels_refuses_a_series_of_three():
    read = KIND.reader(Column(name="s", kind="series", format="4 channels"))
    with pytest.raises(ValueError, match="4 channels a step are wanted, it has 3"):
        read([[1, 2, 3]])


def test_simple_models_read_the_traits_alone():
    fit = fitted([[1, 2, 3], [2, 4, 9, 4]])
    _, traits = lines(fit, [1, 2, 4])
    row = np.concatenate([np.zeros(2 * fit.state.length, np.float32), traits])[None]
    [dense] = SIGNALS.linear(row, [fit])
    np.testing.assert_array_equal(dense.values[0], traits)
    values, codes = SIGNALS.trees(row, [fit])
    assert (values.shape, codes.any()) == ((1, fit.state.traits), False)


def test_lean_rows_are_the_same_without_their_traits():
    fit = fitted([[1, 2, 3], [2, 4, 9, 4]])
    cells = np.empty(2, object)
    cells[:] = [np.array([[1.0], [2.0]]), np.array([[4.0]])]
    whole = KIND.encode(cells, fit.column, fit.state)
    bare = KIND.lean(fit.state)
    found = KIND.encode(cells, fit.column, bare)
    np.testing.assert_array_equal(found, SIGNALS.lean(whole, [fit]))
    assert found.shape == (2, 8)
    values, arrays = KIND.pack(bare)
    assert KIND.unpack(values, arrays, fit.column).traits == 0


def test_collect_knows_columns_of_arrays_of_lists_and_of_json():
    rng = np.random.default_rng(0)
    rows = [rng.normal(size=(int(rng.integers(5, 30)), 3)) for _ in range(12)]
    flat = [one[:, 0].tolist() for one in rows]
    source = {
        "arrays": rows,
        "lists": flat,
        "texts": [str(one) for one in flat],
        "pictures": [rng.integers(0, 255, (8, 8)).astype(np.uint8) for _ in rows],
        "y": ["a", "b"] * 6,
    }
    schema = ff.Pipeline([ff.Collect(source, target="y")]).run(progress=False)[ff.Collected].schema
    told = {column.name: (column.kind, column.format) for column in schema.inputs}
    assert told == {
        "arrays": ("series", "3 channels"),
        "lists": ("series", "1 channel"),
        "texts": ("series", "1 channel"),
        "pictures": ("image", ""),
    }


def test_series_are_compared_by_length_level_and_spread():
    rng = np.random.default_rng(0)

    def drawn(steps, level):
        cells = np.empty(200, object)
        cells[:] = [rng.normal(level, 1, (steps + int(rng.integers(9)), 1)) for _ in cells]
        return cells

    one, column = drawn(20, 0), Column(name="s", kind="series")
    cells = np.concatenate([one, drawn(25, 1), [None]])
    found = KIND.compared(cells, column)
    assert list(found) == ["steps", "level", "spread"]
    assert found["steps"][:200].max() < found["steps"][200:400].min() + 4
    assert found["level"][:200].tolist() == [cell.mean() for cell in one]
    assert found["spread"][:200].tolist() == [cell.std() for cell in one]
    assert all(np.isnan(numbers[400]) for numbers in found.values())


@pytest.mark.slow
@pytest.mark.rehearsed
def test_series_is_a_sound_kind():
    rng = np.random.default_rng(0)
    one = [rng.normal(size=size).tolist() for size in range(1, 13)]
    odd = [[1, None, 3], [None, None], "[1, 2]", "1 2 3", None, [5.0] * 9]
    assert check_kind(Series, [*one, *odd]).replayed == "fivefold"
    far = [rng.normal(size=(n, 3)) * [1, 1e6, 0] + [0, 1e9, 7] for n in range(1, 13)]
    cells = [*far, [[1, None, 3]], None, "1,2,3\n4,5,6"]
    assert check_kind(Series, cells, format="3 channels").cells == 15


def test_numbers_far_from_those_of_training_stay_finite_and_sentinels_are_missing():
    kind, column = Series(), Column(name="s", kind="series", format="1 channels")
    read = kind.reader(column)
    usual = objects([read(np.random.default_rng(row).normal(size=9)) for row in range(9)])
    state = kind.fit(Cells(usual, lambda raw, _: raw), column, Settings())
    odd = objects([read([1e29, -1e29, 0.5]), read([1e300, 9.96921e36, 0.5]), read([0.5])])
    far, absent, plain = kind.encode(odd, column, state)
    assert np.isfinite([far, absent, plain]).all()
    assert far[:2].tolist() == [1e6, -1e6]
    first = state.numbers_a_row
    assert np.isnan(odd[1][:2]).all()
    assert np.allclose(absent[0], absent[2])
    assert first > 3
