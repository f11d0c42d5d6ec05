import numpy as np
import pytest

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.errors import ConfigError
from fivefold.partition import draw
from fivefold.preprocess.split import Split
from fivefold.testing import check_stage


def collected(role="input"):
    columns = (
        Column(name="x", kind="numeric"),
        Column(name="g", kind="categorical", role=role),
        Column(name="y", kind="categorical", role="target"),
    )
    schema = Schema(columns=columns, targets=("y",), task="binary", classes=("no", "yes"))
    rng = np.random.default_rng(0)
    table = Columns(
        {
            "x": rng.normal(size=200),
            "g": rng.choice(np.array(list("abcdefghij"), object), 200),
            "y": rng.choice(np.array(["no", "yes"], object), 200, p=[0.9, 0.1]),
        }
    )
    usable = np.ones(200, bool)
    return Collected(
        table=table, schema=schema, usable=usable, given=None, findings=(), provenance={}
    )


def test_split_keeps_the_rules_for_stages():
    check_stage(Split("random", test=0.3), collected())


def test_split_is_draw_with_the_stage_seed():
    found = Split(test=0.3, valid=0.1).run(collected(), Session(seed=7))
    expected = draw(collected(), seed=7, test=0.3, valid=0.1)
    for part in ("train", "valid", "test"):
        np.testing.assert_array_equal(getattr(found, part), getattr(expected, part))
    assert abs(len(found.test) - 60) <= 2


def test_split_by_group_keeps_groups_together():
    data = collected("group")
    found = Split("group").run(data, Session())
    groups = data.table.column("g")
    parts = [set(groups[rows]) for rows in (found.train, found.valid, found.test)]
    assert sum(map(len, parts)) == 10


def test_split_fractions_that_leave_nothing_are_refused():
    with pytest.raises(ConfigError, match=r"found 0.2 \+ 0.9"):
        Split(test=0.9, valid=0.2)
    with pytest.raises(ConfigError, match="test"):
        Split(test=1.0)
    with pytest.raises(ConfigError, match="by"):
        Split("groups")


def test_split_preflight_misses_the_column_it_divides_by():
    assert Split("group").preflight(Session(), Context()) == []
    assert Split("group").preflight(Session(), Context.of([collected("group")])) == []
    faults = Split("group").preflight(Session(), Context.of([collected()]))
    assert [str(fault) for fault in faults] == [
        "Split: by='group' expects a group column, found none in the schema.\n"
        "Pass group=... to Collect."
    ]
