"""The twin of pipeline.py: the same work by hand, in numpy and torch.

Run: python examples/forecast/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from demand import draw_demand
from torch import nn

HISTORY, HORIZON, SEASON = 168, 12, 24
LEVELS = torch.tensor([0.1, 0.5, 0.9])


def main(folder: Path) -> float:
    """Train and evaluate; returns 1 less the error over that of the last day."""
    torch.manual_seed(0)
    rows = []
    for _, shop in draw_demand().groupby("shop", sort=False):
        sold, offer = shop["sold"].to_numpy(), shop["offer"].to_numpy()
        for origin in range(HISTORY, len(sold) - HORIZON + 1):
            past, ahead = sold[origin - HISTORY : origin], sold[origin : origin + HORIZON]
            slots = np.eye(168)[(origin + np.arange(1)) % 168][0]
            naive = ((ahead - past[-SEASON : HORIZON - SEASON]) ** 2).mean()
            known = sold[:origin]
            usual = np.abs(known[SEASON:] - known[:-SEASON]).mean()
            mean, std = past.mean(), past.std()
            read = [(past - mean) / std, slots, offer[origin : origin + HORIZON], [1, mean / std]]
            numbers = [origin, mean, std, naive, usual]
            rows.append(np.concatenate([numbers, ahead, *read]))
    table = np.stack(rows)
    origin, (mean, std, naive, usual) = table[:, 0], table[:, 1:5].T[:, :, None]
    truth, inputs = table[:, 5 : 5 + HORIZON], table[:, 5 + HORIZON :]

    # Split by origin 64/16/20; windows that forecast a step of the next part are in none.
    first_valid, first_test = np.quantile(np.unique(origin), [0.64, 0.8])
    train = origin + HORIZON <= first_valid
    valid = (origin >= first_valid) & (origin + HORIZON <= first_test)
    test = origin >= first_test

    # Least squares in the scale of each window, errors in the usual one of the series.
    scaled, wanted = inputs * (std / usual), (truth - mean) / usual
    gram = scaled[train].T @ scaled[train]
    gram += np.diag(1e-3 * np.diag(gram) + 1e-9)
    weights = np.linalg.solve(gram, scaled[train].T @ wanted[train])
    linear = inputs @ weights

    # What it leaves, and quantiles around both, in deviations of the window.
    x = torch.tensor(np.concatenate([inputs, np.log(std / usual)], axis=1), dtype=torch.float32)
    left = torch.tensor((truth - mean) / std - linear, dtype=torch.float32)
    counts = torch.tensor(std / usual, dtype=torch.float32)
    model = nn.Sequential(
        nn.Linear(x.shape[1], 192),
        nn.SiLU(),
        nn.Dropout(0.2),
        nn.Linear(192, 192),
        nn.SiLU(),
        nn.Dropout(0.2),
        nn.Linear(192, HORIZON * 4),
    )

    def loss_of(index: torch.Tensor) -> torch.Tensor:
        each = model(x[index]).view(-1, HORIZON, 4)
        off = (each[..., 0] - left[index]) * counts[index]
        short = (left[index][..., None] - each[..., 1:]) * counts[index][..., None]
        pinball = torch.maximum(LEVELS * short, (LEVELS - 1) * short)
        return (off**2).mean() + 2 * pinball.mean()

    learn, stop = torch.tensor(np.flatnonzero(train)), torch.tensor(np.flatnonzero(valid))
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
    best, patience, kept = float("inf"), 10, copy.deepcopy(model.state_dict())
    for _ in range(40):
        model.train()
        for batch in learn[torch.randperm(len(learn))].split(64):
            optimiser.zero_grad()
            loss_of(batch).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            loss = loss_of(stop).item()
        if loss < best:
            best, patience, kept = loss, 10, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    model.eval()
    with torch.no_grad():
        added = model(x).view(-1, HORIZON, 4)[..., 0].numpy()
    error = (((mean + std * (linear + added) - truth) / usual) ** 2).mean(axis=1)
    skill = 1 - np.sqrt(error[test].mean() / (naive / usual**2)[test].mean())
    print(f"skill {skill:.4f}")
    return float(skill)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
