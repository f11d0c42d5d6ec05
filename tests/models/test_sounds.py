import numpy as np
import torch

from fivefold.models.sounds import STRETCHED, mask, mix, noise, pitch, shift, speed


def spectra() -> torch.Tensor:
    torch.manual_seed(0)
    loud, counts = torch.randn(64, 40, 48), torch.randint(8, 49, (64, 1, 1))
    present = (torch.arange(48) < counts).float()
    return torch.cat([loud * present, present], dim=1)


def factors(rows: int) -> np.ndarray:
    torch.manual_seed(1)
    drawn = (1 + STRETCHED * (2 * torch.rand(rows) - 1)).numpy().astype(float)
    torch.manual_seed(1)
    return drawn


def test_mask_takes_a_stretch_of_bands_and_one_of_frames():
    before = spectra()
    after = mask(before)
    gone = (after != before)[:, :-1]
    assert torch.equal(after[:, -1], before[:, -1])
    assert not after[:, :-1][gone].any()
    assert gone.any(dim=(1, 2)).float().mean() > 0.9
    whole_bands = (after[:, :-1] == 0).all(dim=2).sum(dim=1)
    assert whole_bands.max() <= 12
    assert len(whole_bands.unique()) > 3


def test_speed_stretches_each_sound_in_time_alone():
    before = spectra()
    drawn = factors(64)
    after = speed(before).numpy()
    counts = before[:, -1].sum(dim=1).numpy()
    for row, factor in enumerate(drawn):
        places = np.arange(48) * factor
        heard = (places < counts[row] - 0.5) & (places <= 47)
        assert after[row, -1].tolist() == heard.astype(float).tolist()
        for band in (0, 17):
            wanted = np.interp(places, np.arange(48), before[row, band].numpy()) * heard
            np.testing.assert_allclose(after[row, band], wanted, atol=1e-4)


def test_pitch_moves_the_bands_of_each_sound_alone():
    before = spectra()
    drawn = factors(64)
    after = pitch(before).numpy()
    np.testing.assert_array_equal(after[:, -1], before[:, -1])
    for row, factor in enumerate(drawn):
        places = np.minimum(np.arange(40) * factor, 39)
        wanted = np.interp(places, np.arange(40), before[row, :-1, 5].numpy())
        np.testing.assert_allclose(after[row, :-1, 5], wanted, atol=1e-4)


def test_shift_moves_each_sound_and_puts_silence_before_it():
    before = spectra()
    after = shift(before)
    moves = []
    for was, now in zip(before, after, strict=True):
        [move] = [
            move
            for move in range(-5, 6)
            if torch.equal(
                now[:, max(0, move) : 48 + min(0, move)], was[:, max(0, -move) : 48 - max(0, move)]
            )
        ]
        moves.append(move)
        assert not now[:, : max(0, move)].any()
        assert not now[:, 48 + min(0, move) :].any()
    assert min(moves) < -2
    assert max(moves) > 2


def test_noise_is_added_where_a_sound_is_and_nowhere_else():
    before = spectra()
    after = noise(before)
    heard = before[:, -1:].bool().expand(-1, 40, -1)
    assert torch.equal(after[:, :-1][~heard], before[:, :-1][~heard])
    assert 0.2 < (after - before)[:, :-1][heard].std() < 0.4


def test_mixed_sounds_are_as_long_as_the_longer_and_have_shares_of_both():
    before = spectra()
    others = before.flip(0)
    after, share = mix(before, others)
    assert share.shape == (64,)
    assert 0 <= share.min() < 0.1
    assert 0.9 < share.max() <= 1
    assert torch.equal(after[:, -1], torch.maximum(before[:, -1], others[:, -1]))
    wanted = before * share[:, None, None] + others * (1 - share)[:, None, None]
    torch.testing.assert_close(after[:, :-1], wanted[:, :-1])


def test_changes_differ_from_sound_to_sound_and_come_again_with_their_seed():
    row = spectra()[:1].repeat(16, 1, 1)
    for change in (mask, speed, pitch, shift, noise):
        torch.manual_seed(7)
        first = change(row)
        assert len(first.unique(dim=0)) > 4, change
        torch.manual_seed(7)
        assert torch.equal(change(row), first)
        assert torch.equal(row[0], row[-1])
