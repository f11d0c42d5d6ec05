"""A shop's orders, its customers, what they were offered and when they came by, made up."""

from pathlib import Path

import numpy as np

PEOPLE, DAYS = 400, 300


def write_shop(folder: Path, orders: int = 1_500, seed: int = 0) -> None:
    """Write four CSV files; whether an order comes back depends on all of them.

    Of what is in `visits.csv` and `offers.csv` much is later than an order, and a model must not
    know it.
    """
    rng = np.random.default_rng(seed)
    start = np.datetime64("2024-01-01")

    def stamp(minutes: float) -> str:
        return str(start + np.timedelta64(int(minutes), "m")).replace("T", " ")

    age = rng.integers(18, 80, PEOPLE)
    town = rng.choice(["Ulm", "Bern", "Graz"], PEOPLE)
    lines = [f"c{n:03d},{age[n]},{town[n]}" for n in range(PEOPLE)]
    write(folder / "customers.csv", "id,age,town", lines)

    visitor = rng.choice(PEOPLE * 3 // 4, 4_000)  # a quarter of them never come by
    visited = rng.uniform(0, DAYS * 1440, 4_000).round()
    pages = rng.poisson(4, 4_000)
    lines = [
        f"c{who:03d},{stamp(at)},{seen}"
        for who, at, seen in zip(visitor, visited, pages, strict=True)
    ]
    write(folder / "visits.csv", "customer_id,at,pages", lines)

    since = np.sort(rng.uniform(0, DAYS * 1440, (3, 12)).round(), axis=1)
    rebate = rng.choice([0, 10, 20, 30, 40], (3, 12))
    lines = [
        f"{name},{stamp(since[place, n])},{rebate[place, n]}"
        for place, name in enumerate(["Ulm", "Bern", "Graz"])
        for n in range(12)
    ]
    write(folder / "offers.csv", "town,since,rebate", lines)

    lines = []
    for _ in range(orders):
        who, at, price = rng.integers(PEOPLE), rng.uniform(0, DAYS * 1440), rng.gamma(2, 20)
        seen = ((visitor == who) & (visited < int(at))).sum()
        place = ["Ulm", "Bern", "Graz"].index(town[who])
        known = since[place] < int(at)
        offered = rebate[place, known.sum() - 1] if known.any() else 15
        score = (age[who] - 49) / 10 + (min(seen, 8) - 4) / 2 + (offered - 20) / 8
        returned = "yes" if rng.random() < 1 / (1 + np.exp(-1.5 * score)) else "no"
        lines.append(f"c{who:03d},{stamp(at)},{price:.2f},{returned}")
    write(folder / "orders.csv", "customer_id,ordered,price,returned", lines)


def write(path: Path, header: str, lines: list[str]) -> None:
    """Write a CSV file."""
    path.write_text("\n".join([header, *lines]) + "\n")
