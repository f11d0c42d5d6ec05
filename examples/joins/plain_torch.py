"""The twin of pipeline.py: the same work by hand, in pandas, scikit-learn and torch.

Run: python examples/joins/plain_torch.py [folder]
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
import torch
from shop import write_shop
from sklearn.metrics import roc_auc_score
from torch import nn


def join(folder: Path) -> pd.DataFrame:
    """The orders with what was known when they were made."""
    orders = pd.read_csv(folder / "orders.csv", parse_dates=["ordered"])
    customers = pd.read_csv(folder / "customers.csv")
    offers = pd.read_csv(folder / "offers.csv", parse_dates=["since"])
    visits = pd.read_csv(folder / "visits.csv", parse_dates=["at"])

    table = orders.merge(
        customers, left_on="customer_id", right_on="id", how="left", validate="m:1"
    )
    table = pd.merge_asof(
        table.reset_index().sort_values("ordered"),
        offers.sort_values("since"),
        left_on="ordered", right_on="since", by="town", allow_exact_matches=False,
    ).sort_values("index")  # fmt: skip

    pairs = table[["index", "customer_id", "ordered"]].merge(visits, on="customer_id")
    before = pairs[pairs["at"] < pairs["ordered"]].groupby("index")
    history = before["pages"].agg(["count", "mean", "max"])
    history["days"] = (before["ordered"].first() - before["at"].max()) / pd.Timedelta(days=1)
    table = table.join(history, on="index")
    table["count"] = table["count"].fillna(0)
    return table.reset_index(drop=True)


def main(folder: Path) -> float:
    """Join, train and evaluate; returns the ROC-AUC on the test rows."""
    torch.manual_seed(0)
    write_shop(folder)
    table = join(folder)
    labels = (table["returned"] == "yes").to_numpy(dtype=np.float32)
    order, count = torch.tensor(np.argsort(table["ordered"].to_numpy())), len(table)
    train, valid, test = order.tensor_split((int(0.64 * count), int(0.8 * count)))

    numbers = table[["price", "age", "rebate", "count", "mean", "max", "days"]]
    median = numbers.iloc[train].median()
    filled = numbers.fillna(median)
    scaled = (filled - filled.iloc[train].mean()) / filled.iloc[train].std()
    gaps = numbers[["rebate", "mean"]].isna()
    towns = pd.get_dummies(table["town"])
    inputs = torch.tensor(np.column_stack([scaled, gaps, towns]).astype(np.float32))
    targets = torch.tensor(labels)

    width = inputs.shape[1]
    model = nn.Sequential(
        nn.Linear(width, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 128), nn.ReLU(),
        nn.Dropout(0.1), nn.Linear(128, 1),
    )  # fmt: skip
    measure = nn.functional.binary_cross_entropy_with_logits
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    best, patience, kept = float("inf"), 10, copy.deepcopy(model.state_dict())
    for _ in range(100):
        model.train()
        for batch in train[torch.randperm(len(train))].split(64):
            loss = measure(model(inputs[batch]).squeeze(1), targets[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            loss = measure(model(inputs[valid]).squeeze(1), targets[valid]).item()
        if loss < best:
            best, patience, kept = loss, 10, copy.deepcopy(model.state_dict())
        elif (patience := patience - 1) == 0:
            break
    model.load_state_dict(kept)
    with torch.no_grad():
        score = roc_auc_score(labels[test], model(inputs[test]).squeeze(1).numpy())
    print(f"ROC-AUC {score:.4f}")

    # To serve it, the joins are to be written again for one row; that is not done here.
    return float(score)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
