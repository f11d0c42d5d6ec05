"""What the parts of the model of odd rows find, and how much each should count, beside odd rows.

Run: python tests/benchmarks/contaminated.py . --to contaminated.json [--sets NAME ...]

Sets are made (four kinds of usual rows, six of odd ones) or come with scikit-learn (some classes
odd), with 1 to 45 % of the training rows odd and unlabelled. Forest, distance and autoencoder
learn as those of the library do, with 50 trees and 12 epochs; their surprises are joined in several
ways. Held-out rows, which turn scores into surprises, are usual, or hold as many odd rows as the
training rows. Recall is at 1 % false alarms among test rows, where they are few the mean of those
at 3 and at 5 %. Intervals draw sets anew, each with all its shares.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from machine import table
from resumed import Run, Wanted, main_of, parser
from sklearn import datasets
from sklearn.ensemble import IsolationForest

from fivefold.models.distance import Distance
from fivefold.models.inputs import Width
from fivefold.models.oddity import Oddity
from fivefold.models.surprise import Surprise
from fivefold.models.trimming import KEPT

Array = np.ndarray
Score = Callable[[Array], Array]

SHARES = (0.01, 0.05, 0.15, 0.3, 0.45)
USUAL = ("gauss", "logn", "mix", "zero")
ODD = ("global", "tight", "near", "wide", "dep", "local")
TREES, EPOCHS, DRAWS = 50, 12, 500
COLUMNS = 10
HELD = ("usual", "mixed")
JOINED = {
    "all as much": (1, 1, 1),
    "forest twice": (2, 1, 1),
    "forest three times": (3, 1, 1),
    "forest four times": (4, 1, 1),
}
WAYS = ("forest", "distance", *JOINED, "forest and highest")

BUNDLED: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "breast/0": ("breast_cancer", lambda y: y == 0),
    "breast/1": ("breast_cancer", lambda y: y == 1),
    "wine/2": ("wine", lambda y: y == 2),
    "wine/0": ("wine", lambda y: y == 0),
    "iris/0": ("iris", lambda y: y == 0),
    "iris/2": ("iris", lambda y: y == 2),
    "digits/low": ("digits", lambda y: y < 5),
    "digits/even": ("digits", lambda y: y % 2 == 0),
    **{f"digits/{k}": ("digits", lambda y, k=k: y == k) for k in (0, 3, 6, 8)},
}
SETS = (*(f"{usual}/{odd}" for usual in USUAL for odd in ODD), *BUNDLED)


class Rows(NamedTuple):
    """One set: `(n, columns)` rows, and which test rows are odd."""

    train: Array
    held: dict[str, Array]
    test: Array
    odd: Array
    measured: int


class Shape:
    """What is drawn once for a made set, and rows of it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.turned = rng.normal(size=(COLUMNS, COLUMNS))
        self.centres, self.spread = rng.normal(size=(4, COLUMNS)), rng.uniform(0.2, 1.5, (4, 10))
        self.filled, self.true = rng.uniform(0.05, 0.6, 6), rng.uniform(0.02, 0.5, 4)
        self.place = int(rng.integers(0, 2000))
        self.step = rng.choice([-1, 1], 14) * rng.uniform(0.3, 1, 14)
        self.apart = rng.normal(size=(3, 14))

    def usual(self, kind: str, rows: int) -> Array:
        """Correlated, skewed, in four groups, or mostly 0 beside columns of 0 and 1."""
        rng = self.rng
        if kind == "gauss":
            return rng.normal(size=(rows, COLUMNS)) @ self.turned
        if kind == "logn":
            along = rng.normal(size=(rows, COLUMNS)) @ self.turned
            return np.exp(0.7 * along / np.sqrt(COLUMNS))
        if kind == "mix":
            group = rng.integers(0, 4, rows)
            noise = rng.normal(size=(rows, COLUMNS)) * self.spread[group]
            return self.centres[group] * 4 + noise
        filled = np.exp(rng.normal(size=(rows, COLUMNS)) @ self.turned / np.sqrt(COLUMNS))
        filled[:, :6] *= rng.random((rows, 6)) < self.filled
        return np.hstack([filled, (rng.random((rows, 4)) < self.true).astype(float)])

    def odd(self, kind: str, rows: int, usual: Array) -> Array:
        """Anywhere, one tight group, three wide ones, columns drawn apart, or wider."""
        rng, width = self.rng, usual.shape[1]
        mean, spread = usual.mean(0), usual.std(0)
        low, high = usual.min(0), usual.max(0)
        one, step = usual[self.place % len(usual)], self.step[:width]
        if kind == "global":
            margin = 0.1 * (high - low)
            made = rng.uniform(low - margin, high + margin, (rows, width))
        elif kind == "tight":
            made = mean + 2.5 * (one - mean) + 0.05 * spread * rng.normal(size=(rows, width))
        elif kind == "near":
            made = one + spread * step + 0.1 * spread * rng.normal(size=(rows, width))
        elif kind == "wide":
            far = 3 * spread * self.apart[rng.integers(0, 3, rows)][:, :width]
            made = mean + far + 0.5 * spread * rng.normal(size=(rows, width))
        elif kind == "dep":
            made = np.stack([rng.choice(usual[:, j], rows) for j in range(width)], 1)
        else:
            made = mean + 2.2 * (usual[rng.integers(0, len(usual), rows)] - mean)
        if width > COLUMNS:
            true = 0.5 if kind in ("wide", "global") else usual[:, COLUMNS:].mean(0)
            made[:, COLUMNS:] = rng.random((rows, 4)) < true
        return made


