import numpy as np
import torch

from fivefold.codecs.mel import bands_of
from fivefold.kinds.clips import SILENT
from fivefold.models.clips import WHOLE, Loudness, frames_of, mask, noise, speed


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


def test_frames_are_filled_up_whatever_the_length():
    for length in (256, 257, 5000, 8000, 30_001):
        out = Loudness(8000, length)(torch.from_numpy(clips(length, [length, 1])))
        assert out.shape == (2, 41, frames_of(8000, length))
        assert out.shape[2] % WHOLE == 0


def spectra() -> torch.Tensor:
    torch.manual_seed(0)
    loud, counts = torch.randn(64, 40, 48), torch.randint(8, 49, (64, 1, 1))
    present = (torch.arange(48) < counts).float()
    return torch.cat([loud * present, present], dim=1)


def test_mask_takes_a_stretch_of_bands_and_one_of_frames():
    before = spectra()
    after = mask(before)
    gone = (after != before)[:, :-1]
    assert torch.equal(after[:, -1], before[:, -1])
    assert not after[:, :-1][gone].any()
    assert gone.any(dim=(1, 2)).float().mean() > 0.9
    whole_bands = (after[:, :-1] == 0).all(dim=2).sum(dim=1)
    assert whole_bands.max() <= 8
    assert len(whole_bands.unique()) > 3


def test_speed_shortens_some_sounds_lengthens_others_and_moves_pitch():
    row = torch.zeros(1, 41, 48)
    row[0, 20, 10] = row[0, 30, 16] = 1.0
    row[0, -1, :30] = 1.0
    torch.manual_seed(1)
    after = speed(row.repeat(200, 1, 1))
    counts = after[:, -1].sum(dim=1)
    assert counts.min() == 28
    assert counts.max() == 34
    where = after[:, 30, :30].argmax(dim=1).float()
    assert not after[:, :-1][after[:, -1:].expand_as(after[:, :-1]) == 0].any()
    faster = counts < 30
    total = after[:, :-1].sum(dim=2)
    band = (total * torch.arange(40)).sum(dim=1) / total.sum(dim=1)
    assert band[faster].mean() > band[~faster].mean()
    assert where.std() > 0


def test_noise_is_added_where_a_sound_is_and_nowhere_else():
    before = spectra()
    after = noise(before)
    heard = before[:, -1:].bool().expand(-1, 40, -1)
    assert torch.equal(after[:, :-1][~heard], before[:, :-1][~heard])
    assert 0.2 < (after - before)[:, :-1][heard].std() < 0.4
