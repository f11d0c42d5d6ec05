import numpy as np
import pytest
from scipy.signal import resample_poly

from fivefold.codecs.rate import resampled


@pytest.mark.parametrize(("rate", "to"), [(44_100, 16_000), (8000, 16_000), (48_000, 8000)])
def test_tone_below_half_of_both_rates_is_kept(rate, to):
    hertz = 1000.0
    tone = np.sin(2 * np.pi * hertz * np.arange(rate // 2) / rate).astype(np.float32)
    found = resampled(tone, rate, to)
    ideal = np.sin(2 * np.pi * hertz * np.arange(len(found)) / to)
    middle = slice(200, -200)
    assert len(found) == -(-len(tone) * to // rate)
    np.testing.assert_allclose(found[middle], ideal[middle], atol=1e-4)


def test_tone_that_the_new_rate_cannot_tell_is_left_out():
    tone = np.sin(2 * np.pi * 6000 * np.arange(16_000) / 16_000).astype(np.float32)
    assert np.abs(resampled(tone, 16_000, 8000)[200:-200]).max() < 1e-3


def test_noise_is_near_to_what_scipy_makes_of_it():
    rng = np.random.default_rng(0)
    smooth = np.convolve(rng.normal(size=22_050), np.hanning(64) / 32, "same").astype(np.float32)
    found, other = resampled(smooth, 22_050, 16_000), resample_poly(smooth, 320, 441)
    middle = slice(200, -200)
    assert np.abs(found[middle] - other[middle]).max() < 0.01 * np.abs(other).max()
