"""The twin of pipeline.py: the same work by hand, in scikit-learn and torch.

Run: python examples/transfer/plain_torch.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

FEW = 150


def body() -> nn.Sequential:
    """Pictures `(batch, 1, 8, 8)` to `(batch, 256)`."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.MaxPool2d(2),
        nn.Flatten(),
    )


def learn(model: nn.Module, rows: torch.Tensor, labels: torch.Tensor, epochs: int) -> None:
    """AdamW on batches of 32."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(rows)).split(32):
            if len(batch) > 1:  # batch norm cannot learn from one row
                loss = nn.functional.cross_entropy(model(rows[batch]), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()


def main(folder: Path) -> float:
    """Learn, save, begin again with what was learnt; returns the accuracy on the test rows."""
    torch.manual_seed(0)
    pictures, digits = load_digits(return_X_y=True)
    rows = torch.tensor(pictures, dtype=torch.float32).view(-1, 1, 8, 8)
    low, high = np.flatnonzero(digits < 5), np.flatnonzero(digits > 4)[:FEW]
    labels = torch.tensor(digits) % 5

    first = nn.Sequential(body(), nn.Linear(256, 5))
    scaled = (rows[low] - rows[low].mean()) / rows[low].std()
    learn(first, scaled, labels[low], epochs=5)
    save_file(first.state_dict(), folder / "low.safetensors")

    frozen = body()
    tensors = load_file(folder / "low.safetensors")
    frozen.load_state_dict({n[2:]: t for n, t in tensors.items() if n.startswith("0.")})
    frozen.eval()  # batch norms go by what they have seen
    train, test = train_test_split(high, test_size=0.2, stratify=digits[high], random_state=0)
    mean, std = rows[train].mean(), rows[train].std()
    with torch.no_grad():  # once: nothing before the head changes any more
        features = {name: frozen((rows[part] - mean) / std) for name, part in
                    {"train": train, "test": test}.items()}  # fmt: skip
    head = nn.Linear(256, 5)
    learn(head, features["train"], labels[train], epochs=60)
    with torch.no_grad():
        right = head(features["test"]).argmax(dim=1) == labels[test]
    print(float(right.float().mean()))
    return float(right.float().mean())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
