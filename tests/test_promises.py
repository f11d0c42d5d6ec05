"""The promises, end to end, on the default pipeline of every kind."""

import json

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import torch

import fivefold as ff
from fivefold.errors import LeakError, WiringError
from fivefold.serve.bundle import open_bundle
from fivefold.testing import check_no_leak, fingerprint

pytestmark = pytest.mark.few_trees

WORDS = ("engine", "wheel", "road", "tyre", "goal", "match", "team", "score", "rain", "sun")


def table(rows: int = 240) -> pd.DataFrame:
    """Numbers, categories, integer categories with nulls, booleans and dates."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    frame = pd.DataFrame(
        {
            "x": np.where(rng.random(rows) < 0.1, np.nan, x),
            "code": np.where(rng.random(rows) < 0.1, np.nan, rng.integers(10_000, 10_006, rows)),
            "town": rng.choice(["<1H OCEAN", 'the "old" one', "ünder", "far"], rows),
            "member": rng.random(rows) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
        }
    )
    frame.loc[rows - 40 :: 7, "town"] = [
        f"rare {n}" for n in range(len(frame.iloc[rows - 40 :: 7]))
    ]
    frame["y"] = np.where(x + (frame["town"] == "far") + rng.normal(size=rows) > 0, "yes", "no")
    return frame


def texts(rows: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, rows)
    lines = [
        " ".join(rng.choice(WORDS[:6] if label else WORDS[4:], 9)) + f" number {n}"
        for n, label in enumerate(labels)
    ]
    return pd.DataFrame({"line": lines, "topic": np.where(labels, "cars", "weather")})


def mixture() -> pd.DataFrame:
    frame = texts()
    return frame.assign(length=frame["line"].str.len() + np.arange(len(frame)) % 7)


KINDS = {
    "table": lambda: ff.Collect(table(), target="y", kinds={"code": "categorical"}),
    "regression": lambda: ff.Collect("sklearn:diabetes"),
    "image": lambda: ff.Collect("sklearn:digits"),
    "text": lambda: ff.Collect(texts(), target="topic", kinds={"line": "text"}),
    "mixture": lambda: ff.Collect(mixture(), target="topic", kinds={"line": "text"}),
}


def default(kind: str, epochs: int = 2) -> ff.Pipeline:
    train = ff.Train(epochs=epochs, threads=1)
    return ff.Pipeline([KINDS[kind](), ff.Preprocess(), train, ff.Evaluate(baselines=())])


@pytest.mark.parametrize("kind", KINDS)
def test_default_pipeline_of_every_kind_does_not_leak(kind):
    found = check_no_leak(default(kind, epochs=1))
    assert found.compared["validation and test"] == ("codec", "training rows", "first weights")
    assert "Trained.model" in found.compared["test"]
    assert "Preprocessed.valid" in found.compared["test"]


class Smooth(ff.Stage):
    """A leak: centres a column by the mean over all rows before they are divided."""

    def run(self, collected: ff.Collected) -> ff.Collected:
        x = collected.table.column("x")
        return collected.replace(table=collected.table.replace({"x": x - np.nanmean(x)}))


class GreedyPreprocess(ff.Stage):
    """A leak: fits the codec on training and test rows together."""

    def run(
        self, collected: ff.Collected, partition: ff.Partition, session: ff.Session
    ) -> ff.Preprocessed:
        everything = np.concatenate([partition.train, partition.test])
        honest, greedy = ff.Preprocess(), partition.replace(train=everything)
        fitted = honest.run(collected, greedy, session)
        return fitted.replace(train=fitted.train.take(np.arange(len(partition.train))))


class PeekingTrain(ff.Stage):
    """A leak: stops by the test rows."""

    def run(self, data: ff.Preprocessed, session: ff.Session) -> ff.Trained:
        return ff.Train(epochs=3, threads=1).run(data.replace(valid=data.test), session)


@pytest.mark.parametrize(
    ("stages", "level"),
    [
        ([Smooth(), ff.Preprocess(), ff.Train(epochs=1, threads=1)], "validation and test"),
        ([GreedyPreprocess(), ff.Train(epochs=1, threads=1)], "validation and test"),
        ([ff.Preprocess(), PeekingTrain()], "test"),
    ],
    ids=["statistics of all rows", "codec fitted on test rows", "epoch chosen by test rows"],
)
def test_planted_leak_is_found_at_its_level(stages, level):
    pipeline = ff.Pipeline([KINDS["table"](), *stages, ff.Evaluate(baselines=())])
    with pytest.raises(LeakError) as caught:
        check_no_leak(pipeline)
    assert caught.value.level == level


@pytest.mark.parametrize("kind", ["table", "image", "text"])
def test_two_runs_with_one_seed_give_the_same_metrics_and_weights(kind):
    one, two = (default(kind, epochs=1).run(seed=3, progress=False) for _ in range(2))
    other = default(kind, epochs=1).run(seed=4, until="train", progress=False)
    assert fingerprint(one[ff.Trained].model) == fingerprint(two[ff.Trained].model)
    assert {name: repr(value) for name, value in one.metrics.items()} == {
        name: repr(value) for name, value in two.metrics.items()
    }
    assert fingerprint(one[ff.Trained].model) != fingerprint(other[ff.Trained].model)


def test_random_labels_with_an_own_module_and_five_folds_are_at_chance():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(600, 8)), rng.integers(0, 2, 600)
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    result = ff.Pipeline(
        [
            ff.Collect((x, y)),
            ff.Preprocess(),
            ff.Train(module, epochs=15, threads=1),
            ff.Evaluate(folds=5, baselines=()),
        ]
    ).run(seed=0, progress=False)
    after = module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert result[ff.Evaluated].folds["accuracy"].low < 0.5 < 0.58
    assert abs(result[ff.Evaluated].folds["accuracy"] - 0.5) < 0.08


@pytest.mark.unrehearsed
def test_every_door_answers_as_evaluate_scored(tmp_path):
    frame = table(400)
    path = tmp_path / "y.ff"
    source = ff.Collect(frame, target="y", kinds={"code": "categorical"}, drop=("since",))
    result = ff.Pipeline(
        [source, ff.Preprocess(), ff.Train(epochs=3), ff.Evaluate(baselines=()), ff.Deploy(path)]
    ).run(seed=0, progress=False)
    model, rows = ff.load(path), result[ff.Partition].test
    wanted, held = result[ff.Evaluated].scores, frame.iloc[rows]
    trained_on = set(frame.iloc[result[ff.Partition].train]["town"])
    assert held["code"].isna().any()
    assert held["code"].dtype == np.float64
    assert not set(held["town"]) <= trained_on
    held.to_csv(tmp_path / "held.csv", index=False)
    records = json.loads(held.to_json(orient="records", date_format="iso"))
    for record in records:
        record["code"] = None if record["code"] is None else int(record["code"])
    body = open_bundle(path)["model-raw.onnx"]
    session = onnxruntime.InferenceSession(bytes(body), providers=["CPUExecutionProvider"])
    raw = {
        "x": held[["x"]].to_numpy(np.float64),
        "member": held[["member"]].to_numpy(np.float64),
        "town": held[["town"]].to_numpy(object),
        "code": np.array([["" if np.isnan(c) else str(int(c))] for c in held["code"]], object),
    }
    answers = {
        "result": result.predict_proba(held),
        "frame": model.predict_proba(held),
        "csv": model.predict_proba(tmp_path / "held.csv"),
        "json": model.predict_proba(records),
        "raw": session.run(["scores"], raw)[0],
    }
    for door, scores in answers.items():
        assert np.abs(scores - wanted).max() < 1e-5, door
    assert model.predict(held).tolist() == result.predict(held).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("quality", ["fast", "balanced"])
def test_two_runs_with_one_seed_give_the_same_bundle(tmp_path, quality):
    train = ff.Train(epochs=2, quality=quality)
    stages = [ff.Collect("sklearn:iris"), ff.Preprocess(), train, ff.Evaluate()]
    digests = set()
    for _ in range(2):
        pipeline = ff.Pipeline([*stages, ff.Deploy(tmp_path / "iris.ff")])
        digests.add(pipeline.run(seed=0, progress=False)[ff.Deployed].digest)
    assert len(digests) == 1


@pytest.mark.slow
def test_zero_bytes_and_carriage_returns_in_a_text_are_replayed(tmp_path):
    frame = texts().assign(line=lambda f: f["line"] + " \0 \r end")
    source = ff.Collect(frame, target="topic", kinds={"line": "text"})
    stages = [source, ff.Preprocess(), ff.Train(epochs=1, threads=1), ff.Deploy(tmp_path / "t.ff")]
    deployed = ff.Pipeline(stages).run(progress=False)[ff.Deployed]
    assert deployed.parity["csv"] < 1e-5


def test_wrong_pipeline_is_refused_before_its_source_is_opened():
    source = ff.Collect("/no/such/file.csv", target="y")
    for stages in (
        [source, ff.Train(), ff.Preprocess()],
        [source, ff.Preprocess(), ff.Evaluate()],
        [source, source, ff.Preprocess()],
    ):
        with pytest.raises(WiringError):
            ff.Pipeline(stages)
