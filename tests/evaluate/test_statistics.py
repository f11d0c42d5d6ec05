import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from fivefold.evaluate.statistics import class_distribution, dataset_statistics


def test_dataset_statistics_equal_pandas(numbers, sensible):
    numbers.columns["second"][:7] = np.nan
    numbers.columns["category"][:3] = None
    evidence = numbers.evidence(sensible)
    table = dataset_statistics(evidence).set_index("column")
    frame = pd.DataFrame(numbers.columns)
    assert table["missing"].to_dict() == {"first": 0, "second": 7, "category": 3, "y": 0}
    expected = frame["second"].describe()
    made = table.loc["second", ["mean", "deviation", "minimum", "median", "maximum"]]
    assert_allclose(made.astype(float), expected[["mean", "std", "min", "50%", "max"]])
    counts = frame["category"].value_counts()
    assert table.loc["category", "most_frequent"] == counts.index[0]
    assert_allclose(table.loc["category", "its_fraction"], counts.iloc[0] / counts.sum())
    assert table.loc["category", "distinct"] == 3
    assert table.loc["y", "role"] == "target"


def test_dataset_statistics_describe_images_dates_and_texts(world):
    n = 60
    made = world(
        {
            "picture": np.zeros((n, 4, 4, 1), np.uint8),
            "when": np.datetime64("2020-01-01", "us") + np.arange(n) * np.timedelta64(1, "D"),
            "text": np.array([f"word {k}" for k in range(n)], dtype=object),
        },
        {"picture": "image", "when": "datetime", "text": "text"},
        np.arange(n) % 2,
    )
    evidence = made.evidence(lambda inputs: np.full((len(inputs["text"]), 2), 0.5))
    table = dataset_statistics(evidence).set_index("column")
    assert table.loc["when", "distinct"] == n
    assert table.loc["text", "most_frequent"] == ""
    assert table.loc["picture", "missing"] == 0
    assert table.loc["text", ["mean_words", "least_words", "most_words"]].tolist() == [2, 2, 2]
    assert table.loc["picture", ["mean_height", "mean_width", "mean_channels"]].tolist() == [
        4,
        4,
        1,
    ]
    assert np.isnan(table.loc["when", "mean_words"])


def test_dataset_statistics_count_lists_behind_many_missing_ones(world, judged_kinds):
    ways = np.full(160, None, dtype=object)
    for row in range(100, 160):
        ways[row] = np.zeros((2, 2))
    made = world({"way": ways, "x": np.arange(160.0)}, {"x": "numeric"}, np.arange(160) % 2)
    made.kinds = {"way": "route", **made.kinds}
    evidence = made.evidence(lambda inputs: np.full((len(inputs["numeric"]), 2), 0.5))
    table = dataset_statistics(evidence).set_index("column")
    assert table.loc["way", ["missing", "distinct"]].tolist() == [100, 60]


def test_dataset_statistics_tell_mean_sizes_and_the_share_that_is_missing(world):
    random = np.random.default_rng(0)
    n = 40
    pictures = np.empty(n, dtype=object)
    for row in range(n):
        pictures[row] = np.zeros((random.integers(2, 9), random.integers(2, 9), 3), np.uint8)
    pictures[:4] = None
    texts = np.array([" ".join(["so"] * int(k)) for k in random.integers(1, 7, n)], dtype=object)
    texts[0] = None
    made = world(
        {"picture": pictures, "text": texts}, {"picture": "image", "text": "text"}, np.arange(n) % 2
    )
    evidence = made.evidence(lambda inputs: np.full((len(inputs["text"]), 2), 0.5))
    table = dataset_statistics(evidence).set_index("column")
    shapes = np.array([picture.shape for picture in pictures[4:]])
    for name, values in zip(("height", "width", "channels"), shapes.T, strict=True):
        assert_allclose(table.loc["picture", f"mean_{name}"], values.mean())
        assert table.loc["picture", f"least_{name}"] == values.min()
        assert table.loc["picture", f"most_{name}"] == values.max()
    assert_allclose(table.loc["text", "mean_words"], np.mean([len(t.split()) for t in texts[1:]]))
    assert table["missing_fraction"].to_dict() == {"picture": 0.1, "text": 1 / n, "y": 0.0}


def test_class_distribution_equals_pandas_in_every_part(numbers, sensible):
    evidence = numbers.evidence(sensible)
    table = class_distribution(evidence).set_index("class")
    labels = pd.Series(np.array(numbers.classes)[numbers.target])
    counts = labels.value_counts()
    assert table["rows"].to_dict() == counts.to_dict()
    assert_allclose(table["fraction"][counts.index], counts / len(labels))
    for part in ("train", "valid", "test"):
        of_part = labels.iloc[getattr(evidence.partition, part)].value_counts()
        assert table[f"{part}_rows"].to_dict() == of_part.to_dict()
