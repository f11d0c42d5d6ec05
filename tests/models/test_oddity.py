from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.covariance import EmpiricalCovariance
from sklearn.ensemble import IsolationForest

from fivefold.models.distance import Distance
from fivefold.models.inputs import Codes, Width
from fivefold.models.isolation import fit_isolation, isolation_nodes
from fivefold.models.networks import build, describe
from fivefold.models.oddity import Autoencoder, Oddity
from fivefold.models.surprise import FAR, Surprise
from fivefold.models.trees import Trees
from fivefold.models.trimming import core_of

NORMAL = np.random.default_rng(0).normal(size=(400, 4)).astype(np.float32)


def lesson(inputs, valid, **more):
    def feed(rows):
        held = rows if isinstance(rows, dict) else torch.from_numpy(rows)
        first = next(iter(held.values())) if isinstance(held, dict) else held

        def take(part):
            if isinstance(held, dict):
                return SimpleNamespace(inputs={n: t[part] for n, t in held.items()})
            return SimpleNamespace(inputs=held[part])

        return SimpleNamespace(rows=len(first), device=torch.device("cpu"), take=take)

    told: Callable[[str], None] = lambda text: None  # noqa: E731
    given = {"seed": 0, "tell": told, "clean": True, **more}
    return SimpleNamespace(train=feed(inputs), valid=feed(valid), **given)


def test_isolation_puts_rows_in_the_order_of_scikit_learn():
    forest = IsolationForest(n_estimators=30, random_state=0, max_features=0.5).fit(NORMAL)
    sizes, arrays = isolation_nodes(forest)
    trees = Trees(*sizes)
    trees.load_nodes(arrays)
    rows = (3 * np.random.default_rng(1).normal(size=(100, 4))).astype(np.float32)
    depth = -trees(torch.from_numpy(rows))[:, 0].double().numpy()
    usual = 2 * (np.log(255) + np.euler_gamma) - 2 * 255 / 256
    np.testing.assert_allclose(-(2 ** (-depth / usual)), forest.score_samples(rows), atol=1e-6)


def test_isolation_of_one_seed_is_the_same_forest():
    first, again = fit_isolation(NORMAL, 3, trees=5), fit_isolation(NORMAL, 3, trees=5)
    assert all(np.array_equal(a, again.arrays()[name]) for name, a in first.arrays().items())


def test_distance_is_that_of_scikit_learn_but_for_its_shrinkage():
    rows = NORMAL @ np.random.default_rng(2).normal(size=(4, 4)).astype(np.float32) + 7
    distance = Distance(4)
    distance.fit(rows)
    wanted = np.sqrt(EmpiricalCovariance().fit(rows).mahalanobis(rows))
    np.testing.assert_allclose(distance(torch.from_numpy(rows)).numpy(), wanted, rtol=0.05)


def test_distance_leaves_out_columns_that_are_the_same_or_say_it_twice():
    rows = np.concatenate([NORMAL, NORMAL[:, :1], np.full((400, 1), 5.0)], axis=1)
    distance = Distance(6)
    distance.fit(rows)
    odd = rows[:1].copy()
    odd[0, 5] = 1e6
    assert distance(torch.from_numpy(odd)) == distance(torch.from_numpy(rows[:1]))
    assert torch.isfinite(distance(torch.from_numpy(rows))).all()


@pytest.mark.parametrize("rows", [1, 7, 100, 5000])
def test_surprise_rises_and_never_ties_what_is_beyond_all_rows(rows):
    scores = np.random.default_rng(0).exponential(size=rows)
    surprise = Surprise()
    surprise.fit(scores)
    asked = torch.linspace(0, 1000, 5000, dtype=torch.float64)
    told = surprise(asked)
    assert (told.diff() >= 0).all()
    assert (told[asked > scores.max()].diff() > 0).all()


def test_surprise_is_the_share_of_new_rows_that_are_as_odd():
    draw = np.random.default_rng(0)
    surprise = Surprise()
    surprise.fit(draw.normal(size=20_000))
    new = surprise(torch.from_numpy(draw.normal(size=200_000))).numpy()
    for level in (0.5, 1.0, 2.0, 3.0):
        assert np.log10((new >= level).mean()) == pytest.approx(-level, abs=0.12)


