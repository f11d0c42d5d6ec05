import numpy as np
import pytest
from sklearn.linear_model import ElasticNet

from fivefold.preprocess.lasso import PENALTIES, Path, choose_net
from fivefold.preprocess.screening import Screen


def screen_of(matrix, target, weight=None):
    weight = np.ones(len(matrix)) if weight is None else weight
    return Screen(matrix=matrix.astype(np.float32), target=target, weight=weight, strata=None)


@pytest.fixture(scope="module")
def planted():
    draw = np.random.default_rng(0)
    matrix = draw.uniform(-1, 1, size=(80, 300))
    target = matrix[:, :3] @ [2.0, -1.0, 1.0] + 0.3 * draw.normal(size=80)
    return screen_of(matrix, target[:, None]), np.arange(60), np.arange(60, 80)


@pytest.mark.parametrize("ratio", [1.0, 0.2])
def test_path_is_that_of_scikit_learn_and_answers_rows_that_it_did_not_see(planted, ratio):
    screen, learnt, held = planted
    path = Path.of(screen, learnt, ratio)
    x = screen.matrix.astype(np.float64)
    x = (x - x[learnt].mean(axis=0)) / x[learnt].std(axis=0)
    y = screen.target[learnt, 0]
    y = (y - y.mean()) / y.std()
    assert path.penalties[0] == pytest.approx(np.abs(x[learnt].T @ y).max() / 60 / ratio, rel=1e-4)
    twin = ElasticNet(alpha=path.penalties[10], l1_ratio=ratio, tol=1e-6).fit(x[learnt], y)
    weights = np.zeros(300)
    weights[path.columns] = path.weights[10, :, 0]
    np.testing.assert_allclose(weights, twin.coef_, atol=0.01)
    answers = path.answers(screen, held)[10, :, 0]
    np.testing.assert_allclose(answers, twin.predict(x[held]), atol=0.03)
    assert not path.weights[0].any()


def test_path_of_two_classes_tells_one_the_opposite_of_the_other(planted):
    screen, learnt, _ = planted
    one = (screen.target[:, 0] > 0).astype(float)
    path = Path.of(screen_of(screen.matrix, np.stack([1 - one, one], axis=1)), learnt, 1.0)
    np.testing.assert_array_equal(path.weights[..., 0], -path.weights[..., 1])
    assert path.weights[10].any()


def test_path_with_whole_weights_is_that_of_repeated_rows(planted):
    screen, _, _ = planted
    times = np.random.default_rng(1).integers(0, 4, 80)
    whole = screen_of(screen.matrix, screen.target, weight=10.0 * times)
    path, repeated = Path.of(whole, np.arange(80), 0.2), np.repeat(np.arange(80), times)
    other = Path.of(screen, repeated, 0.2)
    np.testing.assert_allclose(path.penalties, other.penalties, rtol=1e-4)
    found = [np.zeros(300), np.zeros(300)]
    for each, of in zip(found, (path, other), strict=True):
        each[of.columns] = of.weights[8, :, 0]
    np.testing.assert_allclose(*found, atol=0.01)


def test_path_looks_at_no_other_rows(planted):
    screen, learnt, held = planted
    spoilt = screen.matrix.copy()
    spoilt[held] = 1e9
    path, other = (
        Path.of(screen_of(matrix, screen.target), learnt, 0.2) for matrix in (screen.matrix, spoilt)
    )
    assert all(np.array_equal(*pair) for pair in zip(path.weights, other.weights, strict=True))


def test_net_counts_by_the_evidence_of_folds_and_is_none_where_that_is_against_it(planted):
    screen, _, _ = planted
    likely = {ratio: np.full(len(PENALTIES), -50.0) for ratio in (1.0, 0.2)}
    likely[1.0][8] = 20.0
    net = choose_net(screen, likely, 20.0)
    assert net.share == pytest.approx(0.5)
    ((ratio, penalty, count),) = net.strengths
    assert (ratio, count) == (1.0, 1.0)
    path = Path.of(screen, np.arange(80), 1.0)
    assert penalty == path.penalties[8]
    assert set(net.columns) == set(path.columns[path.weights[8, :, 0] != 0]) >= {0, 1, 2}
    assert choose_net(screen, likely, 0.0).share > 0.9
    assert choose_net(screen, likely, 45.0) is None
    assert choose_net(screen, {}, 0.0) is None
