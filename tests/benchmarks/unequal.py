"""Whether the interval of the largest difference of groups holds the truth: `unequal.py`.

Rows are of groups whose rates are known. Beside it stands what a bootstrap of the largest
difference says (percentiles of 500 resamples), as other libraries do it.
"""

import argparse
from collections.abc import Iterator, Sequence

import numpy as np
import weakly

import fivefold as ff
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.fairness import with_gaps
from fivefold.evaluate.finders.unequal import unequal_groups
from fivefold.metrics.gaps import gap, rates_of

USUAL, DRAWS = 0.5, 500


def denied(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Two columns that tell nothing; a share of one group is answered with the first class.

    Of numbers, answers are too low there by so many deviations of the noise.
    """
    one, draw = weakly.law(kind, weakly.ROWS, seed), np.random.default_rng(seed + 3_000_000)
    frame = one.frame.assign(
        sex=draw.choice(["man", "woman"], weakly.ROWS, p=[0.7, 0.3]),
        race=draw.choice(list("vwxyz"), weakly.ROWS, p=[0.5, 0.2, 0.15, 0.1, 0.05]),
    )
    target, said = weakly.truth(one, seed), one.chances.copy()
    group = (frame["sex"] == "woman").to_numpy()
    if said.ndim == 1:
        said[group] -= strength
    else:
        some = group & (draw.random(len(said)) < strength)
        said[some] = np.eye(said.shape[1])[0]

    def look(evidence: Evidence) -> Sequence[ff.Finding]:
        return unequal_groups(with_gaps(evidence, ("sex", "race")))

    return weakly.found(frame, target, said, look=look)


def laws(groups: int, apart: float) -> Iterator[tuple[str, np.ndarray]]:
    """Shares of right answers of the groups, the farthest of which are so far apart."""
    rates = np.full(groups, USUAL)
    rates[0] += apart
    yield "one apart", rates
    if groups > 2 and apart:
        rates = np.full(groups, USUAL)
        rates[::2] += apart
        yield "halves apart", rates


def sizes_of(groups: int, rows: int, *, even: bool) -> np.ndarray:
    """Rows of each group: alike, or each with two thirds of the one before."""
    shares = np.ones(groups) if even else (2 / 3) ** np.arange(groups)
    return np.maximum((rows * shares / shares.sum()).round(), 10).astype(int)


def held(
    rates: np.ndarray, sizes: np.ndarray, repetitions: int, seed: int, *, odds: bool
) -> tuple[float, ...]:
    """How often the interval holds the truth, what is found, widths, and the bootstrap's share.

    Args:
        rates: of each group.
        sizes: rows of each group.
        repetitions: draws of the rows.
        seed: of these.
        odds: whether a second rate, 0.2 in all groups, is looked at too, as by equalised odds.
    """
    draw, told = np.random.default_rng(seed), list[tuple[float, ...]]()
    truth, members = float(np.ptp(rates)), np.repeat(np.arange(len(sizes)), sizes)
    which = members[:, None] == np.arange(len(sizes))
    every = [rates] + ([np.full(len(sizes), 0.2)] if odds else [])
    for number in range(repetitions):
        drawn = [draw.random(len(members)) < each[members] for each in every]
        found = gap([rates_of(each, which) for each in drawn], seed=number).estimate
        again = [
            draw.binomial(sizes, [each[members == g].mean() for g in range(len(sizes))],
                          (DRAWS, len(sizes))) / sizes
            for each in drawn
        ]  # fmt: skip
        largest = np.max([np.ptp(each, axis=1) for each in again], axis=0)
        low, high = np.quantile(largest, [0.025, 0.975])
        inside = found.low <= truth <= found.high
        told.append((inside, float(found), found.high - found.low, low <= truth <= high))
    return tuple(np.mean(told, axis=0).tolist())


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--repetitions", type=int, default=2000)
    chosen = asked.parse_args()
    print("rows, groups, sizes, rates, law, true gap: found, held, width; bootstrap")
    seed = 0
    for rows in (200, 1000, 5000):
        for groups in (2, 5, 10):
            for even in (True, False):
                for odds in (False, True):
                    for apart in (0.0, 0.05, 0.1, 0.3):
                        for law, rates in laws(groups, apart):
                            seed += 1
                            sizes = sizes_of(groups, rows, even=even)
                            inside, found, wide, naive = held(
                                rates, sizes, chosen.repetitions, seed, odds=odds
                            )
                            print(
                                f"{rows:5} {groups:3} {'even' if even else 'uneven':6} "
                                f"{1 + odds} {law:12} {apart:.2f}: {found:.3f} {inside:.4f} "
                                f"{wide:.3f}; {naive:.3f}",
                                flush=True,
                            )


if __name__ == "__main__":
    main()
