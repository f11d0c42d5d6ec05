"""Pictures and sounds decoded a second, as Collect reads them, by the form of their files.

    python tests/benchmarks/decoding.py [--files 400] [--rounds 3]

Prints a Markdown table: files a second, the median of the rounds, on all cores of the process.
"""

import argparse
import io
import statistics
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from machine import conditions, sentence, table

SIDES = (100, 500)
SECONDS = 3


def picture(form: str, side: int) -> Callable[[int], bytes]:
    """What makes a picture of coloured tiles, as a file."""
    from PIL import Image

    def make(row: int) -> bytes:
        tiles = np.random.default_rng(row).integers(0, 256, (10, 10, 3), np.uint8)
        stream = io.BytesIO()
        Image.fromarray(tiles).resize((side, side), Image.Resampling.BICUBIC).save(stream, form)
        return stream.getvalue()

    return make


def sound(form: str, rate: int) -> Callable[[int], bytes]:
    """What makes a sound of three tones and noise, as a file."""
    import soundfile

    def make(row: int) -> bytes:
        draw, time = np.random.default_rng(row), np.arange(SECONDS * rate) / rate
        tones = np.sin(2 * np.pi * draw.uniform(100, 3000, 3)[:, None] * time).mean(axis=0)
        stream = io.BytesIO()
        noisy = 0.5 * tones + 0.02 * draw.normal(size=len(time))
        soundfile.write(stream, noisy, rate, format=form)
        return stream.getvalue()

    return make


def forms() -> dict[str, Callable[[int], bytes]]:
    """What is decoded, by what it is called."""
    pictures = {f"{form}, {n} x {n}": picture(form, n) for form in ("JPEG", "PNG") for n in SIDES}
    rates = (("WAV", 16_000), ("WAV", 44_100), *((f, 16_000) for f in ("FLAC", "OGG", "MP3")))
    sounds = {f"{f}, {SECONDS} s at {rate:,} Hz": sound(f, rate) for f, rate in rates}
    return pictures | sounds


def decoded(cells: list[bytes]) -> float:
    """Files a second that Collect says."""
    import pandas as pd

    import fivefold as ff

    frame = pd.DataFrame({"cell": cells, "y": [row % 2 for row in range(len(cells))]})
    found: Any = ff.Pipeline([ff.Collect(frame, target="y")]).run(seed=0, progress=False)
    return float(found[ff.Collected].decoded["cell"])


def main(arguments: list[str]) -> int:
    """Make the files, decode them, print."""
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("--files", type=int, default=400)
    made.add_argument("--rounds", type=int, default=3)
    asked = made.parse_args(arguments)
    rows = []
    for name, make in forms().items():
        cells = [make(row) for row in range(asked.files)]
        rates = [decoded(cells) for _ in range(asked.rounds)]
        spread = f"{min(rates):,.0f} to {max(rates):,.0f}"
        rows.append([name, f"{statistics.median(rates):,.0f}", spread])
    print(sentence(conditions("numpy", "pillow", "soundfile")))
    print(f"\n{table(['files', 'a second', 'range'], rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
