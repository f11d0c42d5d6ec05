"""A ship's passenger list, made up: numbers, categories and gaps, as real tables have them."""

from pathlib import Path

import numpy as np


def write_passengers(path: Path, rows: int = 1_200, seed: int = 0) -> Path:
    """Write the list as CSV; who survived depends on sex, class, age and fare."""
    rng = np.random.default_rng(seed)
    cabin = rng.choice([1, 2, 3], size=rows, p=[0.25, 0.2, 0.55])
    sex = rng.choice(["female", "male"], size=rows, p=[0.36, 0.64])
    age = np.clip(rng.normal(40 - 4 * cabin, 13), 0.5, 80)
    fare = np.exp(rng.normal(4.8 - 0.9 * cabin, 0.5))
    port = rng.choice(["Southampton", "Cherbourg", "Queenstown"], size=rows, p=[0.7, 0.2, 0.1])
    logit = 2.2 * (sex == "female") - 0.9 * (cabin - 2) - 0.03 * (age - 30) + 0.004 * fare - 1.2
    survived = rng.random(rows) < 1 / (1 + np.exp(-logit))

    lines = ["class,sex,age,fare,port,survived"]
    for row in range(rows):
        known_age = f"{age[row]:.0f}" if rng.random() > 0.2 else ""
        known_port = port[row] if rng.random() > 0.02 else "?"
        answer = "yes" if survived[row] else "no"
        lines.append(f"{cabin[row]},{sex[row]},{known_age},{fare[row]:.2f},{known_port},{answer}")
    path.write_text("\n".join(lines) + "\n")
    return path
