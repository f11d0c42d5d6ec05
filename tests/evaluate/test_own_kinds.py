"""What Evaluate finds out about columns of a kind that only the user knows."""

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.evaluate.baselines import fit_baselines
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.features import LinearFeatures, tree_matrix
from fivefold.evaluate.finders.drift import measure_drift
from fivefold.evaluate.finders.slices import single_slices
from fivefold.kinds.plain import Bag, Dense, Levels

ROWS = 400
RNG = np.random.default_rng(5)
COLOURS = objects(f"#{n:06x}" for n in RNG.integers(0, 1 << 24, ROWS))
ROUTES = objects(RNG.normal(size=(n, 2)) for n in RNG.integers(1, 4, ROWS))
GRADES = objects(RNG.choice(list("AB"), ROWS))
TARGET = np.array([int(colour[1:3], 16) > 127 for colour in COLOURS]).astype(int)


def schema_of(**kinds):
    columns = [Column(name=name, kind=kind) for name, kind in kinds.items()]
    return Schema(
        columns=(*columns, Column(name="y", kind="numeric", role="target")),
        targets=("y",),
        task="regression",
    )


def test_drift_is_judged_where_the_kind_can(world, judged_kinds):
    grades = np.where(np.arange(ROWS) < 300, GRADES, "A").astype(object)
    columns, kinds = {"c": COLOURS, "g": grades}, {"c": "colour", "g": "grade"}
    parts = (np.arange(250), np.arange(250, 300), np.arange(300, 400))
    evidence = world(columns, kinds, TARGET, parts=parts).evidence(lambda _: np.full((100, 2), 0.5))
    (found,) = measure_drift(evidence).compared
    assert (found.feature.column, found.has_moved) == ("g", True)
    assert found.distance == np.mean(grades[:250] == "B")


def test_groups_are_those_that_the_kind_gives(judged_kinds):
    schema = schema_of(c="colour", r="route", g="grade")
    table = Columns({"c": COLOURS, "r": ROUTES, "g": GRADES})
    made = {one.where[0]: one.members for one in single_slices(table, schema)}
    assert set(made) == {("g", "`A`"), ("g", "`B`")}
    assert (made["g", "`A`"] == (GRADES == "A")).all()


def limitations(result):
    return [text for text in result.tables["limitations"]["limitation"] if "searched" in text]


