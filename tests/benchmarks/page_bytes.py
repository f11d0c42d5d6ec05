"""How large the page about a run is, by what is predicted and how many rows there are.

`python tests/benchmarks/page_bytes.py` makes reports of 5,000, 20,000 and 100,000 rows;
`--sorts binary texts --rows 5000` asks for some. A page may have 1 MB.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import fivefold as ff

MOST = 1_000_000


def table(rows: int) -> pd.DataFrame:
    """Fourteen numbers and six columns of categories, of 2 to 82 levels."""
    draw = np.random.default_rng(0)
    numbers = {f"n{place}": draw.normal(size=rows) for place in range(14)}
    levels = {
        f"c{place}": draw.choice([f"level {n}" for n in range(3 ** min(place, 4) + 1)], rows)
        for place in range(6)
    }
    return pd.DataFrame({**numbers, **levels})


def binary(rows: int) -> Any:
    """Two classes of which the table tells some."""
    made, draw = table(rows), np.random.default_rng(1)
    score = made["n0"] + (made["c1"] == "level 0") + draw.normal(size=rows)
    return made.assign(y=np.where(score > 0.5, "yes", "no"))


def twenty(rows: int) -> Any:
    """Twenty classes."""
    made, draw = table(rows), np.random.default_rng(1)
    place = np.clip(10 + 4 * made["n0"] + 2 * draw.normal(size=rows), 0, 19).astype(int)
    return made.assign(y=[f"class {number}" for number in place])


def regression(rows: int) -> Any:
    """A number."""
    made, draw = table(rows), np.random.default_rng(1)
    return made.assign(y=3 * made["n0"] + made["n1"] + draw.normal(size=rows))


def texts(rows: int) -> Any:
    """Two classes of texts of 60 words."""
    draw = np.random.default_rng(0)
    target = draw.integers(0, 2, rows)
    words = draw.integers(0, 1000, (rows, 60)) + 700 * target[:, None]
    cells = [" ".join(f"word{number}" for number in row) for row in words]
    return pd.DataFrame({"text": cells, "y": np.where(target, "late", "early")})


def pictures(rows: int) -> Any:
    """Three classes of coloured pictures of 12 by 12 pixels."""
    draw = np.random.default_rng(0)
    target = draw.integers(0, 3, rows)
    pixels = draw.integers(0, 100, (rows, 12, 12, 3), dtype=np.uint8)
    pixels[np.arange(rows), target * 3] += 120
    return pixels, np.array(["red", "green", "blue"], object)[target]


SORTS = {each.__name__: each for each in (binary, twenty, regression, texts, pictures)}


def page_of(sort: str, rows: int, path: Path) -> int:
    """Train in an epoch, write the report, and give its bytes."""
    data = SORTS[sort](rows)
    collect = ff.Collect(data, target="y") if isinstance(data, pd.DataFrame) else ff.Collect(data)
    plain = sort in ("binary", "twenty", "regression")
    train = ff.Train("mlp", epochs=1) if plain else ff.Train(epochs=1)
    evaluate = ff.Evaluate(baselines=("constant", "linear") if plain else ("constant",))
    pipeline = ff.Pipeline([collect, ff.Preprocess(), train, evaluate])
    pipeline.run(progress=False, seed=0).report(path)
    return path.stat().st_size


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sorts", nargs="+", choices=SORTS, default=list(SORTS))
    asked.add_argument("--rows", nargs="+", type=int, default=[5_000, 20_000, 100_000])
    chosen = asked.parse_args(arguments)
    largest = 0
    with tempfile.TemporaryDirectory() as folder:
        for sort in chosen.sorts:
            for rows in chosen.rows:
                begun = time.perf_counter()
                size = page_of(sort, rows, Path(folder) / "report.html")
                largest = max(largest, size)
                seconds = time.perf_counter() - begun
                print(f"{sort}, {rows:,} rows: {size:,} bytes ({seconds:.0f} s)", flush=True)
    print(f"largest {largest:,} bytes of {MOST:,}")
    return int(largest > MOST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
