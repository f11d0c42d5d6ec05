"""Rows that belong together on both sides, and the score where they are kept on one."""

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

import fivefold as ff

LETTERS = np.array(list("ACGT"))


def relatives(families: int = 160, copies: int = 3, rate: float = 0.05) -> pd.DataFrame:
    """Mutated copies of sequences; the class is the family's own, and no letter tells it."""
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.integers(0, 4, (families, 80)), copies, axis=0)
    changed = rng.random(rows.shape) < rate
    rows[changed] = rng.integers(0, 4, changed.sum())
    label = np.repeat(rng.permutation(families) % 2, copies)
    order = rng.permutation(len(rows))
    texts = ["".join(line) for line in LETTERS[rows[order]]]
    return pd.DataFrame({"dna": texts, "y": np.where(label, "yes", "no")[order]})


def visits() -> pd.DataFrame:
    """What each patient is like, a little noise, and an illness that nothing tells."""
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(180), 4)
    frame = pd.DataFrame(rng.normal(size=(180, 3))[who] + 0.01 * rng.normal(size=(720, 3)))
    frame.columns = ["pulse", "pressure", "sugar"]
    frame["PatientID"] = [f"p{n}" for n in who]
    frame["ill"] = np.where(rng.permutation(180)[who] % 2, "yes", "no")
    return frame.sample(frac=1, random_state=0)


def letters(inputs, outputs):
    """A network that remembers letters by their positions."""
    table = nn.Embedding(inputs.codes, 4)
    return nn.Sequential(
        table, nn.Flatten(), nn.Linear(4 * inputs.length, 64), nn.ReLU(), nn.Linear(64, outputs)
    )


def run(frame, target, *more, network=None, epochs=None, **asked):
    stages = [ff.Collect(frame, target=target, **asked), *more, ff.Preprocess()]
    return ff.Pipeline([*stages, ff.Train(network, epochs=epochs), ff.Evaluate(baselines=())]).run(
        progress=False
    )


def found(result, code):
    return next((finding for finding in result.findings if finding.code == code), None)


def test_patients_on_both_sides_are_told_with_the_score_both_ways():
    frame, nearest = visits(), KNeighborsClassifier(3)
    result = run(frame, "ill", network=nearest, drop=("PatientID",))
    assert found(result, "group_column").numbers == {"column": "PatientID", "groups": 180}
    told = found(result, "split_ignores_group")
    parts, who = result[ff.Partition], frame["PatientID"].to_numpy()
    both = np.isin(who[parts.test], who[parts.train])
    assert told.severity == "serious"
    assert told.numbers["rows"] == both.sum()
    assert told.numbers["as_drawn"] > 0.9 > 0.75 > told.numbers["apart"]
    grouped = run(frame, "ill", network=nearest, group="PatientID")
    assert found(grouped, "group_column") is None
    assert found(grouped, "split_ignores_group") is None
    assert abs(float(grouped.metrics["roc_auc"]) - told.numbers["apart"]) < 0.2


def test_copies_on_both_sides_are_told_with_the_score_both_ways():
    frame = relatives()
    asked = {"network": letters, "epochs": 25, "kinds": {"dna": "sequence"}}
    result = run(frame, "y", **asked)
    told = found(result, "relatives_across_parts")
    assert told.severity == "serious"
    assert told.numbers["rows"] > 0.7 * told.numbers["of"]
    assert told.numbers["as_drawn"] > 0.85 > 0.75 > told.numbers["apart"]
    held = run(
        frame, "y", ff.Split(similar=0.8), network=letters, epochs=25, kinds={"dna": "sequence"}
    )
    assert found(held, "relatives_across_parts") is None
    assert held[ff.Partition].how.endswith("160 clusters of rows 80% alike")
    assert float(held.metrics["roc_auc"]) < 0.8
    parts = held[ff.Partition]
    assert not set(parts.unit[parts.train]) & set(parts.unit[parts.test])
    assert not set(parts.unit[parts.valid]) & set(parts.unit[parts.test])
