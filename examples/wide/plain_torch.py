"""The twin of pipeline.py: the same work by hand, in pandas, scikit-learn and torch.

Run: python examples/wide/plain_torch.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
import torch
from genes import write_genes
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split


def main(folder: Path) -> float:
    """Train and evaluate; returns the ROC-AUC on the test rows."""
    frame = pd.read_csv(write_genes(folder / "genes.csv"))
    sick = (frame.pop("state") == "sick").to_numpy(float)
    table = frame.to_numpy()

    rest, test = train_test_split(range(len(table)), test_size=0.2, stratify=sick, random_state=0)
    train, valid = train_test_split(rest, test_size=0.2, stratify=sick[rest], random_state=0)

    # Columns are chosen by training rows alone: chosen by all rows, any labels could be told.
    x = (table[train] - table[train].mean(0)) / table[train].std(0)
    y = sick[train] - sick[train].mean()
    chosen = np.argsort(-np.abs(y @ x))[:100]

    # The linear models then learn from training and validation rows together.
    rows = table[train + valid][:, chosen]
    mean, deviation = rows.mean(0), rows.std(0)
    x = torch.tensor((rows - mean) / deviation)
    y = torch.tensor(sick[train + valid] - sick[train + valid].mean())
    products = x @ x.T
    held = 0.3 * products.trace() / len(x) * torch.eye(len(x))
    ridge = x.T @ torch.linalg.solve(products + held, y)
    centroids = x.T @ y

    judged = torch.tensor((table[test][:, chosen] - mean) / deviation)
    told = sum(answer / answer.std() for answer in (judged @ ridge, judged @ centroids))
    return float(roc_auc_score(sick[test], told))


if __name__ == "__main__":
    print(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
