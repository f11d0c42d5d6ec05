import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.collect.leakage import _bound, find_leaks, single_scores, suspects_of

ROWS = 1200
RNG = np.random.default_rng(7)
NOISE = RNG.normal(size=(ROWS, 6))
LABELS = objects(np.where(NOISE[:, 0] + NOISE[:, 1] + RNG.normal(size=ROWS) > 0, "yes", "no"))
HONEST = {f"x{place}": NOISE[:, place] for place in range(6)}


def leaks(columns, target, **options):
    values = {**columns, "y": target}
    kinds = {"O": "categorical", "f": "numeric", "M": "datetime"}
    classes = ("no", "yes") if target.dtype == object else ()
    schema = Schema(
        columns=tuple(
            Column(name=n, kind=kinds[v.dtype.kind], role="target" if n == "y" else "input")
            for n, v in values.items()
        ),
        targets=("y",),
        task="binary" if classes else "regression",
        classes=classes,
    )
    usable = options.pop("usable", np.ones(len(target), bool))
    return find_leaks(values, schema, usable, **options), (values, schema, usable)


def names(found):
    return [finding.numbers["columns"] for finding in found]


def test_honest_columns_raise_no_alarm():
    assert leaks(HONEST, LABELS)[0] == []
    assert leaks(HONEST, NOISE @ [1, 2, 0, 0, 1, 0] + RNG.normal(size=ROWS))[0] == []


def test_target_in_other_words_is_found():
    alive = objects(np.where(LABELS == "yes", "alive", "dead"))
    [finding] = leaks({**HONEST, "alive": alive}, LABELS)[0]
    assert finding.code == "target_leakage"
    assert finding.severity == "serious"
    assert finding.numbers == {"columns": ["alive"], "score": 1.0, "how": "alone"}
    assert 'drop=("alive",)' in finding.sentence


def test_target_as_a_number_with_missing_cells_is_found():
    code = np.where(LABELS == "yes", 7.5, 3.0) + NOISE[:, 5] * 0.01
    code[LABELS == "no"] = np.where(RNG.random((LABELS == "no").sum()) < 0.5, np.nan, 3.0)
    assert names(leaks({**HONEST, "code": code}, LABELS)[0]) == [["code"]]


def test_many_categories_that_each_hold_one_class_are_found():
    pure = objects(f"{label}{n % 40}" for n, label in enumerate(LABELS))
    assert names(leaks({**HONEST, "patient": pure}, LABELS)[0]) == [["patient"]]


def test_column_that_differs_in_each_row_says_nothing():
    unique = objects(f"id{n}" for n in range(ROWS))
    found, (values, schema, usable) = leaks({**HONEST, "id": unique}, LABELS)
    assert found == []
    assert single_scores(suspects_of(values, schema, usable))["id"] < 1e-9


def test_almost_the_target_is_found_and_a_good_predictor_is_not():
    wrong = RNG.permutation(ROWS)
    other = np.where(LABELS == "yes", "no", "yes")
    near, far = LABELS.copy(), LABELS.copy()
    near[wrong[:3]], far[wrong[:80]] = other[wrong[:3]], other[wrong[:80]]
    assert names(leaks({**HONEST, "near": near}, LABELS)[0]) == [["near"]]
    assert leaks({**HONEST, "far": far}, LABELS)[0] == []


def test_number_that_is_the_target_in_other_units_is_found():
    y = NOISE[:, 0] * 100 + RNG.normal(size=ROWS)
    columns = {**HONEST, "pounds": y * 0.8 + RNG.normal(size=ROWS), "squared": y**2}
    assert names(leaks({k: v for k, v in columns.items() if k != "x0"}, y)[0]) == [["pounds"]]


def test_sum_of_columns_is_found_with_its_weights():
    casual, registered = RNG.integers(0, 90, ROWS) * 1.0, RNG.integers(0, 400, ROWS) * 1.0
    columns = {**HONEST, "casual": casual, "registered": registered}
    [finding] = leaks(columns, casual + registered)[0]
    assert finding.numbers["columns"] == ["casual", "registered"]
    assert finding.numbers["how"] == "sum"
    assert "`y` is `casual` + `registered`" in finding.sentence
    assert 'drop=("casual", "registered")' in finding.sentence


