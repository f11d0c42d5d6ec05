import json

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import Ridge, orthogonal_mp
from sklearn.metrics import roc_auc_score

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.partition import Partition
from fivefold.preprocess import screening
from fivefold.preprocess.encode import encode_parts
from fivefold.preprocess.markers import choose_columns
from fivefold.preprocess.screening import Screen, discoveries, ridge, unexplained


def collected_of(matrix, labels, **roles):
    names = [f"g{place}" for place in range(matrix.shape[1])]
    numeric = labels.dtype.kind == "f"
    kind, task = ("numeric", "regression") if numeric else ("categorical", "binary")
    columns = [Column(name=name, kind="numeric", role=roles.get(name, "input")) for name in names]
    schema = Schema(
        columns=(*columns, Column(name="y", kind=kind, role="target")),
        targets=("y",),
        task=task,
        classes=() if numeric else ("no", "yes"),
    )
    known = labels if numeric else np.where(labels, "yes", "no").astype(object)
    table = Columns({**dict(zip(names, matrix.T, strict=True)), "y": known})
    usable = np.ones(len(labels), bool)
    return Collected(
        table=table, schema=schema, usable=usable, given=None, findings=(), provenance={}
    )


@pytest.fixture(scope="module")
def planted():
    draw = np.random.default_rng(0)
    labels = np.arange(90) % 2 == 1
    matrix = draw.normal(size=(90, 1200))
    matrix[:, :3] += 2.5 * labels[:, None]
    return matrix, labels


TRAIN = np.arange(60)


def test_choose_columns_of_a_wide_table_keeps_the_planted_ones(planted):
    chosen = choose_columns(collected_of(*planted), TRAIN)
    names = [one["column"] for one in chosen.markers]
    assert set(names[:3]) == {"g0", "g1", "g2"}
    assert all(one["share"] > 0.9 and one["q"] < 0.01 for one in chosen.markers[:3])
    assert [column.name for column in chosen.schema.inputs] == sorted(
        names, key=lambda name: int(name[1:])
    )
    assert "y" in chosen.schema.by_name
    assert chosen.offered == 1200
    assert len(names) < 100
    (told,) = chosen.findings()
    assert told.numbers["steady"] >= 3
    json.dumps(chosen.markers)


@pytest.mark.parametrize("there", [4, 45])
def test_choose_columns_keeps_about_as_many_as_tell_something(there):
    draw = np.random.default_rng(there)
    labels = np.arange(100) % 2 == 1
    matrix = draw.normal(size=(100, 3000))
    matrix[:, :there] += draw.choice([-1.5, 1.5], there) * labels[:, None]
    chosen = choose_columns(collected_of(matrix, labels), np.arange(100))
    found = {int(one["column"][1:]) for one in chosen.markers}
    assert there / 2 <= len(found) <= 3 * there
    assert len(found & set(range(there))) >= 0.5 * there


def test_choose_columns_finds_those_that_tell_all_together_and_little_alone():
    draw = np.random.default_rng(3)
    matrix = draw.normal(size=(110, 4000))
    target = matrix[:, :6] @ draw.choice([-1.0, 1.0], 6) + 0.7 * draw.normal(size=110)
    collected, train = collected_of(matrix, target), np.arange(100)
    chosen = choose_columns(collected, train)
    names = {one["column"] for one in chosen.markers}
    assert names >= {f"g{place}" for place in range(6)}
    ranked = {one["column"] for one in chosen.markers if one["by"] != "lasso"}
    assert len(ranked) <= 15
    explained = [one["explained"] for one in chosen.markers]
    assert explained == sorted(explained, reverse=True)
    alone = choose_columns(collected, train, len(ranked))  # by what each tells by itself
    assert len({one["column"] for one in alone.markers} & {f"g{n}" for n in range(6)}) < 6


def test_choose_columns_with_other_rows_spoilt_chooses_the_same(planted):
    matrix, labels = planted
    spoilt = matrix.copy()
    spoilt[60:] = np.random.default_rng(1).normal(size=(30, 1200)) * 1e6
    swapped = labels.copy()
    swapped[60:] = ~labels[60:]
    before = choose_columns(collected_of(matrix, labels), TRAIN)
    assert choose_columns(collected_of(spoilt, swapped), TRAIN).markers == before.markers


@pytest.mark.parametrize("wanted", ["auto", "all"])
def test_choose_columns_of_a_table_of_usual_width_keeps_all(planted, wanted):
    matrix, labels = planted
    assert choose_columns(collected_of(matrix[:, :900], labels), TRAIN, wanted) is None


def test_choose_columns_told_how_many_keeps_so_many_of_any_table(planted):
    matrix, labels = planted
    chosen = choose_columns(collected_of(matrix[:, :40], labels), TRAIN, 5)
    assert len(chosen.markers) == len(chosen.schema.inputs) == 5
    assert not chosen.is_few
    assert choose_columns(collected_of(matrix[:, :40], labels), TRAIN, 40) is None


def test_choose_columns_before_the_split_finds_much_where_there_is_nothing():
    draw = np.random.default_rng(3)
    matrix, labels = draw.normal(size=(120, 4000)), draw.permutation(np.arange(120) % 2 == 1)
    held, areas = np.arange(60, 120), {}
    for name, rows in {"inside": np.arange(60), "before": np.arange(120)}.items():
        chosen = choose_columns(collected_of(matrix, labels), rows, 50)
        places = [int(one["column"][1:]) for one in chosen.markers]
        few = matrix[:, places]
        told = ridge(few[:60], labels[:60, None] - labels[:60].mean(), few[held])
        areas[name] = roc_auc_score(labels[held], told[:, 0])
    assert areas["before"] > 0.9
    assert abs(areas["inside"] - 0.5) < 0.15  # two deviations of an area over 60 rows


