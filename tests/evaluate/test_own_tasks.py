"""Two numbers a row, and a class for each position: what Evaluate makes of them."""

import numpy as np
import pytest

from fivefold.artifacts import Evaluated, Preprocessed, Trained
from fivefold.codecs.coded import objects
from fivefold.collect.collect import Collect
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.evaluate.baselines import fit_baselines
from fivefold.evaluate.evaluate import Evaluate
from fivefold.metrics.metric import ACCURACY, LOG_LOSS, Metric
from fivefold.metrics.statistic import Statistic, weighted_mean
from fivefold.pipeline import Pipeline
from fivefold.preprocess.preprocess import Preprocess
from fivefold.tasks.known import TASKS
from fivefold.tasks.quantity import Quantity
from own_tasks import Tags as OwnTags

from .conftest import Scorer, trained

ROWS = 800
TAGS = "DNV"


@Statistic
def rmse_of_both(target, scores, counts):
    """Root of the mean squared error over both columns."""
    return np.sqrt(weighted_mean(((scores - target) ** 2).mean(1), counts))


class Pair(Quantity):
    """Two numbers."""

    name = "pair of evaluate"
    metrics = (Metric("rmse_of_both", rmse_of_both, False, gap=0.2),)


class Tags(OwnTags):
    """The same, judged by two metrics."""

    name = "tags of evaluate"
    metrics = (ACCURACY, LOG_LOSS)


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(TASKS, "_own", {})


class Knows(Stage):
    """A network that is one fixed function of the encoded arrays."""

    noise: float = 0.0

    def run(self, data: Preprocessed, session: Session) -> Trained:
        noise = self.noise

        def pair(inputs):
            x = inputs["numeric"][:, 0].astype(float)
            wrong = noise * np.sin(97 * x)
            return np.stack([10 + x + wrong, 20 - 3 * x + wrong], 1)

        def tags(inputs):
            codes = inputs["text"][:, : data.codec.outputs[0]] % 3  # behind them come terms
            scores = np.full((*codes.shape, 3), 0.1, np.float32)
            np.put_along_axis(scores, codes[..., None], np.float32(0.8), axis=2)
            return scores

        return trained(Scorer(pair if data.codec.schema.task == Pair.name else tags))


def houses():
    random = np.random.default_rng(0)
    x = random.normal(size=ROWS)
    bad = 0.1 * random.normal(size=(2, ROWS))
    bad[1] += np.where(np.arange(ROWS) % 4 == 0, 8.0, 0.0)
    area = np.where(np.arange(ROWS) % 4 == 0, "slope", "plain").astype(object)
    return {"x": x, "area": area, "heating": 10 + x + bad[0], "cooling": 20 - 3 * x + bad[1]}


def sentences():
    """Words, each of which has a tag of its own; one word in ten is tagged otherwise."""
    random = np.random.default_rng(0)
    words = np.array(["the", "dog", "barks"])
    picks = [random.integers(0, 3, 3 + n % 5) for n in range(ROWS)]
    tags = [np.where(random.random(len(p)) < 0.1, (p + 1) % 3, p) for p in picks]
    return {
        "text": objects(" ".join(words[p]) for p in picks),
        "tags": objects(" ".join(TAGS[k] for k in t) for t in tags),
    }


def ran(collect, *, folds=0, **options):
    stages = [collect, Preprocess(), Knows(**options), Evaluate(folds=folds)]
    return Pipeline(stages).run(seed=0, progress=False)


@pytest.fixture
def pair():
    return ran(Collect(houses(), target=("heating", "cooling"), task=Pair), folds=2)


@pytest.fixture
def tags():
    kinds = {"text": "text", "tags": "text"}
    return ran(Collect(sentences(), target="tags", task=Tags, kinds=kinds), folds=2)


def test_two_numbers_are_scored_over_both_columns_with_an_interval(pair):
    made = pair[Evaluated]
    assert made.target.shape == made.scores.shape == (len(made.index), 2)
    score = made.metrics["rmse_of_both"]
    assert float(score) == pytest.approx(np.sqrt(((made.scores - made.target) ** 2).mean()))
    assert (score.method, score.n) == ("bca", len(made.index))
    assert score.low < score < score.high
    assert "per_class" not in made.tables


def test_two_numbers_have_the_mean_of_each_beside_them_and_no_other_model(pair):
    made = pair[Evaluated]
    table = made.tables["model_comparison"]
    assert table["model"].tolist() == ["model", "mean"]
    known = np.concatenate([pair[Preprocessed].train.target, pair[Preprocessed].valid.target])
    expected = np.sqrt(((known.mean(0) - made.target) ** 2).mean())
    assert float(table["rmse_of_both"][1]) == pytest.approx(expected)
    told = "\n".join(made.tables["limitations"]["limitation"])
    assert "gradient boosting was not fitted beside the model: it learns one class" in told


def test_one_of_two_numbers_that_is_too_low_in_a_group_is_found(pair):
    made = pair[Evaluated]
    [weak] = [finding for finding in made.findings if finding.code == "weak_subgroup"]
    assert weak.numbers["values"] == "`slope`"
    assert "predictions of `cooling` are too low by " in weak.sentence
    rows = pair[Preprocessed].test.index
    slope = houses()["area"][rows] == "slope"
    gap = (made.target - made.scores)[slope, 1].mean()
    assert weak.numbers["inside"] == pytest.approx(gap)


