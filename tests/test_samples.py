"""Made-up data: the same for a seed, with the troubles that it is said to have."""

import numpy as np
import pytest

import fivefold as ff
from fivefold import samples

EVERY = {
    "churn": ("left", {}),
    "prices": ("price", {}),
    "reviews": ("opinion", {}),
    "shapes": ("shape", {}),
    "visits": ("ill", {"group": "patient"}),
    "hours": ("lent", {"time": "when", "horizon": 24}),
}


@pytest.mark.parametrize("name", list(EVERY))
def test_sample_is_a_source_and_the_same_for_a_seed(name):
    make, (target, more) = getattr(samples, name), EVERY[name]
    one, again, other = make(), make(), make(seed=1)
    for column in one:
        assert np.array_equal(np.asarray(one[column]), np.asarray(again[column])) or (
            one[column].equals(again[column])
        )
    assert any(not np.array_equal(np.asarray(one[c]), np.asarray(other[c])) for c in one)
    collected = ff.Collect(one, target=target, **more).run(ff.Session())
    assert len(collected.table) > 100
    assert not [found for found in collected.findings if found.severity == "serious"]


def test_samples_have_the_troubles_they_tell_of():
    left = samples.churn()
    assert 0.03 < left["monthly"].isna().mean() < 0.07
    assert 0.15 < (left["left"] == "yes").mean() < 0.4
    assert (samples.prices()["price"] == samples.CAP).sum() > 30
    visits = samples.visits()
    assert (visits.groupby("patient")["ill"].nunique() == 1).all()
    gaps = np.diff(samples.hours()["when"].to_numpy()).astype("m8[h]").astype(int)
    assert gaps.max() > 1