def screen(matrix, target, **more):
    rows = len(matrix)
    given = {"weight": np.ones(rows), "strata": None} | more
    return Screen(matrix=matrix.astype(np.float32), target=target, **given)


def test_screen_of_two_classes_gives_the_p_values_of_an_analysis_of_variance():
    draw = np.random.default_rng(2)
    matrix, labels = draw.uniform(-1, 1, size=(40, 6)), np.arange(40) % 3
    found = screen(matrix, (labels[:, None] == np.arange(3)).astype(float))
    chance = found.chance(found.explained(np.arange(40)))
    wanted = stats.f_oneway(*(matrix[labels == one] for one in range(3))).pvalue
    np.testing.assert_allclose(chance, wanted, rtol=1e-4)


def test_screen_of_numbers_explains_the_square_of_the_correlation_of_cells_that_are_there():
    draw = np.random.default_rng(2)
    matrix, target = draw.uniform(-1, 1, size=(50, 3)), draw.normal(size=50)
    found = screen(matrix, target[:, None]).explained(np.arange(50))
    wanted = [np.corrcoef(column, target)[0, 1] ** 2 for column in matrix.T]
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    matrix[:5, 0] = np.nan
    constant = np.where(np.arange(3) == 1, 0.5, matrix)
    holed = screen(constant, target[:, None]).explained(np.arange(50))
    assert 0 <= holed[0] <= 1
    assert holed[1] == 0


def test_screen_of_numbers_near_the_largest_ones_explains_as_of_small_ones():
    draw = np.random.default_rng(2)
    matrix, target = draw.uniform(-1, 1, size=(50, 2)), draw.normal(size=(50, 1))
    small, large = (screen(matrix * by, target).explained(np.arange(50)) for by in (1.0, 1e35))
    np.testing.assert_allclose(large, small, rtol=1e-4)


def test_screen_with_whole_weights_explains_what_repeated_rows_would():
    draw = np.random.default_rng(5)
    matrix, target = draw.uniform(-1, 1, size=(30, 4)), draw.normal(size=(30, 1))
    times = draw.integers(0, 4, 30)
    weighed = screen(matrix, target, weight=times.astype(float)).explained(np.arange(30))
    repeated = np.repeat(np.arange(30), times)
    wanted = screen(matrix[repeated], target[repeated]).explained(np.arange(len(repeated)))
    np.testing.assert_allclose(weighed, wanted, rtol=1e-4)


def test_screen_step_by_step_finds_what_orthogonal_matching_pursuit_does(monkeypatch):
    monkeypatch.setattr(screening, "LOOSE", 0.0)
    draw = np.random.default_rng(4)
    matrix = draw.normal(size=(60, 300)).clip(-2.9, 2.9)
    target = 3 * matrix[:, 7] - 2 * matrix[:, 40] + matrix[:, 9] + draw.normal(size=60)
    rows = np.arange(60)
    screen = Screen(
        matrix=matrix.astype(np.float32), target=target[:, None], weight=np.ones(60), strata=None
    )
    centred = matrix - matrix.mean(axis=0)
    scaled = (centred / matrix.std(axis=0)).clip(-screening.FAR, screening.FAR)
    weights = orthogonal_mp(
        (scaled - scaled.mean(axis=0)) / np.linalg.norm(scaled - scaled.mean(axis=0), axis=0),
        target - target.mean(),
        n_nonzero_coefs=8,
    )
    found = screen.stepwise(rows, 8)
    assert set(found) == set(np.flatnonzero(weights))
    assert found[:2].tolist() == [7, 40]


def test_discoveries_are_those_of_benjamini_and_hochberg():
    chance = np.random.default_rng(0).random(200) ** 3
    np.testing.assert_allclose(discoveries(chance), stats.false_discovery_control(chance))


def test_ridge_by_products_of_rows_is_that_of_scikit_learn():
    draw = np.random.default_rng(0)
    x, judged = draw.normal(size=(20, 70)), draw.normal(size=(9, 70))
    y = draw.normal(size=(20, 1))
    y -= y.mean()
    alpha = 0.5 * (x**2).sum() / 20
    wanted = Ridge(alpha=alpha, fit_intercept=False).fit(x, y).predict(judged)
    np.testing.assert_allclose(ridge(x, y, judged, 0.5)[:, 0], np.ravel(wanted), rtol=1e-8)


def test_unexplained_is_nothing_for_a_multiple_and_all_for_the_opposite():
    target = np.array([[1.0], [-1.0], [2.0]])
    assert unexplained(target, 7 * target) == pytest.approx(0)
    assert unexplained(target, -target) == 1


def test_encode_parts_of_a_wide_table_reads_chosen_columns_alone(planted):
    parts = Partition(train=TRAIN, valid=np.arange(60, 75), test=np.arange(75, 90), how="by hand")
    data = encode_parts(collected_of(*planted), parts)
    kept = [one["column"] for one in data.markers]
    assert set(data.codec.raw_columns()) == set(kept)
    assert data.train.inputs["numeric"].shape == (60, len(kept))
    assert data.codec.settings.chosen
    assert data.codec.settings.from_json(data.codec.settings.to_json()) == data.codec.settings
    assert encode_parts(collected_of(*planted), parts, columns="all").markers == ()
