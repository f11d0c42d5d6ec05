"""Movements that were made up: strokes of a pen and circles, of three channels and any length."""

import numpy as np


def draw_movements(count: int = 240, seed: int = 0) -> tuple[list[np.ndarray], list[str]]:
    """Series `(steps, 3)` of 30 to 80 steps, and what each is: `circle`, `stroke` or `rest`."""
    rng = np.random.default_rng(seed)
    series, labels = [], []
    for row in range(count):
        label = ("circle", "stroke", "rest")[row % 3]
        steps = int(rng.integers(30, 80))
        moved = rng.normal(0, 0.4, (steps, 3)).cumsum(axis=0) * 0.2
        begin, span = int(rng.integers(0, steps - 20)), 20
        turn = np.linspace(0, 2 * np.pi, span) + rng.uniform(0, 6)
        if label == "circle":
            moved[begin : begin + span, :2] += np.stack([np.cos(turn), np.sin(turn)], axis=1)
        elif label == "stroke":
            moved[begin : begin + span, 0] += np.linspace(-1, 1, span)
        series.append(moved + rng.normal(0, 0.1, moved.shape))
        labels.append(label)
    return series, labels
