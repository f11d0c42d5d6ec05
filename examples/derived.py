"""Columns made of others, by formulas and by a stage of one's own; they are served with the model.

Run: python examples/derived.py [folder]
"""

import sys
from pathlib import Path

import numpy as np

import fivefold as ff


class Wrap(ff.Change):
    """The sine and cosine of an hour, so that 23 and 0 are near."""

    column: str = "hour"

    def rows(self, table):
        angle = table.column(self.column) * (2 * np.pi / 24)
        return table.replace({"hour_sin": np.sin(angle), "hour_cos": np.cos(angle)})


def write_rides(path: Path, rows: int = 1500) -> Path:
    """Rides of which the long ones at night are dear."""
    rng = np.random.default_rng(0)
    away = rng.normal(0, 5, (rows, 2)).round(3)
    hour = rng.integers(0, 24, rows)
    street = rng.integers(0, 12, rows)
    night = np.cos(hour * 2 * np.pi / 24)
    dear = np.hypot(*away.T) + 3 * night + rng.normal(0, 0.5, rows) > 6.5
    lines = ["east,north,hour,street,dear"]
    for (east, north), h, s, d in zip(away, hour, street, dear, strict=True):
        lines.append(f"{east},{north},{h},street {s},{'yes' if d else 'no'}")
    path.write_text("\n".join(lines) + "\n")
    return path


def main(folder: Path) -> float:
    """Train, deploy and ask; gives the area under the curve."""
    rides = write_rides(folder / "rides.csv")
    pipeline = ff.Pipeline(
        [
            ff.Collect(rides, target="dear"),
            ff.Derive(
                {
                    "km": "sqrt(east ** 2 + north ** 2)",
                    "far": "km / group_mean(km, street)",
                }
            ),
            Wrap(),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "rides.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    model = ff.load(folder / "rides.ff", stages=[Wrap])
    print(model.predict([{"east": 4.2, "north": -3.1, "hour": 23, "street": "street 3"}]))
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
