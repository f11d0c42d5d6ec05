"""Numbers dialled on a telephone: two tones a key, with noise; a table of files and numbers."""

import csv
import wave
from pathlib import Path

import numpy as np

RATE = 8000
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477)
KEYS = dict(zip("123456789*0#", ((low, high) for low in LOW for high in HIGH), strict=True))


def write_numbers(folder: Path, rows: int = 400, seed: int = 0) -> Path:
    """WAV files of two to six digits, and `numbers.csv`, which says what each of them says."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for row in range(rows):
        number = "".join(rng.choice([*"0123456789"], rng.integers(2, 7)))
        parts = [np.zeros(rng.integers(200, 600))]
        for key in number:
            time = np.arange(rng.integers(600, 1000)) / RATE
            tones = sum(np.sin(2 * np.pi * hertz * time) for hertz in KEYS[key])
            parts += [tones * np.hanning(len(time)), np.zeros(rng.integers(200, 500))]
        sound = np.concatenate(parts)
        sound = 4000 * sound + 400 * rng.normal(size=len(sound))
        with wave.open(str(folder / f"{row:03}.wav"), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(sound.astype(np.int16).tobytes())
        lines.append((f"{row:03}.wav", number))
    table = folder / "numbers.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("file", "number"), *lines])
    return table
