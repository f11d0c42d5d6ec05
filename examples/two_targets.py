"""Two numbers at once: what it takes to heat and to cool a house.

Run: python examples/two_targets.py [folder]
"""

import sys
from pathlib import Path

import numpy as np

import fivefold as ff
from fivefold.metrics.metric import R2, RMSE


class Pair(ff.Quantity):
    """Two numbers: network, loss, answers and pictures are those of any quantity."""

    name = "pair"
    metrics = (R2, RMSE, R2.of(0, "r2_heating"), R2.of(1, "r2_cooling"))


def write_houses(path: Path, rows: int = 600) -> Path:
    """Houses that need more heating the more they have of walls, and more cooling of windows."""
    rng = np.random.default_rng(0)
    walls, windows = rng.uniform(200, 400, rows), rng.uniform(0, 0.4, rows)
    place = rng.choice(["north", "south"], rows)
    heating = walls / 10 + 30 * windows + 8 * (place == "north") + rng.normal(0, 1, rows)
    cooling = walls / 20 + 60 * windows * (1 + (place == "south")) + rng.normal(0, 1, rows)
    lines = ["walls,windows,place,heating,cooling"]
    for row in zip(walls, windows, place, heating, cooling, strict=True):
        lines.append(",".join(v if isinstance(v, str) else f"{v:.3f}" for v in row))
    path.write_text("\n".join(lines) + "\n")
    return path


def main(folder: Path) -> float:
    """From a CSV file to a served model; returns R², the mean of both columns."""
    source = write_houses(folder / "houses.csv")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source, target=("heating", "cooling"), task=Pair),
            ff.Preprocess(),
            ff.Train(epochs=15),
            ff.Evaluate(folds=2),
            ff.Deploy(folder / "houses.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    result.report(folder / "houses.html")
    model = ff.load(folder / "houses.ff", tasks=[Pair])
    print(model.predict([{"walls": 300, "windows": 0.2, "place": "north"}]))
    return float(result.metrics["r2"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
