"""The twin of pipeline.py: the same work by hand, in pandas, scikit-learn and torch.

Run: python examples/text/plain_torch.py [folder]
"""

import copy
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pandas as pd
import torch
from messages import write_messages
from sklearn.model_selection import train_test_split
from torch import nn


class MeanOfWords(nn.Module):
    """Classes from the mean of a message's word vectors. Input: `(batch, length)` indices."""

    def __init__(self, vocabulary: int, classes: int, width: int = 64) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, width, padding_idx=0)
        self.head = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, classes))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        there = (tokens != 0).unsqueeze(-1)
        return self.head((self.words(tokens) * there).sum(1) / there.sum(1).clamp(min=1))


def main(folder: Path) -> float:
    """Train and evaluate; returns the accuracy on the test rows."""
    torch.manual_seed(0)
    frame = pd.read_csv(write_messages(folder / "messages.tsv"), sep="\t")
    classes = sorted(frame["office"].unique())
    labels = torch.tensor([classes.index(office) for office in frame["office"]])
    words = [re.findall(r"\w+", message.lower()) for message in frame["message"]]

    # Split 64/16/20, stratified; the vocabulary comes from the training rows only.
    rest, test = train_test_split(range(len(frame)), test_size=0.2, stratify=labels, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=labels[rest], random_state=0)
    counts = Counter(word for row in train for word in words[row])
    index = {word: place for place, (word, _) in enumerate(counts.most_common(), start=2)}
    length = max(len(words[row]) for row in train)
    tokens = torch.zeros(len(frame), length, dtype=torch.long)  # 0 pads, 1 is an unknown word
    for row, message in enumerate(words):
        for place, word in enumerate(message[:length]):
            tokens[row, place] = index.get(word, 1)

    model = MeanOfWords(len(index) + 2, len(classes))
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    best, patience, kept = float("inf"), 10, copy.deepcopy(model.state_dict())
    for _ in range(100):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(64):
            loss = nn.functional.cross_entropy(model(tokens[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            loss = nn.functional.cross_entropy(model(tokens[valid]), labels[valid]).item()
        if loss < best:
            best, patience, kept = loss, 10, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    with torch.no_grad():
        right = (model(tokens[test]).argmax(1) == labels[test]).float()
    print(f"accuracy {right.mean():.4f}")
    return float(right.mean())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
