"""A network that tells little of any patient by its weights, and what that cost.

Run: python examples/private.py [folder]
"""

import csv
import sys
from pathlib import Path

import numpy as np

import fivefold as ff

BOUNDS = {"age": (18, 100), "pressure": (80, 220), "weight": (35, 180)}
"""What is known of such numbers by anyone; so nothing of them is taken from patients."""


def write_patients(path: Path, rows: int = 1500) -> Path:
    """Patients who come back within a month, or do not."""
    draw = np.random.default_rng(0)
    age = draw.uniform(20, 90, rows).round()
    pressure = draw.normal(130, 20, rows).round()
    weight = draw.normal(78, 15, rows).round(1)
    ward = draw.choice(["north", "south", "west"], rows)
    back = (age - 55) / 20 + (pressure - 130) / 15 + (ward == "west") + draw.normal(0, 0.6, rows)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "pressure", "weight", "ward", "back"])
        said = np.where(back > 0, "yes", "no")
        writer.writerows(zip(age, pressure, weight, ward, said, strict=True))
    return path


def main(folder: Path, epsilon: float = 3) -> tuple[float, float]:
    """Train privately, deploy and ask; gives the area under the curve and what was spent."""
    pipeline = ff.Pipeline(
        [
            ff.Collect(write_patients(folder / "patients.csv"), target="back"),
            ff.Preprocess(bounds=BOUNDS),
            ff.Train(privacy=ff.Privacy(epsilon=epsilon), epochs=10),
            ff.Evaluate(),
            ff.Deploy(folder / "patients.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    spent = result[ff.Trained].settings.privacy
    print(f"epsilon {spent['epsilon']:.2f} at delta {spent['delta']:g}, of one training row")
    print(next(f for f in result[ff.Trained].findings if f.code == "privacy_of_weights"))
    row = {"age": 81, "pressure": 170, "weight": 70, "ward": "west"}
    print("a patient of 81:", ff.load(folder / "patients.ff").predict([row]))
    return float(result.metrics["roc_auc"]), spent["epsilon"]


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
