"""The twin of pipeline.py: the same work by hand, in pandas, scikit-learn and torch.

Run: python examples/mixed_kinds/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
import torch
from homes import draw_homes
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn


class Network(nn.Module):
    """A part for the table, one for words, one for pixels; a layer over all three."""

    def __init__(self, columns: int, words: int) -> None:
        super().__init__()
        self.table = nn.Sequential(nn.Linear(columns, 64), nn.ReLU(), nn.Linear(64, 64))
        self.words = nn.EmbeddingBag(words, 64, mode="mean", padding_idx=0)
        self.pixels = nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.AdaptiveMaxPool2d(1),
            nn.Flatten(), nn.Linear(64, 64),
        )  # fmt: skip
        self.out = nn.Sequential(nn.ReLU(), nn.Dropout(0.3), nn.Linear(3 * 64, 1))

    def forward(
        self, table: torch.Tensor, words: torch.Tensor, pixels: torch.Tensor
    ) -> torch.Tensor:
        """`(n, columns)`, `(n, length)` and `(n, 3, side, side)` to `(n,)`."""
        parts = [self.table(table), self.words(words), self.pixels(pixels)]
        return self.out(torch.cat(parts, dim=1)).squeeze(1)


def main(folder: Path) -> float:
    """Train and evaluate; returns the ROC-AUC on the test rows."""
    torch.manual_seed(0)
    homes = draw_homes()
    labels = (homes["sold"] == "yes").astype(np.int64)

    # Split 64/16/20, stratified; what is fitted sees the training rows only.
    rest, test = train_test_split(
        np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0
    )
    train, valid = train_test_split(rest, test_size=0.2, stratify=labels[rest], random_state=0)
    frame = pd.DataFrame({name: homes[name] for name in ("area", "age", "city")})
    numbers = frame[["area", "age"]]
    missing = numbers[["area"]].isna().to_numpy(float)
    filled = numbers.fillna(numbers.iloc[train].median())
    scaled = (filled - filled.iloc[train].mean()) / filled.iloc[train].std()
    hot = pd.get_dummies(frame["city"]).to_numpy(float)
    table = np.column_stack([scaled, missing, hot])
    known = sorted({word for row in train for word in homes["note"][row].split()})
    codes = {word: code for code, word in enumerate(known, start=1)}
    words = torch.tensor([[codes.get(word, 0) for word in note.split()] for note in homes["note"]])
    pixels = torch.from_numpy(np.stack(homes["photo"])).permute(0, 3, 1, 2).float()
    pixels = (pixels - pixels[train].mean((0, 2, 3), keepdim=True)) / pixels[train].std()
    inputs = torch.from_numpy(table).float(), words, pixels
    target = torch.from_numpy(labels).float()

    model = Network(table.shape[1], len(known) + 1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    best, patience, kept = float("inf"), 10, copy.deepcopy(model.state_dict())
    for _ in range(50):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(32):
            logits = model(*(part[batch] for part in inputs))
            loss = nn.functional.binary_cross_entropy_with_logits(logits, target[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            logits = model(*(part[valid] for part in inputs))
            loss = nn.functional.binary_cross_entropy_with_logits(logits, target[valid]).item()
        if loss < best:
            best, patience, kept = loss, 10, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    model.eval()
    with torch.no_grad():
        network = model(*inputs).double().numpy()

    # Simple models beside it: trees over the table, a linear model of table and terms.
    boosting = HistGradientBoostingClassifier(random_state=0).fit(table[train], labels[train])
    terms = TfidfVectorizer(sublinear_tf=True).fit([homes["note"][row] for row in train])
    wide = sparse.hstack([sparse.csr_matrix(table / 2), terms.transform(homes["note"])]).tocsr()
    linear = LogisticRegression(C=4.0, max_iter=1000).fit(wide[train], labels[train])
    answers = np.stack([network, boosting.decision_function(table), linear.decision_function(wide)])
    stack = LogisticRegression().fit(answers[:, valid].T, labels[valid])
    score = roc_auc_score(labels[test], stack.decision_function(answers[:, test].T))
    print(f"ROC-AUC {score:.4f}")
    return float(score)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
