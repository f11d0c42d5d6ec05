import re

import numpy as np
import pytest

from divisible import collect, two_classes
from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError
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


def dated(**roles):
    rng = np.random.default_rng(0)
    when = np.datetime64("2024-01-01", "us") + np.arange(200) * np.timedelta64(1, "D")
    chromosome = rng.choice(np.array(["chr1", "chr2", "chr8", "chrX"]), 200)
    columns = {"x": rng.normal(size=200), "when": when, "where": chromosome}
    return collect({**columns, "y": two_classes(200, 0.3)}, **roles)


def test_split_holds_out_groups_by_name():
    data = dated(group="where", ignored="when")
    found = Split(test=["chr8", "chrX"], valid=["chr2"]).run(data, Session())
    where = data.table.column("where")
    assert set(where[found.test]) == {"chr8", "chrX"}
    assert set(where[found.valid]) == {"chr2"}
    assert set(where[found.train]) == {"chr1"}
    assert found.by == "group"
    assert found.how.endswith("test is `chr8`, `chrX`, valid is `chr2`")
    rest = Split(test=["chr8"]).run(data, Session(seed=3))
    assert set(where[rest.test]) == {"chr8"}
    assert not set(where[rest.valid]) & {"chr8", *where[rest.train]}


def test_split_holds_out_groups_whose_names_are_numbers():
    data = dated()
    numbers = {name: data.table.column(name) for name in data.table.names}
    numbers["where"] = np.repeat([1.0, 2.0, 8.0, 22.0], 50)
    data = collect(numbers, group="where", ignored="when")
    for name in (8, "8", 8.0):
        assert set(numbers["where"][Split(test=[name]).run(data, Session()).test]) == {8.0}
    with pytest.raises(DataError, match=r"a group 7 in `where` .*\n.*`1`, `2`, `8`, `22`"):
        Split(test=[7]).run(data, Session())


def test_split_by_names_that_no_group_has_names_the_nearest():
    with pytest.raises(DataError, match=r"'chrx' in `where`[\s\S]*Write 'chrX'") as told:
        Split(test=["chrx"]).run(dated(group="where"), Session())
    assert told.value.near == "chrX"
    with pytest.raises(DataError, match="expected a group column"):
        Split(test=["chr8"]).run(dated(), Session())


def test_split_settings_that_do_not_go_together_are_refused():
    for wrong in (
        {"by": "time", "test": ["a"]},
        {"by": "stratified", "ahead": 3},
        {"by": "group", "embargo": 3},
        {"test": ["a"], "embargo": 3},
        {"test": []},
        {"ahead": -1},
    ):
        with pytest.raises(ConfigError):
            Split(**wrong)


def test_split_preflight_misses_the_columns_that_its_settings_go_by():
    found = Context.of([dated()])
    for split, message in (
        (Split(ahead=3), r"ahead=3 expects a time column"),
        (Split(embargo=3), r"embargo=3 expects a time column"),
        (Split("purged", ahead=3), r"by='purged' expects a time column"),
        (Split(test=["chr8"]), r"test=\('chr8',\) expects a group column"),
    ):
        [fault] = split.preflight(Session(), found)
        assert re.search(message, str(fault))
    ends = Context.of([dated(time="when", until="x")])
    [fault] = Split(ahead=3).preflight(Session(), ends)
    assert "found `x`" in str(fault)


def test_split_that_purges_says_how_and_round_trips():
    data = dated(time="when", ignored="where")
    found = Split("purged", ahead=5, embargo=2).run(data, Session())
    told = "labels look 5 moments ahead, an embargo of 2 moments, 14 rows that overlap left out"
    assert found.how.endswith(told)
    assert len(found.train) + len(found.valid) + len(found.test) == 200 - 14
    check_stage(Split("purged", ahead=5, embargo=2), data)
    check_stage(Split(test=["chr8"]), dated(group="where"))
