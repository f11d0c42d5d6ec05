"""The twin of pipeline.py: the same work by hand, in torch.

Run: python examples/tagging/plain_torch.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch
from letters import write_letters
from sklearn.model_selection import train_test_split
from torch import nn


class Tagger(nn.Module):
    """A label a word, from its parts and its neighbours. Input: `(batch, words, parts)` codes."""

    def __init__(self, parts: int, labels: int) -> None:
        super().__init__()
        self.parts = nn.Embedding(parts, 32, padding_idx=0)
        self.near = nn.Conv1d(32, 64, 5, padding=2)
        self.out = nn.Linear(96, labels)

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        words = self.parts(codes).sum(2)
        near = torch.relu(self.near(words.transpose(1, 2))).transpose(1, 2)
        return self.out(torch.cat([words, near], dim=2))


def parts_of(word: str) -> list[str]:
    """The word, its end, and whether it begins with a capital."""
    return [f"={word}", f">{word[-2:]}", f">{word[-4:]}", f"^{word[0].isupper()}"]


def names_of(labels: list[str]) -> set[tuple[str, int, int]]:
    """Whole names: kind, first and last word."""
    found: list[list] = []
    for place, label in enumerate(labels):
        before = labels[place - 1] if place else "O"
        if label.startswith("I-") and before[2:] == label[2:]:
            found[-1][2] = place
        elif label != "O":
            found.append([label[2:], place, place])
    return {tuple(one) for one in found}


def main(folder: Path) -> float:
    """Train and evaluate; returns the F1 of whole names in test rows."""
    torch.manual_seed(0)
    text = write_letters(folder / "letters.conll").read_text().strip()
    rows = [[line.split("\t") for line in part.split("\n")] for part in text.split("\n\n")]
    train, test = train_test_split(rows, test_size=0.2, random_state=0)
    seen = sorted({part for row in train for word, _ in row for part in parts_of(word)})
    code = {part: place for place, part in enumerate(seen, 1)}
    labels = sorted({label for row in train for _, label in row})

    def encode(some: list) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = torch.zeros(len(some), 8, 4, dtype=torch.long), torch.full((len(some), 8), -1)
        for n, row in enumerate(some):
            for place, (word, label) in enumerate(row):
                x[n, place] = torch.tensor([code.get(part, 0) for part in parts_of(word)])
                y[n, place] = labels.index(label)
        return x, y

    model = Tagger(len(code) + 1, len(labels))
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    x, y = encode(train)
    for _ in range(12):
        for batch in torch.randperm(len(x)).split(32):
            logits = model(x[batch]).flatten(0, 1)
            loss = nn.functional.cross_entropy(logits, y[batch].flatten(), ignore_index=-1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    with torch.no_grad():
        said = model(encode(test)[0]).argmax(2).tolist()
    hits = told = there = 0
    for row, places in zip(test, said, strict=True):
        wanted = names_of([label for _, label in row])
        found = names_of([labels[place] for place in places[: len(row)]])
        hits, told, there = hits + len(wanted & found), told + len(found), there + len(wanted)
    f1 = 2 * hits / (told + there)
    print(f"{f1:.4f}")
    return f1


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
