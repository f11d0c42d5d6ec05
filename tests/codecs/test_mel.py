import numpy as np
import pytest
import torch

from fivefold.codecs.mel import FLOOR, bands_of


@pytest.mark.parametrize("rate", [8000, 16_000, 11_025])
def test_loudness_is_that_of_torch_stft(rate):
    bands = bands_of(rate)
    samples = np.random.default_rng(rate).integers(-9000, 9000, rate).astype(np.int16)
    found = bands.loudness(samples)
    filled = np.zeros((len(found) - 1) * bands.hop + bands.window, np.float32)
    filled[: len(samples)] = samples[: len(filled)] / np.sqrt(np.mean(samples.astype(float) ** 2))
    spectrum = torch.stft(
        torch.from_numpy(filled),
        bands.window,
        bands.hop,
        window=torch.hann_window(bands.window),
        center=False,
        return_complex=True,
    )
    power = spectrum.abs().square() / torch.hann_window(bands.window).square().sum()
    energy = power.T.numpy() @ bands.filters
    assert abs(energy.mean() - 1) < 0.05
    np.testing.assert_allclose(found, np.log(energy + FLOOR), atol=1e-4)


def test_tone_is_loudest_in_the_band_of_its_pitch():
    bands = bands_of(16_000)
    tone = (9000 * np.sin(2 * np.pi * 3000 * np.arange(8000) / 16_000)).astype(np.int16)
    loudest = int(bands.loudness(tone).mean(axis=0).argmax())
    centre = (np.arange(len(bands.filters)) * bands.filters[:, loudest].astype(float)).sum()
    assert abs(centre * 16_000 / bands.window - 3000) < 150


def test_every_band_of_every_rate_takes_something():
    for rate in (1000, 4000, 8000, 16_000):
        np.testing.assert_allclose(bands_of(rate).filters.sum(axis=0), 1, atol=1e-5)


def test_loudness_does_not_depend_on_how_loud_the_whole_is():
    samples = np.random.default_rng(0).normal(0, 4000, 8000)
    found = bands_of(8000).loudness(samples)
    np.testing.assert_allclose(bands_of(8000).loudness(samples / 50), found, atol=1e-4)
    assert np.isfinite(bands_of(8000).loudness(np.zeros(900, np.int16))).all()


def test_shortest_sound_has_one_frame():
    assert bands_of(8000).loudness(np.zeros(1, np.int16)).shape == (1, 40)
