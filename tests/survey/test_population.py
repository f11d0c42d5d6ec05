import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.errors import ConfigError
from fivefold.survey.population import unlike

COLUMNS = {"sex": Column(name="sex", kind="categorical"), "age": Column(name="age", kind="numeric")}
CENSUS = {"sex": {"f": 0.5, "m": 0.5}, "age": {"mean": 40.0, "quantiles": {0.5: 40, 0.9: 52.8}}}


def drawn(seed, women=0.5, mean=40.0, rows=500):
    draw = np.random.default_rng(seed)
    sex = np.where(draw.random(rows) < women, "f", "m").astype(object)
    return Columns({"sex": sex, "age": draw.normal(mean, 10, rows)})


def beside(table, told=CENSUS, drawn=0):
    return unlike(table, COLUMNS, np.arange(len(table)), told, drawn)


def test_rows_that_differ_from_a_population_are_told_by_how_much():
    section = beside(drawn(0, women=0.3, mean=44.0))
    by = {(row["column"], row["what"]): row for row in section.rows}
    women = by["sex", "share of f"]
    assert women["population"] == 0.5
    assert women["here"] == pytest.approx(0.3, abs=0.05)
    assert all(row["differs"] for row in section.rows)
    assert "`age` (mean 4" in section.told[0]
    assert "`sex` (share of f" in section.told[0]


def test_rows_drawn_from_the_population_are_called_unlike_it_at_most_as_often_as_is_said():
    told = sum("Not as" in beside(drawn(seed)).told[0] for seed in range(150))
    assert told <= 150 * 0.05 + 3 * np.sqrt(150 * 0.05 * 0.95)


def test_category_that_the_population_lacks_is_told_and_chances_are_those_of_scipy():
    from scipy.special import chdtrc

    table = drawn(1)
    values = table.column("sex").copy()
    counts = [(values == one).sum() for one in "fm"]
    [row, _] = beside(table, {"sex": {"f": 0.5, "m": 0.5}}).rows
    assert row["p"] == pytest.approx(chdtrc(1, np.diff(counts)[0] ** 2 / sum(counts)))
    values[:30] = "x"
    section = beside(table.replace({"sex": values}), {"sex": {"f": 0.5, "m": 0.5}})
    assert ("share of x", 0.06) in [(row["what"], row["here"]) for row in section.rows]
    assert section.rows[0]["p"] == 0


def test_population_may_be_rows_and_then_it_was_drawn_too():
    draw = np.random.default_rng(3)
    rows = {"sex": draw.choice(["f", "m"], 300), "age": draw.normal(40, 10, 300), "y": [0, 1] * 150}
    same = {"sex": draw.choice(["f", "m"], 200), "age": draw.normal(40, 10, 200)}
    seen = ff.look(rows, target="y", population=same)
    assert seen.sections[0].told == ("Rows are as the population, as far as they tell.",)
    what = seen.tables["population"]["what"].tolist()
    assert sorted(what[:3]) == ["mean", "share of f", "share of m"]
    assert sum(one.startswith("share up to") for one in what) == 3
    older = {**same, "age": same["age"] + 8}
    assert "`age` (mean" in ff.look(rows, target="y", population=older).sections[0].told[0]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"sax": {"f": 1.0}}, "found 'sax'"),
        ({"sex": {"f": 0.5, "m": 0.2}}, "shares of `sex` that sum to 1"),
        ({"sex": {"f": "half", "m": 0.5}}, "numbers for `sex`"),
        ({"age": {"f": 1.0}}, "shares of few categories of `age`"),
        ({"age": {"quantiles": {1.5: 3}}}, "levels of `age`"),
        ({"age": {"quantiles": 3}}, "quantiles of `age`"),
    ],
)
def test_population_that_cannot_be_is_refused(told, found):
    with pytest.raises(ConfigError, match=found):
        beside(drawn(0), told)