def made(name: str, share: float, seed: int) -> Rows:
    """1,500 training rows, 400 usual held-out ones and 1,500 test rows, of which 500 are odd."""
    kinds = name.split("/")
    shape = Shape(np.random.default_rng([seed, *map(_number, kinds)]))
    usual = shape.usual(kinds[0], 3400)
    count, beside = round(share * 1500), round(share * 400 / (1 - share))
    odd = shape.odd(kinds[1], count + beside + 500, usual[:2000])
    held = usual[2000:2400]
    both = np.vstack([held, odd[count : count + beside]])
    return Rows(
        train=np.vstack([usual[: 1500 - count], odd[:count]]),
        held={"usual": held, "mixed": both},
        test=np.vstack([usual[2400:], odd[count + beside :]]),
        odd=np.arange(1500) >= 1000,
        measured=COLUMNS,
    )


def _number(word: str) -> int:
    return sum(ord(letter) * 31**place for place, letter in enumerate(word)) % 2**31


def bundled(name: str, share: float, seed: int) -> Rows:
    """A third of the rows is tested, a sixth held out; so many of the others as the share wants."""
    file, is_odd = BUNDLED[name]
    bunch, rng = getattr(datasets, f"load_{file}")(), np.random.default_rng(seed + 7)
    odd = is_odd(bunch.target)
    usual, rest = bunch.data[~odd], bunch.data[odd]
    usual, rest = usual[rng.permutation(len(usual))], rest[rng.permutation(len(rest))]
    third, sixth, tested = len(usual) // 3, len(usual) // 6, len(rest) // 3
    held, learnt, others = usual[third : third + sixth], usual[third + sixth :], rest[tested:]
    ratio = share / (1 - share)
    beside = min(len(others) // 4, max(1, round(ratio * sixth)))
    both, others = np.vstack([held, others[:beside]]), others[beside:]
    count = min(len(others), max(1, round(ratio * len(learnt))))
    kept = min(len(learnt), round(count / ratio))
    return Rows(
        train=np.vstack([learnt[:kept], others[:count]]),
        held={"usual": held, "mixed": both},
        test=np.vstack([usual[:third], rest[:tested]]),
        odd=np.arange(third + tested) >= third,
        measured=bunch.data.shape[1],
    )


def forest_of(matrix: Array, seed: int) -> Score:
    forest = IsolationForest(n_estimators=TREES, random_state=seed).fit(matrix)
    return lambda rows: -forest.score_samples(rows)


def distance_of(matrix: Array) -> Score:
    distance = Distance(matrix.shape[1])
    distance.fit(matrix)
    return lambda rows: distance(torch.from_numpy(rows)).numpy()


def autoencoder_of(matrix: Array, seed: int) -> Score:
    """The network of the library, taught in a plain loop."""
    torch.manual_seed(seed)
    network, spread = Oddity(Width(matrix.shape[1]), 1), matrix.std(0)
    unit = np.where(spread > 0, 1 / np.maximum(spread, 1e-12), 0)
    network.centre.copy_(torch.from_numpy(matrix.mean(0)))
    network.unit.copy_(torch.from_numpy(unit))
    rows, batch = torch.from_numpy(matrix), max(32, len(matrix) // 32)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    network.train()
    for _ in range(EPOCHS):
        for some in torch.randperm(len(rows)).split(batch):
            optimizer.zero_grad()
            network.untold(rows[some]).mean().backward()
            optimizer.step()
    network.eval()

    @torch.no_grad()
    def told(asked: Array) -> Array:
        return (network.untold(torch.from_numpy(asked)).double() + 1e-6).log().numpy()

    return told


def core_of(matrix: Array, seed: int) -> Array:
    """As `fivefold.models.trimming.core_of` does, with fewer trees."""
    apart = forest_of(matrix, seed)(matrix)
    core = apart <= np.quantile(apart, KEPT)
    core = _least([apart, distance_of(matrix[core])(matrix)])
    return _least([forest_of(matrix[core], seed)(matrix), distance_of(matrix[core])(matrix)])


def _least(scores: list[Array]) -> Array:
    ranks = sum(np.argsort(np.argsort(one, kind="stable"), kind="stable") for one in scores)
    return ranks <= np.quantile(ranks, KEPT)


def measure(name: str, share: float, seed: int) -> Run:
    """Recall by each way, with either kind of held-out rows."""
    torch.set_num_threads(1)
    rows = (bundled if name in BUNDLED else made)(name, share, seed)
    train = rows.train.astype(np.float32)
    core = train[core_of(train[:, : rows.measured], seed)]
    alone = {"forest": forest_of(train, seed), "distance": distance_of(train)}
    parts = (forest_of(core, seed), distance_of(core), autoencoder_of(core, seed))
    test, found = rows.test.astype(np.float32), {}
    for held, matrix in rows.held.items():
        known = matrix.astype(np.float32)
        each = [_surprise(one(known), one(test)) for one in parts]
        scores = {who: _surprise(one(known), one(test)) for who, one in alone.items()}
        scores |= {way: np.average(each, axis=0, weights=w) for way, w in JOINED.items()}
        scores["forest and highest"] = (each[0] + np.max(each, axis=0)) / 2
        found[held] = {way: _recall(score, rows.odd) for way, score in scores.items()}
    return {"recall": found}


def _surprise(known: Array, asked: Array) -> Array:
    curve = Surprise()
    curve.fit(known)
    return curve(torch.from_numpy(np.asarray(asked, np.float64))).numpy()


def _recall(scores: Array, odd: Array) -> float:
    usual = np.sort(scores[~odd])
    rates = (0.01,) if len(usual) >= 900 else (0.03, 0.05)
    places = [int(np.ceil(len(usual) * (1 - rate))) - 1 for rate in rates]
    return float(np.mean([(scores[odd] > usual[place]).mean() for place in places]))


def shown(runs: list[Run]) -> str:
    """A line a way and kind of held-out rows: recall by share of odd rows, and beside others."""
    head = ["held-out rows", "way", *(f"{share:.0%}" for share in SHARES), "all"]
    lines = list(_lines(runs))
    return table([*head, "less all as much [95 %]", "less the forest"], lines)


def _lines(runs: list[Run]) -> Iterator[list[str]]:
    for held in HELD:
        recall = {w: np.array([run["recall"][held][w] for run in runs]) for w in WAYS}
        share, sets = (np.array([run[name] for run in runs]) for name in ("share", "set"))
        for way in WAYS:
            here = [f"{recall[way][share == one].mean():.3f}" for one in SHARES]
            apart = [_apart(recall[way] - recall[base], sets) for base in ("all as much", "forest")]
            yield [held, way, *here, f"{recall[way].mean():.3f}", *apart]


def _apart(gaps: Array, sets: Array) -> str:
    each = np.array([gaps[sets == one].mean() for one in np.unique(sets)])
    drawn = np.random.default_rng(0).choice(each, (DRAWS, len(each))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{gaps.mean():+.3f} [{low:+.3f}, {high:+.3f}]" if gaps.any() else ""


def wanted(asked: Namespace) -> Wanted:
    """Every set with every share of odd rows."""
    for share in SHARES:
        for name in asked.sets:
            for seed in asked.seeds:
                key = {"set": name, "share": share, "seed": seed}
                yield key, lambda n=name, p=share, s=seed: measure(n, p, s)


if __name__ == "__main__":
    sys.exit(main_of(parser(__doc__, seeds=[0, 1]), sys.argv[1:], SETS, wanted, shown))
