"""The twin of pipeline.py: the same work by hand, in the standard library and torch.

Run: python examples/transcription/plain_torch.py [folder]
"""

import copy
import csv
import sys
import wave
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from dialled import write_numbers
from sklearn.model_selection import train_test_split
from torch import nn

WINDOW, HOP = 256, 80


class Writer(nn.Module):
    """A digit or none at each second frame. Input: `(batch, bins, frames)`."""

    def __init__(self, bins: int, letters: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(bins, 96, 5, 2, padding=2, bias=False), nn.BatchNorm1d(96), nn.ReLU(),
            nn.Conv1d(96, 96, 5, padding=2, bias=False), nn.BatchNorm1d(96), nn.ReLU(),
            nn.Conv1d(96, 96, 5, padding=4, dilation=2), nn.ReLU(), nn.Dropout(0.1),
            nn.Conv1d(96, 1 + letters, 1),
        )  # fmt: skip

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return torch.log_softmax(self.layers(frames).permute(2, 0, 1), dim=2)


def spectra(paths: list[Path]) -> tuple[torch.Tensor, torch.Tensor]:
    """`(n, bins, frames)` log power, 0 behind the end; and how many steps each sound has."""
    frames = []
    for path in paths:
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        sound = torch.tensor(samples / np.sqrt(np.mean(samples.astype(float) ** 2))).float()
        window = torch.hann_window(WINDOW)
        found = torch.stft(sound, WINDOW, HOP, window=window, center=False, return_complex=True)
        frames.append(torch.log(found.abs() ** 2 + 1e-2).T)
    steps = torch.tensor([(len(one) + 1) // 2 for one in frames])
    return nn.utils.rnn.pad_sequence(frames, batch_first=True).transpose(1, 2), steps


def wrong(truth: str, said: str) -> int:
    """Characters to change, to take away or to add."""
    line = list(range(len(said) + 1))
    for place, one in enumerate(truth, 1):
        before, line[0] = line[0], place
        for other, two in enumerate(said, 1):
            change = before + (one != two)
            before, line[other] = line[other], min(change, line[other] + 1, line[other - 1] + 1)
    return line[-1]


def main(folder: Path) -> float:
    """Train and evaluate; returns the part of characters that are right."""
    torch.manual_seed(0)
    table = write_numbers(folder / "numbers")
    with table.open() as file:
        rows = list(csv.DictReader(file))
    numbers = [row["number"] for row in rows]
    letters = sorted({*"".join(numbers)})
    inputs, steps = spectra([table.parent / row["file"] for row in rows])
    counts = torch.tensor([len(number) for number in numbers])
    target = torch.zeros(len(rows), int(counts.max()), dtype=torch.long)
    for line, number in zip(target, numbers, strict=True):
        line[: len(number)] = torch.tensor([1 + letters.index(digit) for digit in number])

    # Split 64/16/20; fit the mean of each bin on the training rows only.
    rest, test = train_test_split(range(len(rows)), test_size=0.2, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, random_state=0)
    inputs = inputs - inputs[train].mean((0, 2), keepdim=True)
    inputs = inputs / inputs[train].std((0, 2), keepdim=True)

    model, train = Writer(inputs.shape[1], len(letters)), torch.tensor(train)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)

    def loss(some: list[int] | torch.Tensor) -> torch.Tensor:
        return nn.functional.ctc_loss(
            *(model(inputs[some]), target[some], steps[some], counts[some]), zero_infinity=True
        )

    best, kept = float("inf"), copy.deepcopy(model.state_dict())
    for _ in range(20):
        model.train()
        for batch in train[torch.randperm(len(train))].split(16):
            optimiser.zero_grad()
            loss(batch).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            now = float(loss(valid))
        if now < best:
            best, kept = now, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)

    errors = 0
    with torch.no_grad():
        found = model(inputs[test]).argmax(2).T
    for row, path in zip(test, found, strict=True):
        said = [place for place, _ in groupby(path[: steps[row]].tolist()) if place]
        errors += wrong(numbers[row], "".join(letters[place - 1] for place in said))
    cer = errors / int(counts[test].sum())
    print(f"character error rate {cer:.4f}")
    return 1 - cer


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
