"""The leak check passes a sound pipeline and catches what is planted."""

import itertools
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pytest

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import LeakError
from fivefold.partition import Partition
from fivefold.pipeline import Pipeline
from fivefold.result import Result
from fivefold.testing import check_no_leak, fingerprint

ROWS = 200


def gathered(rows: int = ROWS, task: str = "binary") -> Collected:
    """Two numbers, a category, a flag, a day, and a target that depends on the first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    target = np.array(["no", "yes"], dtype=object)[(x + rng.normal(size=rows) > 0).astype(int)]
    columns = {
        "x": x,
        "z": rng.normal(size=rows),
        "town": np.array(["Ulm", "Bonn", None], dtype=object)[rng.integers(3, size=rows)],
        "flag": rng.integers(2, size=rows).astype(float),
        "day": np.datetime64("2020-01-01", "us") + rng.integers(999, size=rows).astype("m8[D]"),
        "person": rng.integers(50, size=rows).astype(float),
        "y": target if task == "binary" else x * 2,
    }
    kinds = {"town": "categorical", "flag": "boolean", "day": "datetime"}
    kinds["y"] = "categorical" if task == "binary" else "numeric"
    roles = {"y": "target", "person": "ignored"}
    return Collected(
        table=Columns(columns),
        schema=Schema(
            columns=tuple(
                Column(name=n, kind=kinds.get(n, "numeric"), role=roles.get(n, "input"))
                for n in columns
            ),
            targets=("y",),
            task=task,
            classes=("no", "yes") if task == "binary" else (),
        ),
        usable=np.ones(rows, dtype=bool),
        given=None,
        findings=(),
        provenance={},
    )


@dataclass(frozen=True)
class Centre:
    """Stands for a codec: what a scaler learns."""

    mean: np.ndarray
    prior: float = 0.0


class Line:
    """Stands for a network."""

    def __init__(self, weights: np.ndarray) -> None:
        self.weights = weights

    def state_dict(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights}


class Threshold(Artifact):
    value: float


Seen = Literal["train", "train and valid", "all"]


def positions(partition: Partition, seen: Seen) -> np.ndarray:
    parts = {
        "train": [partition.train],
        "train and valid": [partition.train, partition.valid],
        "all": [partition.train, partition.valid, partition.test],
    }
    return np.sort(np.concatenate(parts[seen]))


class Gather(Stage):
    log: Any = None

    def run(self, session: Session) -> Collected:
        if self.log:
            self.log("gather")
        return gathered()


class Centring(Stage):
    """A scaler, which may look at more rows than it should."""

    mean_of: Seen = "train"
    prior_of: Seen = "train"

    def run(self, collected: Collected, partition: Partition) -> Preprocessed:
        table = collected.table
        values = np.stack([table.column("x"), table.column("z")], axis=1)
        labels = (table.column("y") == "yes").astype(np.int64)
        mean = np.nanmean(values[positions(partition, self.mean_of)], axis=0)
        prior = labels[positions(partition, self.prior_of)].mean()
        numeric = np.nan_to_num(values - mean)
        numeric[:, 1] -= prior

        def rows(index: np.ndarray) -> Rows:
            return Rows(
                inputs={"numeric": numeric[index].astype(np.float32)},
                target=labels[index],
                index=index,
            )

        return Preprocessed(
            train=rows(partition.train),
            valid=rows(partition.valid),
            test=rows(partition.test),
            codec=Centre(mean) if self.prior_of != "train" else Centre(mean, prior),
        )


class Descend(Stage):
    """Logistic regression by gradient descent, stopped by the rows it is told to look at."""

    stop_by: Literal["valid", "test"] = "valid"
    start_by: Literal["seed", "valid"] = "seed"

    def begin(self, data: Preprocessed, session: Session) -> np.ndarray:
        if self.start_by == "valid":
            return data.valid.inputs["numeric"].mean(axis=0)
        return np.random.default_rng(session.seed).normal(size=2)

    def run(self, data: Preprocessed, session: Session) -> Trained:
        judge = getattr(data, self.stop_by)
        weights = first = self.begin(data, session)
        best, losses = weights, []
        for _ in range(30):
            x, y = data.train.inputs["numeric"], data.train.target
            weights = weights - 0.5 * x.T @ (1 / (1 + np.exp(-x @ weights)) - y) / len(y)
            scores = judge.inputs["numeric"] @ weights
            losses.append(float(np.mean(np.logaddexp(0, scores) - judge.target * scores)))
            best = weights if losses[-1] == min(losses) else best
        return trained(best, first, losses)

    def rehearse(self, data: Preprocessed, session: Session) -> Trained:
        first = self.begin(data, session)
        return trained(first, first, [])


def trained(weights: np.ndarray, first: np.ndarray, losses: list[float]) -> Trained:
    clock = itertools.count()
    return Trained(
        model=Line(weights),
        history=pd.DataFrame({"valid_loss": losses, "seconds": [next(clock) for _ in losses]}),
        settings={"best_epoch": int(np.argmin(losses)) if losses else 0},
        resources={"seconds": float(np.random.default_rng().random())},
        first_digest=fingerprint(first),
    )


class Cut(Stage):
    """A threshold of a user's own."""

    by: Literal["valid", "test"] = "valid"

    def run(self, data: Preprocessed, trained: Trained) -> Threshold:
        rows = getattr(data, self.by)
        return Threshold(value=float(np.median(rows.inputs["numeric"] @ trained.model.weights)))


