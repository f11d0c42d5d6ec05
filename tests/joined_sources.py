"""Orders, customers and visits, of which the target needs all three."""

from typing import NamedTuple

import numpy as np
import pandas as pd

DAY = 86_400_000_000


class Shop(NamedTuple):
    orders: pd.DataFrame
    customers: pd.DataFrame
    visits: pd.DataFrame


def shop(orders: int = 400, people: int = 150, visits: int = 900, seed: int = 0) -> Shop:
    """Orders over 200 days; customers that a few orders do not name; visits before and after."""
    draw = np.random.default_rng(seed)
    start = np.datetime64("2024-01-01", "us")

    def moments(count: int, days: int = 200) -> np.ndarray:
        return start + (draw.random(count) * days * DAY).astype(np.int64).astype("m8[us]")

    ids = np.array([f"c{n:04d}" for n in range(people)])
    customers = pd.DataFrame({
        "id": ids,
        "age": draw.integers(18, 80, people).astype(float),
        "town": draw.choice(["Ulm", "Bern", "Graz"], people),
    })  # fmt: skip
    seen = pd.DataFrame({
        "customer_id": draw.choice(ids[: people // 2], visits),
        "at": moments(visits),
        "pages": draw.poisson(4, visits).astype(float),
    })  # fmt: skip
    table = pd.DataFrame({
        "customer_id": draw.choice(ids, orders),
        "ordered": moments(orders),
        "price": draw.gamma(2, 20, orders).round(2),
    })  # fmt: skip
    age = table["customer_id"].map(customers.set_index("id")["age"])
    counts = [
        ((seen["customer_id"] == key) & (seen["at"] < at)).sum()
        for key, at in zip(table["customer_id"], table["ordered"], strict=True)
    ]
    score = (age - 49) / 8 + np.minimum(counts, 6) - 2 + draw.normal(0, 0.3, orders)
    table["returned"] = np.where(score > 0, "yes", "no")
    return Shop(table, customers, seen)
