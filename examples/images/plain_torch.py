"""The twin of pipeline.py: the same work by hand, in Pillow, scikit-learn and torch.

Run: python examples/images/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from pictures import write_pictures
from PIL import Image
from sklearn.model_selection import train_test_split
from torch import nn


def main(folder: Path) -> float:
    """Train and evaluate; returns the accuracy on the test rows."""
    torch.manual_seed(0)
    paths = sorted(write_pictures(folder / "digits").glob("*/*.png"))
    classes = sorted({path.parent.name for path in paths})
    pixels = torch.tensor(np.stack([np.asarray(Image.open(path)) for path in paths]))
    images = pixels[:, None].float() / 255
    labels = torch.tensor([classes.index(path.parent.name) for path in paths])

    # Split 64/16/20, stratified; fit the pixel statistics on the training rows only.
    rest, test = train_test_split(range(len(paths)), test_size=0.2, stratify=labels, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=labels[rest], random_state=0)
    images = (images - images[train].mean()) / images[train].std()

    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, len(classes)),
    )  # fmt: skip
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    best, patience, kept = float("inf"), 5, copy.deepcopy(model.state_dict())
    for _ in range(30):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(64):
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            loss = nn.functional.cross_entropy(model(images[valid]), labels[valid]).item()
        if loss < best:
            best, patience, kept = loss, 5, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    model.eval()
    with torch.no_grad():
        right = (model(images[test]).argmax(1) == labels[test]).float()
    print(f"accuracy {right.mean():.4f}")
    return float(right.mean())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
