"""The twin of pipeline.py: the same work by hand, in the standard library, scikit-learn and torch.

Run: python examples/sounds/plain_torch.py [folder]
"""

import copy
import sys
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from calls import write_calls
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn

WINDOW, HOP, BANDS = 256, 80, 40


def spectra(paths: list[Path]) -> torch.Tensor:
    """`(n, bands, frames)`: log power in bands of pitch, each sound brought to one loudness."""
    sounds = []
    for path in paths:
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        sounds.append(torch.tensor(samples / np.sqrt(np.mean(samples.astype(float) ** 2))))
    length = max(map(len, sounds))
    filled = torch.stack([nn.functional.pad(s, (0, length - len(s))) for s in sounds]).float()
    window = torch.hann_window(WINDOW)
    spectrum = torch.stft(filled, WINDOW, HOP, window=window, center=False, return_complex=True)
    power = spectrum.abs() ** 2 / (window**2).sum()
    mel = 2595 * np.log10(1 + np.fft.rfftfreq(WINDOW, 1 / 8000) / 700)
    ends = np.linspace(mel[0], mel[-1], BANDS + 2)
    up, down = (mel[:, None] - ends[:-2]) / np.diff(ends)[:-1], (ends[2:] - mel[:, None])
    filters = torch.tensor(np.maximum(0, np.minimum(up, down / np.diff(ends)[1:]))).float()
    filters = filters / filters.sum(0).clamp(min=1)
    return torch.log(filters.T @ power + 1e-4)


def masked(batch: torch.Tensor) -> torch.Tensor:
    """Some bands and some frames of each row set to 0, the mean."""
    batch = batch.clone()
    for row in batch:
        band, frame = np.random.randint(BANDS - 8), np.random.randint(row.shape[1] - 8)
        row[band : band + 8] = 0
        row[:, frame : frame + 8] = 0
    return batch


def main(folder: Path) -> float:
    """Train and evaluate; returns the accuracy on the test rows."""
    torch.manual_seed(0)
    np.random.seed(0)
    paths = sorted(write_calls(folder / "calls").glob("*/*.wav"))
    classes = sorted({path.parent.name for path in paths})
    labels = torch.tensor([classes.index(path.parent.name) for path in paths])
    inputs = spectra(paths)

    # Split 64/16/20, stratified; fit the mean of each band on the training rows only.
    rest, test = train_test_split(range(len(paths)), test_size=0.2, stratify=labels, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=labels[rest], random_state=0)
    inputs = inputs - inputs[train].mean((0, 2), keepdim=True)
    inputs = (inputs / inputs[train].std((0, 2), keepdim=True))[:, None]

    model = nn.Sequential(
        nn.Conv2d(1, 32, 5, 2, padding=2, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, 2, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.Conv2d(64, 128, 3, 2, padding=1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
        nn.AdaptiveAvgPool2d((5, 1)), nn.Flatten(), nn.Dropout(0.3), nn.Linear(640, len(classes)),
    )  # fmt: skip
    epochs, batches = 12, len(train) // 32
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * batches)
    best, kept = float("inf"), copy.deepcopy(model.state_dict())
    for _ in range(epochs):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(32)[:batches]:
            loss = nn.functional.cross_entropy(model(masked(inputs[batch])), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            falling.step()
        model.eval()
        with torch.no_grad():
            loss = nn.functional.cross_entropy(model(inputs[valid]), labels[valid]).item()
        if loss < best:
            best, kept = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    model.eval()

    # Beside it a linear model of what each band is like over time; validation rows say how much
    # each counts.
    stretches = [stretch.mean(3) for stretch in inputs.tensor_split(12, dim=3)]
    change = inputs.diff(dim=3).abs().mean(3)
    pooled = torch.cat([inputs.mean(3), inputs.std(3), change, *stretches], dim=1).flatten(1)
    scaled = StandardScaler().fit(pooled[train]).transform(pooled)
    linear = LogisticRegression(C=0.01, max_iter=200).fit(scaled[train], labels[train])
    with torch.no_grad():
        answers = model(inputs), torch.from_numpy(linear.decision_function(scaled))

    def mixed(share: float) -> torch.Tensor:
        return (1 - share) * answers[0] + share * answers[1]

    costs = {
        s / 20: nn.functional.cross_entropy(mixed(s / 20)[valid], labels[valid]) for s in range(21)
    }
    share = min(costs, key=lambda share: costs[share])
    right = (mixed(share)[test].argmax(1) == labels[test]).float()
    print(f"accuracy {right.mean():.4f}")
    return float(right.mean())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
