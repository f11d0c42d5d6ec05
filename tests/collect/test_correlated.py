import numpy as np
from numpy.testing import assert_allclose
from scipy.stats import spearmanr

from fivefold.codecs.schema import Column, Schema
from fivefold.collect.correlated import CLOSE, _ranks, correlated


def _found(columns):
    schema = Schema(
        columns=tuple(Column(name=name, kind="numeric") for name in columns),
        targets=(),
        task="regression",
    )
    rows = len(next(iter(columns.values())))
    return correlated(columns, schema, np.ones(rows, bool))


def test_ranks_correlate_as_those_of_scipy():
    draw = np.random.default_rng(0)
    one, other = np.round(draw.normal(size=(2, 500)), 1)
    other += one
    wanted = spearmanr(one, other).statistic
    assert_allclose(_ranks(one) @ _ranks(other), wanted, rtol=1e-12)


def test_columns_that_nearly_tell_one_another_are_found_and_others_are_not():
    planted = clean = 0
    for seed in range(20):
        draw = np.random.default_rng(seed)
        size, other = draw.lognormal(size=(2, 600))
        wide, deep = size**2 * np.exp(draw.normal(scale=0.05, size=600)), -size
        deep[draw.random(600) < 0.01] = np.nan
        columns = {"size": size, "other": other, "wide": wide, "deep": deep}
        found = _found(columns)
        planted += [one.numbers["columns"] for one in found] == [[["size", "wide", "deep"]]]
        related = size * np.exp(draw.normal(scale=0.4, size=600))
        clean += bool(_found({"size": size, "other": other, "related": related}))
    assert planted >= 18
    assert clean <= 1


def test_a_chain_of_columns_is_one_group_and_few_grades_are_not_looked_at():
    draw = np.random.default_rng(0)
    steps = np.cumsum(draw.normal(scale=[[1.0], *[[0.15]] * 3], size=(4, 900)), axis=0)
    assert abs(spearmanr(steps[0], steps[3]).statistic) < CLOSE
    [found] = _found(dict(zip("abcd", steps, strict=True)))
    assert found.numbers["columns"] == [["a", "b", "c", "d"]]
    grades = draw.integers(0, 9, 900) * 1.0
    assert _found({"a": grades, "b": grades + 1}) == []