def test_surprise_of_many_equal_scores_is_that_of_their_share():
    surprise = Surprise()
    surprise.fit(np.repeat([0.0, 1.0, 2.0], [900, 90, 10]))
    told = surprise(torch.tensor([0.0, 1.0, 2.0]))
    assert told.tolist() == pytest.approx([0.0, 1.0, 2.0], abs=0.01)


def test_surprise_grows_slowly_where_it_is_far():
    surprise = Surprise()
    surprise.fit(np.linspace(0, 1, 1000))
    near, far = surprise(torch.tensor([3.0, 1e6])).tolist()
    assert FAR < near < far < 200


def test_core_leaves_out_outliers_that_stretch_the_axes():
    draw = np.random.default_rng(0)
    rows = (draw.normal(size=(600, 2)) @ [[1.0, 1.0], [0.05, -0.05]]).astype(np.float32)
    rows[:20] = [2.0, -2.0] + 0.1 * draw.normal(size=(20, 2))
    assert not core_of(rows, seed=0)[:20].any()


def taught(network, train, valid, **more):
    given = lesson(train, valid, **more)
    network.train()
    network.begin(given)
    network.eval()
    network.end(network, given)
    return network.eval()


def test_oddity_answers_by_the_mean_of_its_parts_and_is_rebuilt_from_its_description():
    network = taught(Oddity(Width(4), 1), NORMAL[:200], NORMAL[200:])
    rows = torch.from_numpy(np.concatenate([NORMAL[:5], NORMAL[:5] + 9]))
    with torch.no_grad():
        told = network(rows)[:, 0]
        scores = network.scores_of(rows)
        each = [curve(scores[:, k]) for k, curve in enumerate(network.curves)]
        wanted = network.joint(torch.stack(each).mean(dim=0))
        torch.testing.assert_close(told, wanted.float())
        assert told[:5].max() < told[5:].min()
        twin = build(describe(network))
        twin.load_state_dict(network.state_dict())
        assert torch.equal(twin.eval()(rows)[:, 0], told)
    assert network.parts == pytest.approx(
        dict.fromkeys(("autoencoder", "forest", "distance"), 1 / 3)
    )


def test_held_out_rows_raise_as_many_alarms_as_are_stated():
    network = taught(Oddity(Width(4), 1), NORMAL[:150], NORMAL[150:])
    with torch.no_grad():
        told = network(torch.from_numpy(NORMAL[150:]))[:, 0].numpy()
    assert (told > 1).mean() == pytest.approx(0.1, abs=0.02)


def test_a_code_that_is_rare_is_odd_and_one_that_training_lacks_odder():
    draw = np.random.default_rng(0)
    codes = torch.from_numpy(draw.choice([2, 3], 400, p=[0.97, 0.03])[:, None])
    table = torch.from_numpy(NORMAL)
    rows = {"table": table, "codes": codes}
    network = Oddity({"table": Width(4), "codes": Codes((4,))}, 1)
    network.begin(lesson(rows, rows))
    one = {"table": torch.zeros(3, 4), "codes": torch.tensor([[2], [3], [1]])}
    usual, rare, new = network.columns(one)[:, 4].tolist()
    assert usual < 0.1 < 1 < rare < 2 < new


def test_rows_that_may_be_odd_teach_nothing_unless_all_are_said_to_be_usual():
    rows = NORMAL.copy()
    rows[:20] = 8.0
    given = torch.from_numpy(rows)
    for clean in (False, True):
        network = Oddity(Width(4), 1).train()
        network.begin(lesson(rows, rows, clean=clean))
        lost = network(given)[:, 0]
        assert (lost[:20] == 0).all() == (not clean)
        assert (lost[20:] == 0).float().mean() < 0.2


def test_rows_of_a_rare_category_are_learnt_from_like_others():
    rare = (np.arange(400) % 20 == 0).astype(np.float32)
    rows = np.concatenate([NORMAL, rare[:, None]], axis=1)
    network = Oddity(Width(5, measured=4), 1)
    network.begin(lesson(rows, rows, clean=False))
    assert network.trimmed(torch.from_numpy(NORMAL))[rare == 1].mean() > 0.7
    assert float(network.centre[4]) == pytest.approx(0.05, abs=0.02)


def test_the_autoencoder_alone_has_no_other_part():
    network = taught(Autoencoder(Width(4), 1), NORMAL[:200], NORMAL[200:])
    assert network.parts == {"autoencoder": 1.0}
    assert network.forest is None
