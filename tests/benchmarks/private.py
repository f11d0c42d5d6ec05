"""What privacy costs: accuracy of a private network over epsilon, and how long it learns.

`python private.py adult.csv income` takes a table and its target; `--seeds 3 --epsilons 1 3 8`.
Without a path it makes rows up. Beside it stands the same kind of network as it learns without
privacy, stopped by nothing either.
"""

import argparse
import statistics

import numpy as np
import pandas as pd
from machine import conditions, sentence

import fivefold as ff
from fivefold.models.score import score


def made(rows: int = 4000) -> pd.DataFrame:
    """Two classes by numbers and a category."""
    draw = np.random.default_rng(0)
    x, z, noise = draw.normal(size=(3, rows))
    town = draw.choice(list("ABCD"), rows)
    y = np.where(x + z * x + (town == "A") + noise > 0, "yes", "no")
    return pd.DataFrame({"x": x, "z": z, "town": town, "y": y})


def learnt(source: object, target: str, epsilon: float, seed: int) -> tuple[float, float, float]:
    """Accuracy on test rows, seconds of training, and the epsilon that was spent."""
    privacy = None if np.isinf(epsilon) else ff.Privacy(epsilon=epsilon, seeded=True)
    arguments = {"threads": 1, "patience": 1000} if privacy is None else {"threads": 1}
    train = ff.Train("mlp", privacy=privacy, **arguments)
    stages = [ff.Collect(source, target=target), ff.Preprocess(), train]
    run = ff.Pipeline(stages).run(seed=seed, progress=False)
    trained, test = run[ff.Trained], run[ff.Preprocessed].test
    right = float((score(trained.model, test.inputs).argmax(axis=1) == test.target).mean())
    told = trained.settings.privacy
    return right, trained.resources.seconds, np.inf if told is None else told["epsilon"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", nargs="?")
    parser.add_argument("target", nargs="?", default="y")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epsilons", type=float, nargs="+", default=[1, 3, 8])
    asked = parser.parse_args()
    source = made() if asked.source is None else asked.source
    print(sentence(conditions("torch", "opacus")))
    print("| epsilon | accuracy | lowest, highest | time, of the network without privacy |")
    print("|---|---|---|---|")
    plain = 0.0
    for epsilon in [np.inf, *sorted(asked.epsilons, reverse=True)]:
        found = [learnt(source, asked.target, epsilon, seed) for seed in range(asked.seeds)]
        right, seconds, spent = zip(*found, strict=True)
        plain = plain or statistics.median(seconds)
        assert max(spent) <= epsilon
        ends = f"{min(right):.4f}, {max(right):.4f}"
        ratio = statistics.median(seconds) / plain
        name = "none" if np.isinf(epsilon) else f"{epsilon:g}"
        print(f"| {name} | {statistics.mean(right):.4f} | {ends} | {ratio:.1f} |", flush=True)


if __name__ == "__main__":
    main()
