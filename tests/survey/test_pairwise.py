import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.survey.measured import measured
from fivefold.survey.pairwise import associations, clusters
from fivefold.survey.related import related

ROWS = 4000


@pytest.fixture(scope="module")
def planted():
    draw = np.random.default_rng(0)
    x, level = draw.normal(size=ROWS), draw.integers(0, 4, ROWS)
    level = np.where(draw.random(ROWS) < 0.9, level, draw.integers(0, 4, ROWS))
    letters = np.array(["a", "b", "c", "d"], object)
    holes = np.where(draw.random(ROWS) < 0.3, np.nan, x + draw.normal(size=ROWS))
    return {
        "x": x,
        "with holes": holes,
        "bent": x**2 + 0.1 * draw.normal(size=ROWS),
        "apart": draw.normal(size=ROWS),
        "by level": level + 0.5 * draw.normal(size=ROWS),
        "level": letters[level],
        "same": np.where(draw.random(ROWS) < 0.8, letters[level], "e").astype(object),
        "other": draw.choice(letters, ROWS),
        "id": np.array([f"id {n}" for n in range(ROWS)], object),
    }


@pytest.fixture(scope="module")
def found(planted):
    columns = [
        Column(name=n, kind="categorical" if v.dtype == object else "numeric")
        for n, v in planted.items()
    ]
    return associations(*measured(Columns(planted), columns, np.arange(ROWS)))


def of(found, one, other):
    i, j = found.names.index(one), found.names.index(other)
    return found.values[i, j], found.ways[i, j]


def test_numbers_go_together_as_pandas_ranks_them_where_both_are_known(planted, found):
    names = ["x", "with holes", "apart"]
    ranks = pd.DataFrame({name: planted[name] for name in names}).rank()
    theirs = ranks.corr()
    value, way = of(found, "x", "with holes")
    assert (value, way) == (pytest.approx(theirs.loc["x", "with holes"], abs=1e-9), "spearman")
    assert of(found, "x", "apart")[0] == pytest.approx(theirs.loc["x", "apart"], abs=1e-9)


def test_categories_go_together_by_the_corrected_v(planted, found):
    levels = [np.unique(planted[name], return_inverse=True) for name in ("level", "same")]
    counts = np.zeros((4, 5))
    np.add.at(counts, (levels[0][1], levels[1][1]), 1)
    expected = counts.sum(1, keepdims=True) * counts.sum(0) / ROWS
    phi = ((counts - expected) ** 2 / expected).sum() / ROWS - 3 * 4 / (ROWS - 1)
    least = min(4 - 9 / (ROWS - 1), 5 - 16 / (ROWS - 1)) - 1
    assert of(found, "level", "same") == (pytest.approx(np.sqrt(phi / least)), "cramer")


def test_what_an_order_misses_and_what_mixes_kinds_is_found(found):
    value, way = of(found, "x", "bent")
    assert (value > 0.9, way) == (True, "tenths")
    value, way = of(found, "by level", "level")
    assert (value > 0.8, way) == (True, "ratio")
    assert "id" not in found.names
    for one, other in (("apart", "x"), ("apart", "other"), ("other", "level"), ("bent", "apart")):
        assert abs(of(found, one, other)[0]) < 0.06


def test_section_tells_the_target_apart_and_sets_alike_columns_together(found):
    section = related(found, ("by level",))
    assert section.told[0].startswith("With `by level` go `level` 0.9")
    assert "`x` and `bent`" in section.told[1]
    assert "by level" not in section.told[1]
    names = section.drawn[0].names
    assert abs(names.index("level") - names.index("same")) <= 2
    assert abs(names.index("x") - names.index("bent")) == 1


def test_columns_that_have_nothing_to_do_with_one_another_are_hardly_ever_told():
    told = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        cells = {f"n{n}": draw.normal(size=300) for n in range(3)}
        cells |= {f"c{n}": draw.choice(list("abc"), 300).astype(object) for n in range(3)}
        kinds = ["numeric"] * 3 + ["categorical"] * 3
        columns = [Column(name=n, kind=k) for n, k in zip(cells, kinds, strict=True)]
        made = associations(*measured(Columns(cells), columns, np.arange(300)))
        told += any(abs(value) >= 0.5 for *_, value, _ in made.pairs())
    assert told == 0


def test_groups_are_those_of_complete_linkage():
    draw = np.random.default_rng(3)
    likeness = draw.random((9, 9))
    likeness = (likeness + likeness.T) / 2
    np.fill_diagonal(likeness, 1)
    tree = linkage(squareform(1 - likeness, checks=False), "complete")
    wanted = fcluster(tree, 0.4, "distance")
    groups = [np.flatnonzero(wanted == n).tolist() for n in range(1, wanted.max() + 1)]
    assert clusters(likeness, 0.6) == sorted(group for group in groups if len(group) > 1) != []
