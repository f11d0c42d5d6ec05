"""The twin of pipeline.py: the same work by hand, in Pillow, scikit-learn and torch.

Run: python examples/video/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from clips import FRAMES, SIDE, write_clips
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch import nn


def frames_of(path: Path) -> np.ndarray:
    """`(time, height, width)` uint8."""
    frames = []
    with Image.open(path) as film:
        for moment in range(film.n_frames):
            film.seek(moment)
            frames.append(np.asarray(film.convert("L")))
    return np.stack([frames[min(moment, len(frames) - 1)] for moment in range(FRAMES)])


class Network(nn.Module):
    """Convolutions over each frame, and over time."""

    def __init__(self, classes: int) -> None:
        super().__init__()

        def layer(channels: int, wide: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv3d(channels, wide, (1, 3, 3), padding=(0, 1, 1), bias=False),
                nn.BatchNorm3d(wide),
                nn.SiLU(),
                nn.Conv3d(wide, wide, (3, 1, 1), padding=(1, 0, 0), bias=False),
                nn.BatchNorm3d(wide),
                nn.SiLU(),
            )

        pool = nn.MaxPool3d((1, 2, 2))
        self.layers = nn.Sequential(layer(1, 16), pool, layer(16, 32), pool, layer(32, 64))
        self.out = nn.Linear(128, classes)

    def forward(self, films: torch.Tensor) -> torch.Tensor:
        """`(n, 1, time, height, width)` to `(n, classes)`."""
        maps = self.layers(films)
        return self.out(torch.cat([maps.mean(dim=(2, 3, 4)), maps.amax(dim=(2, 3, 4))], dim=1))


def main(folder: Path) -> float:
    """Train, keep the best epoch, and say how a single frame would do; returns the accuracy."""
    source = write_clips(folder / "drifts")
    paths = sorted(source.rglob("*.gif"))
    names = sorted({path.parent.name for path in paths})
    target = torch.tensor([names.index(path.parent.name) for path in paths])
    films = torch.from_numpy(np.stack(list(map(frames_of, paths))))[:, None].float()
    train, rest = train_test_split(np.arange(len(paths)), test_size=0.35, stratify=target)
    valid, test = train_test_split(rest, test_size=0.55, stratify=target[rest])
    films = (films - films[train].mean()) / films[train].std()

    torch.manual_seed(0)
    network, best = Network(len(names)), (float("inf"), {})
    epochs, batch = 10, 32
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-3, weight_decay=0.05)
    steps = epochs * -(-len(train) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps)
    for _ in range(epochs):
        network.train()
        for rows in torch.from_numpy(np.random.default_rng(0).permutation(train)).split(batch):
            loss = nn.functional.cross_entropy(network(films[rows]), target[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        network.eval()
        with torch.no_grad():
            loss = float(nn.functional.cross_entropy(network(films[valid]), target[valid]))
        if loss < best[0]:
            best = loss, copy.deepcopy(network.state_dict())
    network.load_state_dict(best[1])
    network.eval()
    with torch.no_grad():
        right = float((network(films[test]).argmax(dim=1) == target[test]).float().mean())

    single = films[:, 0, FRAMES // 2].reshape(len(films), SIDE * SIDE)
    simple = LogisticRegression(max_iter=100, tol=1e-2, C=0.01).fit(single[train], target[train])
    print(f"accuracy {right:.3f}, of a single frame {simple.score(single[test], target[test]):.3f}")
    return right


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