def test_kinds_that_were_not_searched_are_told(world, execute, judged_kinds):
    columns, kinds = {"c": COLOURS, "r": ROUTES}, {"c": "colour", "r": "route"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    assert limitations(result) == ["Colours and routes were not searched for drift or weak groups."]
    table = result.tables["dataset_statistics"].set_index("column")
    assert table["distinct"][["c", "r"]].tolist() == [len(set(COLOURS)), ROWS]


def test_kinds_of_the_library_are_searched_beside_those_that_are_not(world, execute, judged_kinds):
    columns = {"r": ROUTES, "t": objects(f"word {n}" for n in range(ROWS))}
    result = execute(world(columns, {"r": "route", "t": "text"}, TARGET), Evaluate(baselines=()))
    assert limitations(result) == ["Routes were not searched for drift or weak groups."]


def test_kinds_that_are_searched_are_not_told(world, execute, judged_kinds):
    columns, kinds = {"g": GRADES, "x": RNG.normal(size=ROWS)}, {"g": "grade", "x": "numeric"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    assert limitations(result) == []


def test_score_by_time_is_not_measured_where_a_kind_has_an_array_of_its_own(
    world, execute, judged_kinds
):
    when = np.datetime64("2020-01-01", "us") + np.arange(ROWS) * np.timedelta64(1, "D")
    columns, kinds = {"r": ROUTES, "when": when}, {"r": "route", "when": "datetime"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    (found,) = [f for f in result.findings if f.code == "split_ignores_time"]
    assert "not measured" in found.sentence


def test_score_by_time_follows_moments_of_an_own_kind(world, execute, judged_kinds):
    when = np.datetime64("2020-01", "us") + RNG.permutation(ROWS) * np.timedelta64(90, "D")
    columns, kinds = {"x": RNG.normal(size=ROWS), "q": when}, {"x": "numeric", "q": "quarter"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    (found,) = [f for f in result.findings if f.code == "split_ignores_time"]
    assert found.numbers["column"] == "q"
    assert "by_time" in found.numbers


def test_colour_is_three_numbers_to_simple_models(world, judged_kinds):
    data = world({"c": objects([None, *COLOURS[1:]])}, {"c": "colour"}, TARGET).data
    parts = [[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in COLOURS[1:]]
    trees, is_code = tree_matrix(data.train.inputs, data.codec)
    assert np.isnan(trees[0]).all()
    assert (trees[1:] == parts[: len(trees) - 1]).all()
    assert not is_code.any()
    linear = LinearFeatures(data.codec).fit(data.train.inputs)
    assert linear.shape == (len(trees), 6)  # each part, and whether it was missing
    known = np.array(parts[: len(trees) - 1], float)
    assert np.allclose(np.corrcoef(linear[1:, 1], known[:, 1])[0, 1], 1)


def test_baselines_of_colours_learn_from_them(world, judged_kinds):
    made = {b.kind: b for b in fit_baselines(world({"c": COLOURS}, {"c": "colour"}, TARGET).data)}
    truth = world({"c": COLOURS}, {"c": "colour"}, TARGET).data.test.target
    assert made["linear"].name == "logistic regression"
    for name in ("linear", "boosting"):
        assert np.mean(made[name].scores.argmax(1) == truth) > 0.9
        assert made[name].note == "1 thread"


def test_baselines_of_a_kind_that_gives_nothing_say_so(world, judged_kinds):
    data = world({"r": ROUTES}, {"r": "route"}, TARGET).data
    made = {baseline.kind: baseline for baseline in fit_baselines(data)}
    assert (made["linear"].scores == made["constant"].scores).all()
    assert made["linear"].note == "routes left out, only a constant is left, 1 thread"
    assert made["boosting"].scores is None
    assert made["boosting"].note == "the inputs are routes only"


def test_baselines_beside_a_kind_that_gives_nothing_say_so(world, judged_kinds):
    columns = {"r": ROUTES, "c": COLOURS, "t": objects(f"a {n % 3}" for n in range(ROWS))}
    data = world(columns, {"r": "route", "c": "colour", "t": "text"}, TARGET).data
    made = {baseline.kind: baseline for baseline in fit_baselines(data)}
    assert made["linear"].name == "TF-IDF and logistic regression"
    assert made["linear"].note == "routes left out, 1 thread"
    assert made["boosting"].note == "texts left out, routes left out, 1 thread"


def test_tables_say_which_baseline_a_kind_leaves_out(world, execute, judged_kinds):
    result = execute(world({"r": ROUTES}, {"r": "route"}, TARGET), Evaluate())
    compared = result.tables["model_comparison"].set_index("model")["note"]
    assert compared["logistic regression"].startswith("routes left out, only a constant is left")
    assert "gradient boosting" not in compared.index
    assert (
        "gradient boosting was not fitted beside the model: the inputs are routes only."
        in result.tables["limitations"]["limitation"].tolist()
    )


def test_block_of_its_own_is_read_as_what_it_says(world, judged_kinds, monkeypatch):
    block = type(judged_kinds.Route.block)

    def linear(self, array, columns):
        lengths = (~np.isnan(array[:, :, 0])).sum(1)
        flat = np.nan_to_num(array).reshape(len(array), array[0:1].size or 6)
        return Bag(np.full((len(array), 1), 2), 3, 2), Levels(lengths, 4), Dense(flat)

    def trees(self, array, columns):
        return array[:, 0], np.array([False, False])

    monkeypatch.setattr(block, "linear", linear)
    monkeypatch.setattr(block, "trees", trees)
    monkeypatch.setattr(block, "note", lambda self, columns, reader: f"as {reader}")
    data = world({"r": ROUTES, "c": COLOURS}, {"r": "route", "c": "colour"}, TARGET).data
    rows = data.train.inputs["r"]
    linear = LinearFeatures(data.codec).fit(data.train.inputs).toarray()
    assert linear.shape == (len(rows), 3 + 6 + 4 + 3)  # colours, points, lengths, words
    assert (linear[:, 9:13].argmax(1) == (~np.isnan(rows[:, :, 0])).sum(1)).all()
    assert (linear[:, 13:] == [0, 0, 1]).all()
    matrix, is_code = tree_matrix(data.train.inputs, data.codec)
    assert (matrix[:, 3:] == rows[:, 0]).all()
    assert len(is_code) == 5
    made = {baseline.kind: baseline for baseline in fit_baselines(data)}
    assert made["linear"].name == "TF-IDF and logistic regression"
    assert made["linear"].note.startswith("as linear")
    assert made["boosting"].note.startswith("as trees")