def test_weighted_difference_of_three_columns_is_found():
    y = 2 * NOISE[:, 1] - 3 * NOISE[:, 3] + NOISE[:, 4]
    [finding] = leaks(HONEST, y)[0]
    assert finding.numbers["columns"] == ["x1", "x3", "x4"]
    assert "`y` is 2 x `x1` - 3 x `x3` + 1 x `x4`" in finding.sentence


def test_product_of_columns_is_found():
    price, count = RNG.uniform(1, 9, ROWS), RNG.integers(1, 50, ROWS) * 1.0
    [finding] = leaks({**HONEST, "price": price, "count": count}, price * count)[0]
    assert finding.numbers["columns"] == ["price", "count"]
    assert finding.numbers["how"] == "product"


def test_rows_that_are_not_usable_are_not_looked_at():
    code = objects(np.where(LABELS == "yes", "1", "0"))
    usable = np.zeros(ROWS, bool)
    usable[:400] = True
    code[400:] = "1"
    assert names(leaks({**HONEST, "code": code}, LABELS, usable=usable)[0]) == [["code"]]
    assert leaks({**HONEST, "code": code}, LABELS)[0] == []


def test_few_rows_say_nothing():
    few = {name: values[:20] for name, values in HONEST.items()}
    assert leaks({**few, "copy": LABELS[:20]}, LABELS[:20])[0] == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.floats(0, 1), st.sampled_from([0, 1, 3]))
def test_bound_of_a_column_is_above_what_its_tree_scores(seed, classes, noise, digits):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=90).round(digits) if digits else rng.normal(size=90)
    x[rng.random(90) < 0.1] = np.nan
    y = np.digitize(np.nan_to_num(x), np.linspace(-1, 1, classes - 1))
    y = np.where(rng.random(90) < noise, rng.integers(0, classes, 90), y)
    suspects = suspects_of(
        {"x": x, "y": y.astype(float)},
        Schema(
            columns=(
                Column(name="x", kind="numeric"),
                Column(name="y", kind="numeric", role="target"),
            ),
            targets=("y",),
            task="multiclass",
            classes=tuple(range(classes)),
        ),
        np.ones(90, bool),
    )
    exact = single_scores(suspects)["x"]
    assert _bound(suspects, x) >= exact
    limited = single_scores(suspects, at_least=0.9)["x"]
    assert limited == exact if exact >= 0.9 else limited < 0.9


def test_many_columns_that_tell_the_target_share_a_finding():
    code = np.where(LABELS == "yes", 1.0, 0.0)
    told = {f"t{n}": code + n + NOISE[:, 0] * 0.01 for n in range(7)}
    [finding] = leaks({**HONEST, **told}, LABELS)[0]
    assert finding.numbers["columns"] == [*told]
    assert finding.sentence.startswith("Each of 7 columns, `t0`, `t1`, `t2` and 4 more, alone")


def test_single_scores_of_very_many_columns_look_at_those_that_may_tell():
    draw = np.random.default_rng(0)
    labels = np.arange(90) % 2
    values = {f"x{place}": draw.normal(size=90) for place in range(1001)}
    values["told"] = labels * 2.0 + draw.normal(size=90) * 0.01
    values["code"] = labels * 3.0
    values["y"] = objects([str(label) for label in labels])
    columns = [Column(name=name, kind="numeric") for name in values if name != "y"]
    target = Column(name="y", kind="categorical", role="target")
    schema = Schema(columns=(*columns, target), targets=("y",), task="binary", classes=("0", "1"))
    suspects = suspects_of(values, schema, np.ones(90, bool))
    scores = single_scores(suspects, at_least=0.98)
    assert {name for name, score in scores.items() if score >= 0.98} == {"told", "code"}
    assert sum(score == 0 for score in scores.values()) > 800
    numbers = suspects._replace(classes=0, target=values["told"])
    scores = single_scores(numbers, at_least=0.98)
    assert {name for name, score in scores.items() if score >= 0.98} == {"told", "code"}
