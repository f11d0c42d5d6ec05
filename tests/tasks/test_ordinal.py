"""Classes in order: which order, how answers are judged, learnt and compared."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

import fivefold as ff
from fivefold.errors import DataError
from fivefold.evaluate.proportionalodds import fit_proportional_odds
from fivefold.metrics import ordered
from fivefold.metrics.ordered import median_class
from fivefold.models.heads import make_head
from fivefold.tasks.known import ORDINAL
from fivefold.tasks.scales import SCALES, scale_order
from fivefold.testing import check_no_leak, check_task

pytestmark = pytest.mark.few_trees

SIZES = ("small", "fair-sized", "huge")


def grades(rows=300, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=rows)
    return x, np.digitize(x + random.normal(size=rows) / 3, [-0.7, 0.6])


def schema_of(collect):
    return ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected].schema


def test_order_that_is_said_makes_the_task_and_stands_in_the_classes():
    x, place = grades()
    labels = np.array(SIZES)[place]
    schema = schema_of(ff.Collect({"x": x, "y": labels}, target="y", order=SIZES))
    assert (schema.task, schema.classes) == ("ordinal", SIZES)
    more = (*SIZES[:2], "large", SIZES[2])  # a class that no row has is no class
    schema = schema_of(ff.Collect({"x": x, "y": labels}, target="y", order=more))
    assert schema.classes == SIZES


def test_order_of_a_frames_categories_is_known():
    x, place = grades()
    kind = pd.CategoricalDtype([*SIZES, "none of them"], ordered=True)
    frame = pd.DataFrame({"x": x, "y": pd.Series(np.array(SIZES)[place]).astype(kind)})
    schema = schema_of(ff.Collect(frame, target="y"))
    assert (schema.task, schema.classes) == ("ordinal", SIZES)
    loose = frame.assign(y=frame["y"].cat.as_unordered())
    assert schema_of(ff.Collect(loose, target="y")).task == "multiclass"
    assert schema_of(ff.Collect(frame, target="y", task="multiclass")).task == "multiclass"


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        ([3, 1, 5], (1, 3, 5)),
        (["high", "LOW", "Medium"], ("LOW", "Medium", "high")),
        (["10", "9", "k"], None),
        (["red", "green", "blue"], None),
    ],
)
def test_order_without_being_said_is_that_of_numbers_or_of_a_scale(labels, wanted):
    x, place = grades()
    cells = np.array(labels, object)[place]
    collect = ff.Collect({"x": x, "y": cells}, target="y", task="ordinal")
    if wanted is None:
        with pytest.raises(DataError, match=r"Pass order=\("):
            schema_of(collect)
    else:
        assert schema_of(collect).classes == wanted


def test_order_that_lacks_a_class_or_has_it_twice_is_refused():
    x, place = grades()
    table = {"x": x, "y": np.array(SIZES)[place]}
    for order, words in ((SIZES[:2], "none of `huge`"), ((*SIZES, "huge"), "one twice")):
        with pytest.raises(DataError, match=words):
            schema_of(ff.Collect(table, target="y", order=order))


def test_order_of_two_classes_says_which_is_the_positive_one():
    x, place = grades()
    table = {"x": x, "y": np.where(place, "no", "yes")}
    schema = schema_of(ff.Collect(table, target="y", order=("yes", "no")))
    assert (schema.task, schema.classes) == ("binary", ("yes", "no"))
    schema = schema_of(ff.Collect(table, target="y", order=("yes", "no"), positive="yes"))
    assert schema.classes == ("no", "yes")
    with pytest.raises(DataError, match=r"order= to name each class once, found none of `no`"):
        schema_of(ff.Collect(table, target="y", order=("yes", "never")))


def test_scales_name_each_label_once():
    assert all(len(set(scale)) == len(scale) for scale in SCALES)
    assert scale_order(["very_high", "Very Low"]) == ("Very Low", "very_high")


def test_ordered_metrics_are_those_of_scikit_learn_and_of_repeated_rows():
    random = np.random.default_rng(1)
    target, scores = random.integers(0, 4, 90), random.dirichlet(np.ones(4), 90)
    said = median_class(scores)
    wanted = cohen_kappa_score(target, said, weights="quadratic")
    assert ordered.quadratic_kappa(target, scores) == pytest.approx(wanted)
    assert ordered.mean_steps(target, scores) == np.abs(target - said).mean()
    weight = random.integers(0, 3, 90).astype(float)
    twice = np.repeat(np.arange(90), weight.astype(int))
    for metric in ORDINAL.metrics:
        repeated = metric(target[twice], scores[twice])
        assert metric(target, scores, weight) == pytest.approx(repeated)


def test_median_class_is_the_answer_with_the_fewest_steps_to_be_expected():
    scores = np.random.default_rng(2).dirichlet(np.ones(5), 50)
    steps = np.abs(np.arange(5)[:, None] - np.arange(5))
    np.testing.assert_array_equal(median_class(scores), (scores @ steps).argmin(1))


def test_ordinal_head_gives_probabilities_whatever_a_network_says():
    head = make_head(ORDINAL, (3,))
    outputs = torch.randn(200, 3) * 4
    above = torch.sigmoid(head(outputs))
    assert (above[:, 1:] <= above[:, :-1]).all()
    scores = head.scores(outputs)
    assert (scores > 0).all()
    torch.testing.assert_close(scores.sum(1), torch.ones(200))
    loss = head.loss("cross_entropy")
    low, high = torch.tensor([[-3.0, -4, -5]]), torch.tensor([[5.0, 4, 3]])
    assert loss(low, head.targets(np.array([0]))) < loss(high, head.targets(np.array([0])))
    assert loss(high, head.targets(np.array([3]))) < loss(low, head.targets(np.array([3])))


def test_proportional_odds_have_the_greatest_likelihood():
    """No weight or edge that is moved a little makes the rows likelier; weights are repeats."""
    x, place = grades(120)
    matrix = np.stack([x, np.random.default_rng(5).normal(size=120)], axis=1)
    found = fit_proportional_odds(matrix, place, 3, strength=1e6)

    def nats(weights, edges):
        below = 1 / (1 + np.exp(-(edges - (matrix @ weights)[:, None])))
        full = np.concatenate([np.zeros((120, 1)), below, np.ones((120, 1))], axis=1)
        return -np.log(np.diff(full)[np.arange(120), place]).sum()

    best = nats(found.weights, found.edges)
    for step in (-0.03, 0.03):
        for way in np.eye(2):
            assert nats(found.weights + step * way, found.edges) > best
            assert nats(found.weights, found.edges + step * way) > best
    weight = np.arange(120) % 3
    twice = np.repeat(np.arange(120), weight)
    one = fit_proportional_odds(matrix, place, 3, weight=weight.astype(float))
    other = fit_proportional_odds(matrix[twice], place[twice], 3)
    np.testing.assert_allclose(one.weights, other.weights, atol=2e-3)


def test_ordinal_run_stands_beside_proportional_odds():
    x, place = grades()
    table = {"x": x, "y": np.array(SIZES)[place], "w": 1.0 + (place == 0)}
    stages = [
        ff.Collect(table, target="y", order=SIZES, weight="w"),
        ff.Preprocess(),
        ff.Train("mlp", epochs=15, threads=1, class_weights="balanced"),
        ff.Evaluate(),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    models = result.tables["model_comparison"].set_index("model")
    assert models.index.tolist()[-3:] == ["median class", "proportional odds", "gradient boosting"]
    assert float(models.loc["model", "quadratic_kappa"]) > 0.5
    assert float(models.loc["proportional odds", "quadratic_kappa"]) > 0.5
    answers = result.predict({"x": [-3.0, 0.0, 3.0]})
    assert answers.tolist() == list(SIZES)
    table = result.tables["per_class"]
    assert table["class"].tolist() == list(SIZES)


@pytest.mark.slow
@pytest.mark.rehearsed
def test_ordinal_keeps_the_rules_of_tasks_and_does_not_leak():
    check_task(ORDINAL, {"y": [1, 2, 3, 5] * 15})
    x, place = grades(150)
    stages = [
        ff.Collect({"x": x, "y": np.array(SIZES)[place]}, target="y", order=SIZES),
        ff.Preprocess(),
        ff.Train(epochs=2, threads=1),
        ff.Evaluate(),
    ]
    assert set(check_no_leak(ff.Pipeline(stages)).compared) == {"validation and test", "test"}


@pytest.mark.slow
def test_deployed_models_of_an_order_are_compared_in_that_order(tmp_path):
    """The order that was said travels in the bundle: new rows are judged by it."""
    x, place = grades()
    frame = pd.DataFrame({"x": x, "y": np.array(SIZES)[place]})
    for name, epochs in (("old", 1), ("new", 15)):
        stages = [
            ff.Collect(frame, target="y", order=SIZES),
            ff.Preprocess(),
            ff.Train("mlp", epochs=epochs, threads=1),
            ff.Evaluate(baselines=()),
            ff.Deploy(tmp_path / f"{name}.ff"),
        ]
        ff.Pipeline(stages).run(seed=0, progress=False)
    more, place = grades(200, seed=1)
    rows = pd.DataFrame({"x": more, "y": np.array(SIZES)[place]})
    bundles = {name: tmp_path / f"{name}.ff" for name in ("old", "new")}
    told = ff.compare(bundles, data=rows, progress=False)
    said = ff.load(bundles["new"]).predict(rows)
    steps = np.abs(np.array([SIZES.index(one) for one in said]) - place).mean()
    found = told.table.set_index("model").loc["new", "mean_steps"]
    assert float(found) == pytest.approx(steps)


def ordered_frame(rows=60):
    x, place = grades(rows)
    kind = pd.CategoricalDtype([*SIZES, "none of them"], ordered=True)
    labels = pd.Series(np.array(SIZES)[place])[::-1].reset_index(drop=True)  # huge comes early
    return pd.DataFrame({"x": x[::-1], "y": labels.astype(kind)})


def test_order_of_levels_is_known_from_arrow_parquet_and_polars(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    frame = ordered_frame()
    table, file, plain = pa.Table.from_pandas(frame), tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(table, file)
    pq.write_table(table, plain, use_dictionary=False)  # levels in order of appearance
    columns = {"x": frame["x"].to_numpy(), "y": frame["y"]}
    for source in (table, file, columns, pa.concat_tables([table, table])):
        schema = schema_of(ff.Collect(source, target="y"))
        assert (schema.task, schema.classes) == ("ordinal", SIZES)
    assert schema_of(ff.Collect(plain, target="y")).task == "multiclass"
    schema = schema_of(ff.Collect((frame[["x"]], frame["y"])))
    assert (schema.task, schema.classes) == ("ordinal", SIZES)


def test_order_of_an_enum_of_polars_is_known():
    pl = pytest.importorskip("polars")
    frame = ordered_frame()
    kind = pl.Enum([*SIZES, "none of them"])
    given = pl.DataFrame({"x": frame["x"].to_numpy(), "y": frame["y"].astype(str).tolist()})
    schema = schema_of(ff.Collect(given.with_columns(pl.col("y").cast(kind)), target="y"))
    assert (schema.task, schema.classes) == ("ordinal", SIZES)
    loose = given.with_columns(pl.col("y").cast(pl.Categorical))
    assert schema_of(ff.Collect(loose, target="y")).task == "multiclass"


def test_order_of_categories_counts_where_the_task_is_declared_too():
    frame = ordered_frame()
    for task in ("ordinal", "multiclass"):
        schema = schema_of(ff.Collect(frame, target="y", task=task))
        assert (schema.task, schema.classes) == (task, SIZES)


def test_order_that_a_declared_task_does_not_go_by_is_refused():
    x, place = grades(60)
    with pytest.raises(DataError, match=r"goes by order=, found regression"):
        schema_of(ff.Collect({"x": x, "y": place}, target="y", task="regression", order=(0, 1, 2)))
    two = {"x": x, "y": place, "z": x > 0}
    asked = {"target": ("y", "z"), "task": {"y": "count"}, "order": {"y": (0, 1, 2)}}
    with pytest.raises(DataError, match=r"target `y`: expected a task that goes by order="):
        schema_of(ff.Collect(two, **asked))
    classes = schema_of(ff.Collect(two, target="y", task="multiclass", order=(2, 0, 1))).classes
    assert classes == (2, 0, 1)


def test_estimator_of_classes_in_order_answers_with_their_median(tmp_path):
    x, place = grades(300)
    stages = [
        ff.Collect({"x": x, "y": np.array(SIZES)[place]}, target="y", order=SIZES),
        ff.Preprocess(),
        ff.Train(LogisticRegression()),
        ff.Evaluate(baselines=()),
        ff.Deploy(tmp_path / "sizes.ff"),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    data = result[ff.Preprocessed]
    learnt = np.sort(np.concatenate([data.train.index, data.valid.index]))
    middle, spread = np.mean(x[data.train.index]), np.std(x[data.train.index])
    scaled = ((x - middle) / spread)[:, None]
    own = LogisticRegression().fit(scaled[learnt], place[learnt])
    shares = own.predict_proba(scaled[data.test.index])
    np.testing.assert_allclose(result[ff.Evaluated].scores, shares, atol=2e-3)
    answers = ff.load(tmp_path / "sizes.ff").predict([{"x": float(v)} for v in x[data.test.index]])
    assert answers.tolist() == [SIZES[one] for one in median_class(shares)]
