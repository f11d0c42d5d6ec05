import io

import numpy as np
import pytest
import soundfile

from fivefold.codecs.ending import ends_early

SOUND = 0.2 * np.sin(np.arange(8000) / 9)[:, None] * np.ones(2)


def written(form: str, subtype: str | None = None, rate: int = 16_000, channels: int = 1) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, SOUND[:, :channels], rate, format=form, subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "subtype", "head"),
    [
        ("WAV", "PCM_16", 48),
        ("WAV", "FLOAT", 90),
        ("WAV", "ULAW", 60),
        ("AIFF", "PCM_16", 60),
        ("AU", "PCM_16", 30),
        ("OGG", "VORBIS", 5),
        ("OGG", "OPUS", 5),
    ],
)
def test_file_that_lost_its_end_is_told_from_a_whole_one(form, subtype, head):
    content = written(form, subtype)
    assert not ends_early(content)
    for left in {*range(head, len(content), 501), len(content) - 1}:
        assert ends_early(content[:left]), left


def test_bytes_that_say_nothing_of_their_end_are_not_told_to_lack_it():
    for content in (b"", b"x", b"\xff", b"\xff" * 40, b"fLaC", b"ID3", b"RIFF\x04\0\0\0WAVE"):
        assert not ends_early(content)


def test_streams_of_unknown_length_are_whole():
    content = bytearray(written("AU", "PCM_16"))
    content[8:12] = b"\xff" * 4
    assert not ends_early(bytes(content[:-99]))
