"""Pictures and sounds decoded a second of one core, as Collect reads them, by the form of files.

    python tests/benchmarks/decoding.py [--files 400] [--rounds 3]

Prints a Markdown table: files a second of one core's own time, which what else a machine does
hardly moves; the median of the rounds. What all cores give by the clock is told by each Collect.
"""

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable

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
    """Files a second of the time of one core, as a kind reads them."""
    from fivefold.codecs.coded import objects
    from fivefold.codecs.schema import Column
    from fivefold.kinds.canonical import canonical_column
    from fivefold.kinds.known import KINDS
    from fivefold.kinds.sample import Sample

    kind = next(kind for kind in KINDS if kind.opaque and kind.is_cell(cells[0]))
    form = kind.form(Sample(cells, [1] * len(cells), asked=True))
    begun = time.process_time()
    canonical_column(objects(cells), Column(name="cell", kind=kind.name, format=form))
    return len(cells) / (time.process_time() - begun)


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
    print(f"\n{table(['files', 'a second of one core', 'range'], rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
