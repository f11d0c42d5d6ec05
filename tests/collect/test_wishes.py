import pytest

from fivefold.collect.wishes import Wishes
from fivefold.errors import DataError

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
