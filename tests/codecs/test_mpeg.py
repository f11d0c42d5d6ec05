import io

import numpy as np
import pytest
import soundfile

from fivefold.codecs.mpeg import is_cut_mp3


def written(rate: int, channels: int = 1) -> bytes:
    file = io.BytesIO()
    sound = 0.2 * np.sin(np.arange(16_000) / 9)[:, None] * np.ones(channels)
    soundfile.write(file, sound, rate, format="MP3")
    return file.getvalue()


def starts(content: bytes) -> list[int]:
    """Where the frames of a file of soundfile begin: all have the first two bytes of the first."""
    found, at = [], content.find(content[:2])
    while at >= 0:
        found.append(at)
        at = content.find(content[:2], at + 1)
    return found


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
def test_file_is_cut_wherever_it_lost_a_byte_or_a_frame(rate, channels):
    content = written(rate, channels)
    assert not is_cut_mp3(content)
    last = starts(content)[-1]
    for left in {*range(30, last, 97), last, last + 1, last + 3, last + 9, len(content) - 1}:
        assert is_cut_mp3(content[:left]), left


def test_file_that_says_no_number_of_frames_is_cut_where_it_ends_within_one():
    content = written(16_000)
    bare = content[starts(content)[1] :]
    assert not is_cut_mp3(bare)
    for left in {*range(200, len(bare), 97), len(bare) - 1} - set(starts(bare)):
        assert is_cut_mp3(bare[:left]), left


def test_tags_before_and_behind_the_frames_are_none_of_them():
    before = b"ID3\x03\0\0\0\0\x01\x10" + b"\xff\xfb\x90\0" * 36
    behind = b"TAG" + b"x" * 125
    content = written(44_100)
    for whole in (
        before + content,
        content + behind,
        before + content + behind,
        b"\0" * 99 + content,
    ):
        assert not is_cut_mp3(whole)
    half = content[: starts(content)[7]]
    for cut in (before + half, half + behind, before + half + behind):
        assert is_cut_mp3(cut)


def test_frames_that_a_vbri_head_tells_are_counted_too():
    content = written(44_100)
    first, second = starts(content)[:2]
    size, frames = second - first, len(starts(content)) - 1

    def headed(told: int, long: int = 0) -> bytes:
        said = b"\0\1" + b"\0" * 4 + long.to_bytes(4, "big") + told.to_bytes(4, "big")
        head = content[:4] + b"\0" * 32 + b"VBRI" + said
        return head.ljust(size, b"\0") + content[second:]

    assert not is_cut_mp3(headed(frames))
    assert is_cut_mp3(headed(2 * frames))
    assert not is_cut_mp3(headed(frames, len(content)))
    assert is_cut_mp3(headed(frames, len(content))[: starts(content)[-1]])


def test_bytes_without_frames_are_not_cut():
    for content in (b"", b"\xff\xfb", b"no sound at all", b"ID3\x03\0\0\0\0\0\0"):
        assert not is_cut_mp3(content)
