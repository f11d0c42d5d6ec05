from types import SimpleNamespace

import numpy as np
from sklearn.linear_model import ElasticNet

from fivefold.models.picks import Picks


def codec_of(names, missing, chosen=True):
    state = SimpleNamespace(indicator=np.array([name in missing for name in names]))
    columns = {n: SimpleNamespace(first=at, shared=state) for at, n in enumerate(names)}
    return SimpleNamespace(columns=columns, settings=SimpleNamespace(chosen=chosen))


MARKERS = (
    {"column": "c", "by": "alone"},
    {"column": "a", "by": "lasso"},
    {"column": "b", "by": "alone, lasso"},
)
HELD = {"strengths": [[1.0, 0.1, 1.0]], "share": 0.4}


def test_picked_knows_columns_by_their_places_in_the_table():
    codec = codec_of("abc", missing="ac")
    picked = Picks.of(codec, MARKERS, HELD)
    assert (picked.lasso, picked.alone, picked.flags) == ((0, 1), (0,), (3, 4))
    assert (picked.strengths, picked.share) == (((1.0, 0.1, 1.0),), 0.4)
    assert Picks.of(codec, MARKERS, None).strengths == ()
    assert Picks.of(codec, (), None) is None
    assert Picks.of(codec_of("abc", "", chosen=False), MARKERS, None) is None


def test_net_of_one_strength_is_the_elastic_net_of_scikit_learn_but_for_its_scale():
    draw = np.random.default_rng(0)
    x = draw.normal(size=(60, 9))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    y = x[:, :3] @ [[3.0], [-2.0], [1.0]] + draw.normal(size=(60, 1))
    y -= y.mean()
    places = (0, 1, 2, 4, 7)
    picked = Picks(lasso=places, alone=(), flags=(), strengths=((0.5, 0.2, 1.0),), share=0.5)
    found = picked.net(x, y)[:, 0]
    twin = ElasticNet(alpha=0.2, l1_ratio=0.5).fit(x[:, places], y[:, 0] / y.std())
    np.testing.assert_allclose(
        found[list(places)] / found[0], twin.coef_ / twin.coef_[0], atol=1e-3
    )
    assert not found[[3, 5, 6, 8]].any()
    assert np.isclose((x @ found).std(), y.std())  # as sure as any other net beside it
