"""The twin of pipeline.py: the same work by hand, in torch.

Run: python examples/segmentation/plain_torch.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from PIL import Image
from scenes import NAMES, write_scenes
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional


def pair(channels: int, wide: int) -> nn.Sequential:
    """Two convolutions with norm."""
    layers = []
    for given in (channels, wide):
        layers += [nn.Conv2d(given, wide, 3, padding=1), nn.BatchNorm2d(wide), nn.ReLU()]
    return nn.Sequential(*layers)


class Net(nn.Module):
    """A small U-Net. Input: `(batch, 3, height, width)`; output: `(batch, classes, ...)`."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.top, self.middle, self.deep = pair(3, 24), pair(24, 48), pair(48, 96)
        self.up, self.last = pair(96 + 48, 48), pair(48 + 24, 24)
        self.out = nn.Conv2d(24, classes, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        top = self.top(pictures)
        middle = self.middle(functional.max_pool2d(top, 2))
        deep = self.deep(functional.max_pool2d(middle, 2))
        up = self.up(torch.cat([functional.interpolate(deep, size=middle.shape[2:]), middle], 1))
        return self.out(
            self.last(torch.cat([functional.interpolate(up, size=top.shape[2:]), top], 1))
        )


def main(folder: Path) -> float:
    """Train and evaluate; returns the mean IoU of test rows."""
    torch.manual_seed(0)
    scenes = write_scenes(folder / "scenes")
    names = sorted(path.name for path in (scenes / "images").iterdir())
    pictures = np.stack([np.asarray(Image.open(scenes / "images" / name)) for name in names])
    masks = np.stack([np.asarray(Image.open(scenes / "masks" / name)) for name in names])
    train, test = train_test_split(np.arange(len(names)), test_size=0.2, random_state=0)
    mean, std = pictures[train].mean((0, 1, 2)), pictures[train].std((0, 1, 2))
    x = torch.tensor((pictures - mean) / std, dtype=torch.float32).permute(0, 3, 1, 2)
    y = torch.tensor(masks, dtype=torch.long)

    model = Net(len(NAMES))
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(8):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(8):
            loss = functional.cross_entropy(model(x[batch]), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    model.eval()
    with torch.no_grad():
        said, truth = model(x[test]).argmax(1), y[test]
    found = []
    for kind in range(len(NAMES)):
        both, either = (said == kind) & (truth == kind), (said == kind) | (truth == kind)
        found.append(both.sum().item() / max(1, either.sum().item()))
    iou = float(np.mean(found))
    print(f"{iou:.4f}")
    return iou


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
