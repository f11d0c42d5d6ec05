import numpy as np

from fivefold.codecs.traits import names_of, traits


def told(series):
    return dict(zip(names_of(series.shape[1]), traits(series).tolist(), strict=True))


def test_traits_equal_what_numpy_says_of_each():
    rng = np.random.default_rng(0)
    series = rng.normal(size=(60, 2)).cumsum(axis=0)
    found, (one, other) = told(series), series.T
    apart = one - one.mean()
    wanted = {
        "mean 0": one.mean(),
        "deviation 1": other.std(),
        "quantile 0.9 0": np.quantile(one, 0.9),
        "slope 0": np.polyfit(np.linspace(-1, 1, 60), one, 1)[0],
        "quarter 2 0": one[15:30].mean(),
        "ends 1": other[-5:].mean(),
        "change 0": np.abs(np.diff(one)).mean(),
        "memory 4 0": (apart[4:] * apart[:-4]).sum() / (apart**2).sum(),
        "place of the maximum 0": one.argmax() / 60,
        "0 with 1": np.corrcoef(one, other)[0, 1],
        "steps": np.log(60),
    }
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-5, err_msg=name)


def test_frequency_of_a_wave_is_where_the_wave_is():
    time = np.arange(200)
    found = told(np.sin(2 * np.pi * 0.1 * time)[:, None])
    assert abs(found["strongest frequency 0"] - 0.1) < 1e-6
    assert abs(found["frequency 0"] - 0.1) < 1e-3
    bands = {name: value for name, value in found.items() if name.startswith("up to")}
    assert max(bands, key=lambda name: bands[name]) == "up to 0.125 turns a step 0"
    assert abs(found["crossings 0"] - 0.2) < 0.02  # two a turn


def test_traits_of_one_step_and_of_a_constant_are_finite():
    for series in (np.ones((1, 3)), np.full((50, 3), 0.1), np.zeros((2, 1)), np.full((9, 1), 1e30)):
        assert np.isfinite(traits(series)).all()
