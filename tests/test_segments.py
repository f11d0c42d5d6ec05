"""Segments that people mark in sounds are learnt, judged, served and told in seconds."""

import base64
import json

import numpy as np
import pytest
from fastapi.testclient import TestClient

import fivefold as ff
from fivefold.codecs.wav import wav_bytes
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events
from fivefold.serve.app import create_app

RATE = 8000


def sound(rng):
    """Noise with a tone in it, and from when to when that is, in seconds."""
    count = int(rng.integers(4000, 6000))
    start = int(rng.integers(0, count - 2400))
    end = start + int(rng.integers(1200, 2400))
    cell = rng.normal(0, 300, count)
    tone = np.sin(2 * np.pi * rng.uniform(500, 1500) * np.arange(end - start) / RATE)
    cell[start:end] += 4000 * tone
    return (cell.astype(np.int16), RATE), (start / RATE, end / RATE)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run on sounds of which people marked the tones, and its bundle."""
    folder = tmp_path_factory.mktemp("segments")
    rng = np.random.default_rng(0)
    sounds, ends = zip(*(sound(rng) for _ in range(100)), strict=True)
    label = ff.Label(["tone"], answer="spans", by=["clip"], directory=folder)
    source = {"clip": list(sounds)}
    with Events(folder / FILE) as events:
        for item, (start, end) in zip(label.items(label.rows(source)), ends, strict=True):
            value = [[start, end, "tone"]]
            events.append(Event(item=item, who="ann", act="label", value=value))
    pipeline = ff.Pipeline(
        [
            ff.Collect(source),
            label,
            ff.Preprocess(),
            ff.Train(epochs=5, augment=()),
            ff.Evaluate(),
            ff.Deploy(folder / "tones.ff"),
        ]
    )
    return pipeline.run(seed=0, progress=False), folder / "tones.ff"


@pytest.mark.slow
def test_segments_of_sounds_are_found_at_their_seconds(made):
    result, path = made
    assert result[ff.Trained].settings.network == "soundtagnet"
    assert result.metrics["accuracy"] > 0.95
    table = result.tables["model_comparison"].set_index("model")
    assert "linear tagger" in table.index
    rng = np.random.default_rng(1)
    model = ff.load(path)
    for _ in range(5):
        (cell, rate), (start, end) = sound(rng)
        [told] = model.predict({"clip": [(cell, rate)]})
        found = np.flatnonzero(np.array(told) == "tone") * 0.02
        assert abs(found.min() - start) < 0.06
        assert abs(found.max() + 0.02 - end) < 0.06


@pytest.mark.slow
def test_server_says_how_long_a_step_of_a_sound_is(made):
    _, path = made
    (cell, rate), _ = sound(np.random.default_rng(2))
    request = {"instances": [{"clip": base64.b64encode(wav_bytes(cell, rate)).decode()}]}
    with TestClient(create_app(ff.load(path))) as client:
        reply = json.loads(client.post("/predict", json=request).text)
    assert reply["seconds_a_step"] == 0.02
    assert len(reply["predictions"][0]) == -(-(1 + (len(cell) - 128) // 80) // 2)
    assert set(reply["predictions"][0]) == {"O", "tone"}
