"""The twin of pipeline.py: the same work by hand, in pandas, scikit-learn and torch.

Run: python examples/anomalies/plain_torch.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
import torch
from payments import write_payments
from sklearn.covariance import EmpiricalCovariance
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn


def main(folder: Path) -> float:
    """Train and evaluate; returns the ROC-AUC on the test rows."""
    torch.manual_seed(0)
    frame = pd.read_csv(write_payments(folder / "payments.csv"))
    odd = (frame.pop("fraud") == "yes").to_numpy()
    table = pd.get_dummies(frame, dtype=float).to_numpy()

    rest, test = train_test_split(range(len(table)), test_size=0.2, stratify=odd, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=odd[rest], random_state=0)
    usual = np.array(valid)[~odd[valid]]  # labels choose the threshold's rows, and nothing else

    # The oddest training rows are left out, by a forest and then by a distance without them.
    rows = table[train]
    apart = -IsolationForest(n_estimators=200, random_state=0).fit(rows).score_samples(rows)
    axes = EmpiricalCovariance().fit(rows[apart <= np.quantile(apart, 0.85)])
    ranks = apart.argsort().argsort() + axes.mahalanobis(rows).argsort().argsort()
    core = rows[ranks <= np.quantile(ranks, 0.85)]

    forest = IsolationForest(n_estimators=200, random_state=0).fit(core)
    axes = EmpiricalCovariance().fit(core)
    mean, deviation = core.mean(0), core.std(0)

    def standard(some: np.ndarray) -> torch.Tensor:
        return torch.tensor((some - mean) / deviation).float().clamp(-8, 8)

    width = core.shape[1]
    model = nn.Sequential(
        nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, 2),
        nn.Linear(2, 2 * width), nn.SiLU(), nn.Linear(2 * width, width),
    )  # fmt: skip
    optimiser, given = torch.optim.AdamW(model.parameters(), lr=5e-3), standard(core)
    for _ in range(40):
        for batch in torch.randperm(len(given)).split(64):
            told = model(given[batch] + 0.1 * torch.randn(len(batch), width))
            loss = (told - given[batch]).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    def scores(some: np.ndarray) -> list[np.ndarray]:
        with torch.no_grad():
            untold = (model(standard(some)) - standard(some)).square().mean(1).log().numpy()
        return [-forest.score_samples(some), np.sqrt(axes.mahalanobis(some)), untold]

    def surprise(held: np.ndarray, asked: np.ndarray) -> np.ndarray:
        above = len(held) - np.searchsorted(np.sort(held), asked)
        return -np.log10((above + 1) / (len(held) + 1))

    pairs = zip(scores(table[usual]), scores(table[test]), strict=True)
    score = roc_auc_score(odd[test], np.mean([surprise(*pair) for pair in pairs], axis=0))
    print(f"ROC-AUC {score:.4f}")

    # A threshold, intervals, baselines, a report, one graph, a server: not written here.
    return float(score)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
