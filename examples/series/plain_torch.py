"""The twin of pipeline.py: the same work by hand, in numpy, scikit-learn and torch.

Run: python examples/series/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from movements import draw_movements
from sklearn.model_selection import train_test_split
from torch import nn


class Network(nn.Module):
    """Convolutions over time; the mean and the largest over the steps that a series has."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv1d(a, 64, 9, padding=4), nn.BatchNorm1d(64), nn.ReLU())
            for a in (channels, 64, 64)
        )
        self.out = nn.Linear(128, classes)

    def forward(self, series: torch.Tensor) -> torch.Tensor:
        """`(n, channels + 1, steps)`, the last line 1 where a series is, to `(n, classes)`."""
        maps, present = series[:, :-1], series[:, -1:]
        for layer in self.layers:
            maps = layer(maps) * present
        mean = maps.sum(dim=2) / present.sum(dim=2)
        return self.out(torch.cat([mean, maps.amax(dim=2)], dim=1))


def main(folder: Path) -> float:
    """Train and evaluate; returns the accuracy on the test rows."""
    torch.manual_seed(0)
    series, names = draw_movements()
    classes = sorted(set(names))
    labels = torch.tensor([classes.index(name) for name in names])

    # Split 64/16/20, stratified; fit the scale of each channel on the training rows only.
    rest, test = train_test_split(range(len(names)), test_size=0.2, stratify=labels, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=labels[rest], random_state=0)
    known = np.concatenate([series[row] for row in train])
    mean, spread = known.mean(axis=0), known.std(axis=0)
    rows = torch.zeros(len(series), 4, max(map(len, series)))
    for row, one in zip(rows, series, strict=True):
        row[:3, : len(one)] = torch.from_numpy(((one - mean) / spread).T)
        row[3, : len(one)] = 1

    model = Network(3, len(classes))
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    best, patience, kept = float("inf"), 10, copy.deepcopy(model.state_dict())
    for _ in range(60):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(16):
            loss = nn.functional.cross_entropy(model(rows[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            loss = nn.functional.cross_entropy(model(rows[valid]), labels[valid]).item()
        if loss < best:
            best, patience, kept = loss, 10, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    model.eval()
    with torch.no_grad():
        right = (model(rows[test]).argmax(1) == labels[test]).float()
    print(f"accuracy {right.mean():.4f}")
    return float(right.mean())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