class Judge(Stage):
    def run(self, data: Preprocessed, trained: Trained) -> Evaluated:
        raise AssertionError("the check judged a model")


def pipeline(**changed: Stage) -> Chain:
    stages = {"gather": Gather(), "centring": Centring(), "descend": Descend(), "cut": Cut()}
    return Chain({**stages, **changed}.values())


def test_no_leak_in_a_sound_pipeline_says_what_was_compared():
    found = check_no_leak(pipeline())
    assert found.rows == {"validation and test": 72, "test": 40}
    assert found.compared["validation and test"] == ("codec", "training rows", "first weights")
    assert set(found.compared["test"]) == {
        "Preprocessed.train",
        "Preprocessed.valid",
        "Preprocessed.codec",
        "Trained.model",
        "Trained.history",
        "Trained.settings",
        "Trained.first_digest",
        "Threshold.value",
    }
    assert str(found).startswith(
        "validation and test rows corrupted (72): codec, training rows, first weights did not "
        "move; test rows corrupted (40): "
    )


@pytest.mark.parametrize(
    ("planted", "what", "level"),
    [
        ({"centring": Centring(mean_of="all")}, "codec", "validation and test"),
        ({"centring": Centring(mean_of="train and valid")}, "codec", "validation and test"),
        ({"centring": Centring(prior_of="all")}, "training rows", "validation and test"),
        ({"descend": Descend(start_by="valid")}, "first weights", "validation and test"),
        ({"descend": Descend(stop_by="test")}, "Trained.", "test"),
        ({"cut": Cut(by="test")}, "Threshold.value", "test"),
    ],
    ids=["scaler-all", "scaler-valid", "target", "first-weights", "stopping", "threshold"],
)
def test_leak_that_is_planted_is_found_and_named(planted, what, level):
    with pytest.raises(LeakError) as caught:
        check_no_leak(pipeline(**planted))
    assert caught.value.what.startswith(what)
    assert caught.value.level == level


def test_leak_is_told_in_these_words():
    with pytest.raises(LeakError) as caught:
        check_no_leak(pipeline(cut=Cut(by="test")))
    assert str(caught.value) == (
        "Leak: expected Threshold.value to be the same when test rows are corrupted, found it "
        "changed.\n"
        "40 test rows were corrupted after Collect, within their types.\n"
        "Fit on the rows of partition.train only."
    )