def test_two_numbers_out_of_fold_stand_in_columns_by_name(pair):
    table = pair[Evaluated].tables["out_of_fold"]
    assert table.columns.tolist() == [
        *("row", "fold", "target_heating", "target_cooling", "score_heating", "score_cooling")
    ]
    source = houses()
    assert table["target_cooling"].tolist() == source["cooling"][table["row"]].tolist()
    assert set(pair[Evaluated].folds) == {"rmse_of_both"}


def test_positions_are_scored_one_after_another_and_drawn_by_rows(tags):
    made = tags[Evaluated]
    counts = made.target >= 0
    right = (made.scores.argmax(2) == made.target)[counts]
    score = made.metrics["accuracy"]
    assert made.scores.ndim == 3
    assert float(score) == pytest.approx(right.mean())
    assert (score.method, score.n) == ("bca, clustered by row", counts.sum())
    rows = np.nonzero(counts)[0]
    means = np.bincount(rows, right) / np.bincount(rows)
    naive = 1.96 * means.std() / len(means) ** 0.5
    assert (score.high - score.low) / 2 == pytest.approx(naive, rel=0.3)


def test_positions_are_told_by_class_and_beside_the_commonest_one(tags):
    made = tags[Evaluated]
    table = made.tables["per_class"]
    counts = made.target[made.target >= 0]
    assert table["class"].tolist() == list(TAGS)
    assert table["test_rows"].tolist() == np.bincount(counts, minlength=3).tolist()
    models = made.tables["model_comparison"]
    assert models["model"].tolist() == ["model", "majority class"]
    known = np.concatenate([p.target[p.target >= 0] for p in parts(tags)])
    most = np.bincount(known).argmax()
    assert float(models["accuracy"][1]) == pytest.approx((counts == most).mean())


def parts(result):
    return result[Preprocessed].train, result[Preprocessed].valid


def test_positions_out_of_fold_stand_one_a_line(tags):
    table = tags[Evaluated].tables["out_of_fold"]
    assert table.columns.tolist() == ["row", "fold", "target", *(f"score_{tag}" for tag in TAGS)]
    lengths = table.groupby("row").size()
    source = sentences()["tags"]
    assert lengths.tolist() == [len(source[row].split()) for row in lengths.index]


def test_positions_are_judged_for_calibration_by_their_number(tags):
    made = tags[Evaluated]
    [found] = [finding for finding in made.findings if finding.code == "poor_calibration"]
    assert "on so many positions" in found.sentence
    assert found.numbers["mean_probability"] == pytest.approx(0.8)


def test_two_numbers_and_the_mean_of_each_are_scored_by_weights_of_rows():
    source = houses() | {"w": np.random.default_rng(1).exponential(size=ROWS)}
    collect = Collect(source, target=("heating", "cooling"), task=Pair, weight="w")
    result = ran(collect)
    made, (train, valid) = result[Evaluated], parts(result)
    weight = result[Preprocessed].test.weight
    squares = ((made.scores - made.target) ** 2).mean(1)
    score = made.weighted["rmse_of_both"]
    assert float(score) == pytest.approx(np.sqrt(np.average(squares, weights=weight)))
    known = np.concatenate([train.target, valid.target])
    means = np.average(known, 0, np.concatenate([train.weight, valid.weight]))
    squares = ((means - made.target) ** 2).mean(1)
    expected = [np.sqrt(squares.mean()), np.sqrt(np.average(squares, weights=weight))]
    row = made.tables["model_comparison"].iloc[1]
    assert [float(row[f"{by}rmse_of_both"]) for by in ("", "weighted_")] == pytest.approx(expected)


def test_positions_are_scored_by_the_weights_of_their_rows():
    weight = np.random.default_rng(1).integers(0, 4, ROWS)
    source, kinds = sentences() | {"w": weight}, {"text": "text", "tags": "text"}
    result = ran(Collect(source, target="tags", task=Tags, kinds=kinds, weight="w"))
    made, (train, valid) = result[Evaluated], parts(result)
    counts, by_row = made.target >= 0, weight[made.index]
    right = (made.scores.argmax(2) == made.target)[counts]
    by_answer = by_row[np.nonzero(counts)[0]]
    score = made.weighted["accuracy"]
    assert float(score) == pytest.approx(np.average(right, weights=by_answer))
    assert score.method == "bca, clustered by row"
    assert score.n == round(by_answer.sum() ** 2 / (by_answer**2).sum())
    again = [np.repeat(p.target, p.weight.astype(int), 0) for p in (train, valid)]
    known = np.concatenate([target[target >= 0] for target in again])
    most = np.bincount(known).argmax()
    first = float(made.tables["model_comparison"]["weighted_accuracy"][1])
    assert first == pytest.approx(np.average(made.target[counts] == most, weights=by_answer))


class Middle(Quantity):
    """A number, whose constant takes no weights."""

    name = "middle of evaluate"
    metrics = (Metric("rmse_of_both", rmse_of_both, False),)

    def constant(self, target, schema, rows):
        return np.full(rows, np.median(target))


def test_own_constant_without_weights_says_so():
    x = np.sin(np.arange(90.0))
    data = {"x": x, "y": x**2, "w": np.arange(90) % 3}
    stages = [Collect(data, target="y", task=Middle, weight="w"), Preprocess()]
    result = Pipeline(stages).run(seed=0, progress=False)
    (made,) = fit_baselines(result[Preprocessed], ("constant",))
    assert made.note == "without the weights of rows, 1 thread"
