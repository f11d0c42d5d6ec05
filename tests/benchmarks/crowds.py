"""Dawid-Skene and the majority on 5 simulated crowds, beside crowd-kit where that is installed.

    python tests/benchmarks/crowds.py

In each crowd 12 people vote on 2,000 items, three of them on each; a person of skill s says the
true one of 4 classes with probability s, and else what their own habit prefers. fivefold and
crowd-kit need not be in one environment: each prints what it finds of the same votes.
"""

import time
from collections.abc import Callable

import numpy as np

ITEMS, PEOPLE, VOTES, CLASSES, CROWDS = 2_000, 12, 3, 4, 5


def crowd(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The truth, and item, person and class of each vote."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(CLASSES, ITEMS, p=[0.4, 0.3, 0.2, 0.1])
    skill = rng.uniform(0.3, 0.9, PEOPLE)
    habit = rng.dirichlet(np.full(CLASSES, 0.5), (PEOPLE, CLASSES))
    item = np.repeat(np.arange(ITEMS), VOTES)
    who = np.concatenate([rng.permutation(PEOPLE)[:VOTES] for _ in range(ITEMS)])
    strays = [rng.choice(CLASSES, p=habit[w, truth[i]]) for i, w in zip(item, who, strict=True)]
    said = np.where(rng.random(len(item)) < skill[who], truth[item], strays)
    return truth, item, who, said


def own(item: np.ndarray, who: np.ndarray, said: np.ndarray) -> dict[str, np.ndarray]:
    """What fivefold says of each item."""
    from fivefold.label.crowd import Votes, dawid_skene, majority, surest

    votes = Votes(item, who, said, (ITEMS, PEOPLE, CLASSES))
    return {"majority": majority(votes), "Dawid-Skene": surest(dawid_skene(votes).share)}


def theirs(item: np.ndarray, who: np.ndarray, said: np.ndarray) -> dict[str, np.ndarray]:
    """What crowd-kit says of each item."""
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    table = pd.DataFrame({"task": item, "worker": who, "label": said})
    found = DawidSkene(n_iter=200).fit_predict(table)
    return {"crowd-kit's Dawid-Skene": found.reindex(range(ITEMS)).to_numpy()}


def main() -> None:
    """Print a table of accuracies."""
    judges: list[Callable[..., dict[str, np.ndarray]]] = [own, theirs]
    lines: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    for seed in range(CROWDS):
        truth, *votes = crowd(seed)
        for judge in judges:
            began = time.perf_counter()
            try:
                found = judge(*votes)
            except ImportError as missing:
                print(f"left out: {judge.__name__}, as {missing.name} is not installed")
                continue
            for name, answers in found.items():
                lines.setdefault(name, []).append(float((answers == truth).mean()))
                seconds[name] = time.perf_counter() - began
    width = max(map(len, lines))
    for name, scores in lines.items():
        told = "  ".join(f"{score:.4f}" for score in scores)
        print(f"{name:<{width}}  {told}  mean {np.mean(scores):.4f}  {seconds[name]:.2f} s")


if __name__ == "__main__":
    main()
