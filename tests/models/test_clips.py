import numpy as np
import torch

from fivefold.codecs.mel import bands_of
from fivefold.kinds.clips import SILENT, WHOLE, frames_of
from fivefold.models.clips import Loudness


def clips(length: int, counts: list[int]) -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = np.full((len(counts), length), SILENT, np.int16)
    for row, count in zip(rows, counts, strict=True):
        row[:count] = rng.integers(-9000, 9000, count)
    return rows


def test_module_tells_the_loudness_that_numpy_tells():
    for rate in (8000, 16_000):
        bands, rows = bands_of(rate), clips(rate, [rate, rate // 3, 1])
        found = Loudness(rate, rate)(torch.from_numpy(rows)).numpy()
        for clip, seen in zip(rows, found, strict=True):
            wanted = bands.loudness(clip[clip != SILENT])
            count = len(wanted)
            np.testing.assert_allclose(seen[:-1, :count].T, wanted, atol=1e-4)
            assert seen[-1].tolist() == [1.0] * count + [0.0] * (seen.shape[1] - count)
            assert not seen[:-1, count:].any()


def test_loudness_does_not_depend_on_how_loud_the_whole_is():
    rows = clips(4000, [4000, 1500])
    quiet = np.where(rows == SILENT, SILENT, rows // 20 * 2).astype(np.int16)
    loud = np.where(rows == SILENT, SILENT, rows // 20 * 20).astype(np.int16)
    found, wanted = (Loudness(8000, 4000)(torch.from_numpy(each)) for each in (quiet, loud))
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)


def test_frames_are_filled_up_whatever_the_length():
    for length in (256, 257, 5000, 8000, 30_001):
        out = Loudness(8000, length)(torch.from_numpy(clips(length, [length, 1])))
        assert out.shape == (2, 41, frames_of(8000, length))
        assert out.shape[2] % WHOLE == 0
