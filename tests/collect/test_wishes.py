import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.collect.wishes import Wishes
from fivefold.errors import DataError, FivefoldError

NAMES = ["age", "sex", "day", "income"]


def test_target_is_a_name_a_place_or_the_sources_own():
    assert Wishes(target="age").target_names(NAMES, "", "a") == ("age",)
    assert Wishes(target=1).target_names(NAMES, "", "a") == ("sex",)
    assert Wishes(target=-1).target_names(NAMES, "", "a") == ("income",)
    assert Wishes().target_names(NAMES, "day", "a") == ("day",)


def test_target_that_is_not_there_says_what_is_near():
    with pytest.raises(DataError) as caught:
        Wishes(target="incom").target_names(NAMES, "", "adult.csv")
    assert str(caught.value) == (
        "adult.csv: expected a column 'incom' (target=), found none of that name.\n"
        "Columns: `age`, `sex`, `day`, `income`.\n"
        'Write "income" instead of "incom".'
    )
    assert (caught.value.column, caught.value.near) == ("incom", "income")


@pytest.mark.parametrize("target", [None, 4, -5])
def test_no_target_or_a_place_outside_is_refused(target):
    with pytest.raises(DataError, match="expected"):
        Wishes(target=target).target_names(NAMES, "", "a")


def test_all_wrong_names_are_faults_at_once():
    wishes = Wishes(
        target="incme",
        drop=("agee",),
        kinds={"sx": "categorical"},
        missing={"dya": ("0",)},
        group="grup",
        time="tiem",
    )
    faults = wishes.faults(NAMES, "a.csv")
    assert [fault.column for fault in faults] == ["incme", "agee", "sx", "dya", "grup", "tiem"]
    assert [fault.near for fault in faults][:4] == ["income", "age", "sex", "day"]


def test_a_column_of_two_uses_is_a_fault_said_once():
    [fault] = Wishes(target="income", drop=("income",)).faults(NAMES, "a")
    assert "found target= and drop=" in str(fault)
    [fault] = Wishes(target="income", group="day", time="day").faults(NAMES, "a")
    assert "found group= and time=" in str(fault)


def test_right_names_are_no_fault():
    wishes = Wishes(target="income", drop=("age",), group="sex", time="day", missing=("?",))
    assert wishes.faults(NAMES, "a") == []


def test_source_without_columns_is_one_fault():
    [fault] = Wishes(target="y", drop=("a",)).faults([], "DataFrame")
    assert str(fault).startswith("DataFrame: expected rows and columns, found no column.")
    assert "Columns:" not in str(fault)


def test_columns_are_asked_for_by_place_wherever_one_is():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": np.repeat(np.arange(30), 2),
            "noise": rng.normal(size=60),
            "a": rng.normal(size=60),
            "w": rng.uniform(1, 2, 60),
            "day": pd.date_range("2024-01-01", periods=60),
            "y": np.tile(["n", "y"], 30),
        }
    )
    named = {"drop": ("noise",), "group": "id", "weight": "w", "time": "day", "target": "y"}
    placed = {"drop": (1,), "group": 0, "weight": -3, "time": 4, "target": -1}
    one, other = (ff.Collect(frame, **said).run(ff.Session()) for said in (named, placed))
    assert one.schema == other.schema
    assert ff.Collect.from_settings('{"source": "a.csv", "drop": [1], "group": 0}').group == 0
    with pytest.raises(FivefoldError, match="expected weight= to be the place of one of 6 columns"):
        ff.Pipeline([ff.Collect(frame, target="y", weight=6), ff.Preprocess()]).check()


def test_places_of_a_table_of_steps_are_those_of_its_own_columns():
    rng = np.random.default_rng(0)
    ids, steps = np.repeat(np.arange(12), 30), np.tile(np.arange(30), 12)
    told = {"id": ids, "step": steps, "a": rng.normal(size=360), "b": rng.normal(size=360)}
    frame = pd.DataFrame({**told, "y": np.repeat(["n", "y"] * 6, 30)})
    named = {"series_id": "id", "step": "step", "target": "y", "drop": ("b",)}
    placed = {"series_id": 0, "step": 1, "target": 4, "drop": ("b",)}
    for one, other in (
        ({**named, "drop": ()}, {**placed, "drop": ()}),
        (
            {"series_id": "id", "time": "step", "target": "a", "past": ("b",), "horizon": 2},
            {"series_id": 0, "time": 1, "target": 2, "past": (-2,), "horizon": 2},
        ),
    ):
        kept = [ff.Collect(frame, **said).run(ff.Session()) for said in (one, other)]
        assert kept[0].schema == kept[1].schema
        assert len(kept[0].table) == len(kept[1].table)
