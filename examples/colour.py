"""A kind of your own: a colour, which becomes three of the numbers in the table.

Run: python examples/colour.py [folder]
"""

import csv
import re
import sys
from pathlib import Path

import numpy as np

import fivefold as ff
from fivefold.kinds.feature import Feature
from fivefold.kinds.numbers import NUMBERS


class Colour(ff.Kind):
    """A colour, written `#ff8000`."""

    name, wanted = "colour", "colours like #ff8000"
    block = NUMBERS  # shared: numbers of all columns stand side by side, and are scaled alike
    control = "colour"  # what the page fills it in with

    def reader(self, column):
        def read(cell):
            text = self.text_of(cell, column)  # None where it stands for a missing one
            if text is not None and not re.fullmatch("#?[0-9a-fA-F]{6}", text):
                raise ValueError("a colour has six hexadecimal digits")
            return text and "#" + text.lower().removeprefix("#")

        return read

    def features(self, column, state):
        return tuple(Feature(f"{column.name}.{part}") for part in ("red", "green", "blue"))

    def encode(self, values, column, state):
        rows = [
            [np.nan] * 3 if value is None else list(bytes.fromhex(value[1:])) for value in values
        ]
        return np.array(rows, np.float64).reshape(-1, 3)

    def synthesise(self, fitted, usual, rows, rng):
        return [f"#{number:06x}" for number in rng.integers(0, 1 << 24, rows)]

    def corrupt(self, values, some, few):
        values[some], values[few] = "#000000", None
        return values


def write_signs(path: Path, rows: int = 1000) -> Path:
    """Signs on painted walls, and the ink that is easier to read there: black on what is light."""
    rng = np.random.default_rng(0)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["paint", "hours of sun", "ink"])
        for red, green, blue in rng.integers(0, 256, (rows, 3)):
            sun = rng.uniform(0, 10)
            light = 0.3 * red + 0.6 * green + 0.1 * blue + 6 * sun + rng.normal(0, 15)
            paint = f"#{red:02X}{green:02X}{blue:02X}" if rng.random() > 0.02 else ""
            writer.writerow([paint, f"{sun:.1f}", "black" if light > 155 else "white"])
    return path


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the ROC-AUC on the test rows."""
    signs = ff.Collect(write_signs(folder / "signs.csv"), target="ink", kinds={"paint": Colour})
    deploy = ff.Deploy(folder / "signs.ff")
    pipeline = ff.Pipeline([signs, ff.Preprocess(), ff.Train(), ff.Evaluate(), deploy])
    result = pipeline.run(seed=0)
    print(result.metrics["roc_auc"])
    result.report(folder / "signs.html")

    model = ff.load(folder / "signs.ff", kinds=[Colour])  # needs no torch
    print(model.predict([{"paint": "#fff0c0", "hours of sun": 5}, {"paint": "#003060"}]))
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
