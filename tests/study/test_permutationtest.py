import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import ConfigError
from fivefold.study.permute import Permute, order_of
from studied import small_frame, small_pipeline


def told(frame, **settings):
    pipeline = small_pipeline(frame, epochs=4, lr=0.02)
    return ff.permutation_test(
        pipeline, progress=False, **{"folds": 2, "permutations": 19, **settings}
    )


@pytest.fixture(scope="module")
def found():
    return told(small_frame(120), permutations=4, seed=1)


def test_permutation_test_scores_the_given_world_as_cross_validate(found):
    pipeline = small_pipeline(small_frame(120), epochs=4, lr=0.02)
    wanted = ff.cross_validate(pipeline, folds=2, seed=1, progress=False)
    assert str(found.score) == str(wanted.metrics[found.metric])
    assert found.scores["permutation"].value_counts().to_dict() == dict.fromkeys(range(5), 2)


def test_permutation_test_counts_the_worlds_that_score_as_well(found):
    means = found.scores.groupby("permutation")[found.metric].mean()
    as_good = (means.drop(0) >= means[0]).sum()
    assert found.p == (1 + as_good) / 5
    assert list(found.chance) == list(means.drop(0))
    assert "p = " in found.verdict
    assert found.verdict in repr(found)
    assert found.verdict in found.markdown()
    assert "<svg" in found._repr_html_()


@pytest.mark.slow
def test_permutation_test_is_the_same_in_two_processes(found):
    again = told(small_frame(120), permutations=4, seed=1, n_jobs=2)
    assert again.scores[found.metric].equals(found.scores[found.metric])


def test_permutation_test_of_what_has_no_target_is_refused():
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=list("abc"))
    pipeline = ff.Pipeline([ff.Collect(rows, task="anomaly"), ff.Preprocess(), ff.Train()])
    with pytest.raises(ConfigError, match="a target that other rows may have"):
        ff.permutation_test(pipeline, progress=False)


def test_permute_exchanges_targets_within_the_division_alone():
    frame = small_frame(60)
    collected = ff.Pipeline([ff.Collect(frame, target="y")]).run(progress=False)[ff.Collected]
    part = ff.Partition(
        train=np.arange(30), valid=np.arange(30, 40), test=np.arange(40, 50), how="by hand"
    )
    made = Permute(number=3).run(collected, part, None)
    before, after = collected.table.column("y"), made.table.column("y")
    assert list(before[50:]) == list(after[50:])
    assert sorted(map(str, before[:50])) == sorted(map(str, after[:50]))
    assert list(before[:50]) != list(after[:50])
    names = [name for name in made.table.names if name != "y"]
    assert all(made.table.column(n) is collected.table.column(n) for n in names)


def test_order_of_groups_of_one_target_exchanges_whole_groups():
    group = np.repeat(np.arange(8), 3)
    target = group % 4
    given = target[order_of(np.random.default_rng(0), target, group)]
    assert all(len(set(given[group == one])) == 1 for one in range(8))
    assert sorted(given) == sorted(target)
    assert list(given) != list(target)


def test_order_of_groups_of_several_targets_stays_within_them():
    group, target = np.repeat(np.arange(5), 6), np.tile(np.arange(6), 5)
    order = order_of(np.random.default_rng(0), target, group)
    assert (group[order] == group).all()
    assert list(order) != list(range(30))


def test_order_of_rows_in_time_keeps_neighbours():
    order = order_of(np.random.default_rng(0), np.arange(20), None, timed=True)
    steps = np.diff(order)
    assert set(steps) == {1, -19}
