"""Demand that was made up: three shops, busy by hour, by weekday and when there is an offer."""

import numpy as np
import pandas as pd


def draw_demand(hours: int = 1300, seed: int = 0) -> pd.DataFrame:
    """A row an hour and shop: `when`, `shop`, `offer` (0 or 1, known ahead) and `sold`."""
    rng = np.random.default_rng(seed)
    when = pd.date_range("2024-01-01", periods=hours, freq="h")
    day = 1.5 + np.sin(2 * np.pi * (when.hour - 8) / 24) + 0.6 * (when.day_of_week >= 5)
    tables = []
    for shop, size in (("north", 20.0), ("south", 60.0), ("port", 200.0)):
        offer = np.repeat(rng.random(hours // 6 + 1) < 0.2, 6)[:hours].astype(float)
        level = 1 + 0.1 * np.sin(2 * np.pi * np.arange(hours) / rng.uniform(300, 500))
        sold = size * day * (1 + 0.7 * offer) * level * np.exp(rng.normal(0, 0.02, hours))
        columns = {"when": when, "shop": shop, "offer": offer, "sold": sold.round(2)}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)
