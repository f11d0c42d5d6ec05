"""The twin of pipeline.py: the same work by hand, in scikit-learn and torch.

Run: python examples/sequences/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch
from fragments import write_fragments
from sklearn.model_selection import train_test_split
from torch import nn


class Motifs(nn.Module):
    """Two classes from the strongest of each motif. Input: `(batch, 4, length)` of 0 and 1."""

    def __init__(self, motifs: int = 32) -> None:
        super().__init__()
        self.first = nn.Conv1d(4, motifs, 11, padding=5)
        self.second = nn.Conv1d(motifs, motifs, 5, padding=2)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * motifs, 2))

    def forward(self, bases: torch.Tensor) -> torch.Tensor:
        found = torch.relu(self.first(bases))
        wider = torch.relu(self.second(found))
        return self.head(torch.cat([found.amax(2), wider.amax(2)], dim=1))


def read_fasta(path: Path) -> tuple[list[str], torch.Tensor]:
    """Sequences, and 1 for those that are bound."""
    records = path.read_text().split(">")[1:]
    bound = [record.partition("\n")[0].endswith("bound=yes") for record in records]
    texts = ["".join(record.partition("\n")[2].split()) for record in records]
    return texts, torch.tensor(bound).long()


def main(folder: Path) -> float:
    """Train and evaluate; returns the accuracy on the test rows."""
    torch.manual_seed(0)
    texts, labels = read_fasta(write_fragments(folder / "fragments.fasta"))
    bases = torch.zeros(len(texts), 4, max(map(len, texts)))
    for row, text in enumerate(texts):
        for place, base in enumerate(text):
            bases[row, "ACGT".index(base), place] = 1

    # Split 64/16/20, stratified.
    rest, test = train_test_split(range(len(texts)), test_size=0.2, stratify=labels, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=labels[rest], random_state=0)

    model = Motifs()
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    best, patience, kept = float("inf"), 10, copy.deepcopy(model.state_dict())
    for _ in range(40):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(32):
            loss = nn.functional.cross_entropy(model(bases[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            loss = nn.functional.cross_entropy(model(bases[valid]), labels[valid]).item()
        if loss < best:
            best, patience, kept = loss, 10, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    with torch.no_grad():
        right = (model(bases[test]).argmax(1) == labels[test]).float()
    print(f"accuracy {right.mean():.4f}")
    return float(right.mean())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
