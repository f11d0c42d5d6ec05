"""The twin of pipeline.py: the same work by hand, in pandas, scikit-learn and torch.

Run: python examples/mixed_table/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
import torch
from passengers import write_passengers
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn

NUMERIC = ["age", "fare"]
CATEGORICAL = ["class", "sex", "port"]


def main(folder: Path) -> float:
    """Train and evaluate; returns the ROC-AUC on the test rows."""
    torch.manual_seed(0)
    frame = pd.read_csv(write_passengers(folder / "passengers.csv"), na_values="?")
    labels = (frame["survived"] == "yes").to_numpy(dtype=np.float32)

    # Split 64/16/20, stratified.
    rest, test = train_test_split(range(len(frame)), test_size=0.2, stratify=labels, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=labels[rest], random_state=0)

    # Fit on the training rows only: medians, clip bounds, means, deviations, categories.
    numbers = frame[NUMERIC].iloc[train]
    median, low, high = numbers.median(), numbers.quantile(0.001), numbers.quantile(0.999)
    filled = numbers.fillna(median).clip(low, high, axis=1)
    mean, deviation = filled.mean(), filled.std()
    known = {name: sorted(frame[name].iloc[train].dropna().unique()) for name in CATEGORICAL}

    def encode(rows: list[int]) -> torch.Tensor:
        part = frame.iloc[rows]
        gaps = part[NUMERIC].isna().to_numpy()
        scaled = (part[NUMERIC].fillna(median).clip(low, high, axis=1) - mean) / deviation
        hot = [(part[name] == word).to_numpy() for name in CATEGORICAL for word in known[name]]
        return torch.tensor(np.column_stack([scaled, gaps, *hot]).astype(np.float32))

    inputs = {"train": encode(train), "valid": encode(valid), "test": encode(test)}
    targets = {"train": torch.tensor(labels[train]), "valid": torch.tensor(labels[valid])}

    width = inputs["train"].shape[1]
    model = nn.Sequential(
        nn.Linear(width, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 128), nn.ReLU(),
        nn.Dropout(0.1), nn.Linear(128, 1),
    )  # fmt: skip
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    best, patience, kept = float("inf"), 10, copy.deepcopy(model.state_dict())
    for _ in range(100):
        model.train()
        for batch in torch.randperm(len(train)).split(64):
            logits = model(inputs["train"][batch]).squeeze(1)
            loss = nn.functional.binary_cross_entropy_with_logits(logits, targets["train"][batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            logits = model(inputs["valid"]).squeeze(1)
            loss = nn.functional.binary_cross_entropy_with_logits(logits, targets["valid"]).item()
        if loss < best:
            best, patience, kept = loss, 10, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    with torch.no_grad():
        score = roc_auc_score(labels[test], model(inputs["test"]).squeeze(1).numpy())
    print(f"ROC-AUC {score:.4f}")

    # An interval, baselines, a report, a bundle that refuses to skew, a server: not written here.
    return float(score)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
