import numpy as np
import pytest
from scipy import stats

from fivefold.metrics.twosample import bundled, exchanged_p, tallied, told_apart


def test_exchanged_p_of_single_rows_is_that_of_the_kolmogorov_smirnov_test():
    draw = np.random.default_rng(0)
    values, is_second = draw.normal(size=120), np.arange(120) < 40
    values[is_second] += 0.45
    ((own,), (corrected,)) = exchanged_p([tallied(values, np.arange(120), 120)], is_second, 0)
    expected = stats.ks_2samp(values[is_second], values[~is_second]).pvalue
    assert own == corrected == pytest.approx(expected, abs=0.03)


@pytest.mark.slow
def test_exchanged_p_of_groups_holds_its_level_where_that_of_rows_does_not():
    called, by_rows, by_any = 0, 0, 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        group = np.repeat(np.arange(40), 25)
        columns = [draw.normal(size=40)[group] + 0.3 * draw.normal(size=1000) for _ in range(3)]
        is_second = np.arange(40) < 10
        own, corrected = exchanged_p([tallied(c, group, 40) for c in columns], is_second, seed)
        called += own[0] < 0.1
        by_any += min(corrected) < 0.1
        rows = is_second[group]
        by_rows += stats.ks_2samp(columns[0][rows], columns[0][~rows]).pvalue < 0.1
    assert max(called, by_any) <= 13  # of 60, one in ten: 13 or fewer in 99.4 % of cases
    assert by_rows > 50


def test_exchanged_p_corrects_for_how_many_are_looked_at():
    draw = np.random.default_rng(1)
    is_second, unit = np.arange(80) < 30, np.arange(80)
    moved = draw.normal(size=80) + 1.5 * is_second
    others = [draw.normal(size=80) for _ in range(9)]
    own, corrected = exchanged_p([tallied(c, unit, 80) for c in (*others, moved)], is_second, 0)
    assert corrected[-1] < 0.01
    assert (corrected >= own).all()
    assert corrected[:-1].min() > min(0.2, own[:-1].min())


def test_told_apart_gives_the_area_of_mann_whitney_and_its_chance():
    draw = np.random.default_rng(2)
    is_second = np.arange(300) < 100
    score = draw.normal(size=300) + 0.25 * is_second
    area, chance = told_apart(score, is_second, np.arange(300), 0)
    expected = stats.mannwhitneyu(score[is_second], score[~is_second], alternative="greater")
    assert area == pytest.approx(expected.statistic / (100 * 200))
    assert chance == pytest.approx(expected.pvalue, abs=0.015)


def test_bundles_hold_units_of_one_side_and_whole_ones():
    unit = np.random.default_rng(3).integers(0, 500, 4000)
    is_second = unit % 5 == 0
    bundle = bundled(unit, is_second, 0, most=50)
    assert len(np.unique(bundle)) == 50
    assert not set(bundle[is_second]) & set(bundle[~is_second])
    assert len(np.unique(np.stack([unit, bundle]), axis=1).T) == len(np.unique(unit))