def test_leak_in_a_stage_between_collect_and_preprocess_is_found():
    class Impute(Stage):
        def run(self, collected: Collected) -> Collected:
            x = collected.table.column("x")
            return collected.replace(table=collected.table.replace({"x": x - np.nanmean(x)}))

    with pytest.raises(LeakError, match="validation and test"):
        check_no_leak(Chain([Gather(), Impute(), Centring(), Descend()]))


def test_leak_in_a_labelled_artifact_is_found():
    class Second(Stage):
        def run(self, data: Preprocessed) -> Annotated[Threshold, "second"]:
            return Threshold(value=float(data.test.inputs["numeric"].sum()))

    with pytest.raises(LeakError) as caught:
        check_no_leak(Chain([Gather(), Centring(), Second()]))
    assert caught.value.what == 'Threshold "second".value'


def test_leak_through_a_single_test_row_is_found():
    class Split(Stage):
        def run(self, collected: Collected) -> Partition:
            rows = np.arange(ROWS)
            return Partition(train=rows[:-2], valid=rows[-2:-1], test=rows[-1:], how="by hand")

    for seed in range(5):
        with pytest.raises(LeakError):
            check_no_leak(Chain([Gather(), Split(), Centring(mean_of="all"), Descend()]), seed=seed)


def test_leak_check_of_a_result_saves_the_run():
    calls: list[str] = []
    result = Result(pipeline(gather=Gather(log=calls.append)).execute(seed=3))
    assert check_no_leak(result).rows["test"] == 40
    assert calls == ["gather"]


def test_leak_check_of_a_result_with_a_leak_finds_it():
    result = Result(pipeline(centring=Centring(mean_of="all")).execute())
    with pytest.raises(LeakError, match="expected codec to be the same"):
        check_no_leak(result)


def test_leak_check_neither_evaluates_nor_deploys():
    class Publish(Stage):
        side_effects = True

        def run(self, trained: Trained) -> Deployed:
            raise AssertionError("the check published a model")

    check_no_leak(Chain([Gather(), Centring(), Descend(), Judge(), Publish()]))
    check_no_leak(Chain([Gather(), Centring(), Descend(), Publish()]))


def test_leak_check_leaves_the_data_as_they_were():
    execution = pipeline().execute()
    before = fingerprint(execution.context[Collected].table)
    check_no_leak(Result(execution))
    assert fingerprint(execution.context[Collected].table) == before


def test_leak_check_of_a_pipeline_that_fits_nothing_is_refused():
    class Counted(Artifact):
        rows: int

        def fitted(self) -> dict[str, Any]:
            return {}

    class Count(Stage):
        def run(self, partition: Partition) -> Counted:
            return Counted(rows=len(partition.train))

    with pytest.raises(LeakError, match="expected something fitted to compare, found nothing"):
        check_no_leak(Chain([Gather(), Count()]))


def test_leak_in_a_pipeline_that_never_asks_for_a_partition_is_found():
    class Mean(Stage):
        def run(self, collected: Collected) -> Threshold:
            return Threshold(value=float(collected.table.column("x").mean()))

    with pytest.raises(LeakError):
        check_no_leak(Chain([Gather(), Mean()]))


def test_leak_check_without_collected_is_refused():
    class Invent(Stage):
        def run(self, session: Session) -> Threshold:
            return Threshold(value=0.5)

    with pytest.raises(LeakError, match="begins with Collect"):
        check_no_leak(Chain([Invent()]))


def test_leak_probe_of_a_pipeline_is_part_of_its_check():
    whole = Pipeline(pipeline())
    assert whole.check(leak=True) is whole
    with pytest.raises(LeakError):
        whole.replace("centring", mean_of="all").check(leak=True)
    assert whole.replace("centring", mean_of="all").check()
