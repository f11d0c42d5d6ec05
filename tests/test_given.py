"""Cells as other libraries give them, from the source to the page: collected, served, asked."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fivefold as ff
from fivefold.codecs.wav import wav_bytes

ROWS = 40
DRAW = np.random.default_rng(0)
LABELS = ["ab"[row % 2] for row in range(ROWS)]
PIXELS = [DRAW.integers(0, 255, (8, 8, 3), np.uint8) // (1 + row % 2) for row in range(ROWS)]
WAVES = [DRAW.integers(-999, 999, 600).astype(np.int16) // (1 + row % 2) for row in range(ROWS)]
STEPS = [DRAW.normal(size=(20, 2)) + row % 2 for row in range(ROWS)]


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "png")
    return stream.getvalue()


def wav(wave):
    return wav_bytes(wave, 8000)


def npy(steps):
    stream = io.BytesIO()
    np.save(stream, steps)
    return stream.getvalue()


def frame(cells):
    return pd.DataFrame({"cell": pd.Series(cells, dtype=object), "y": LABELS})


def below(folder):
    for row, pixels in enumerate(PIXELS):
        (folder / f"{row}.png").write_bytes(png(pixels))
    return [{"bytes": None, "path": str(folder / f"{row}.png")} for row in range(ROWS)]


GIVEN = {
    "pictures as bytes and path": lambda _: frame(
        {"bytes": png(pixels), "path": f"{row}.png"} for row, pixels in enumerate(PIXELS)
    ),
    "pictures as paths": lambda folder: frame(below(folder)),
    "pictures of Pillow": lambda _: ([Image.fromarray(pixels) for pixels in PIXELS], LABELS),
    "pictures as a stack": lambda _: (np.stack(PIXELS), LABELS),
    "sounds as arrays with a rate": lambda _: frame(
        {"array": wave / 32_768, "sampling_rate": 8000, "path": "a.wav"} for wave in WAVES
    ),
    "sounds as mappings beside a target": lambda _: (
        [{"array": wave, "sampling_rate": 8000} for wave in WAVES],
        LABELS,
    ),
    "sounds as pairs": lambda _: ([(wave, 8000) for wave in WAVES], LABELS),
    "series as arrays": lambda _: frame(STEPS),
}
NETWORKS = {"pictures": ("convnet", png, PIXELS), "sounds": ("soundnet", wav, WAVES)}


@pytest.mark.slow
@pytest.mark.parametrize("given", GIVEN)
def test_cells_of_other_libraries_are_answered_alike_at_every_door(given, tmp_path, ask):
    source = GIVEN[given](tmp_path)
    network, make, cells = NETWORKS.get(given.split()[0], ("tcn", npy, STEPS))
    in_frame = isinstance(source, pd.DataFrame)
    stages = [
        ff.Collect(source, target="y" if in_frame else None),
        ff.Preprocess(),
        ff.Train(network, epochs=1),
        ff.Deploy(tmp_path / "m.ff"),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    model = ff.load(tmp_path / "m.ff")
    [column] = result[ff.Collected].schema.inputs
    rows = source.head(3) if in_frame else source[0][:3]
    wanted = np.asarray(result.predict_proba(rows))
    np.testing.assert_allclose(model.predict_proba(rows), wanted, atol=1e-5)
    files = [make(cell) for cell in cells[:3]]
    texts = [base64.b64encode(file).decode() for file in files]
    sent = {"json": {"instances": [{column.name: text} for text in texts]}}
    parts = {"files": [(column.name, ("a.bin", file)) for file in files]}
    for form in (sent, parts):
        reply = ask(model, "POST", "/predict", **form)
        assert reply.status_code == 200, reply.text
        np.testing.assert_allclose(reply.json()["probabilities"], wanted, atol=1e-5)
    page = ask(model, "GET", "/")
    assert page.status_code == 200
    assert f'name="{column.name}"' in page.text or column.name in page.text
