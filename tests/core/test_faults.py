"""Many faults as one error."""

import pytest

from fivefold.core.faults import raise_all
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError, DataError, PreflightError


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("epoch", "epochs"), ("lerning_rate", "learning_rate"), ("zzz", ""), ("", "")],
)
def test_nearest_name_is_found_only_when_it_is_near(wanted, found):
    assert nearest(wanted, ["batch", "epochs", "learning_rate"]) == found


def test_nearest_among_no_names_is_empty():
    assert nearest("epochs", []) == ""


def test_raise_all_with_no_faults_does_nothing():
    assert raise_all([]) is None


def test_raise_all_with_one_fault_raises_it_as_it_is():
    fault = DataError("Collect: expected a file, found none.", path="nowhere.csv")
    with pytest.raises(DataError) as caught:
        raise_all([fault])
    assert caught.value is fault


def test_raise_all_with_several_faults_lists_them_all():
    faults = [
        DataError("Collect: expected a file at nowhere.csv, found none."),
        ConfigError("Deploy: expected a new path, found a text file at income.ff."),
    ]
    with pytest.raises(PreflightError) as caught:
        raise_all(faults)
    assert str(caught.value) == (
        "Preflight: expected a run that can succeed, found 2 faults.\n"
        "\n"
        "  1  Collect: expected a file at nowhere.csv, found none.\n"
        "  2  Deploy: expected a new path, found a text file at income.ff.\n"
        "\n"
        "Correct each of them."
    )
    assert caught.value.faults == tuple(faults)


def test_raise_all_keeps_the_remedy_of_each_fault():
    faults = [
        DataError("Collect: expected rows, found none.", remedy="Add rows to a.csv."),
        DataError("Deploy: expected a folder, found none.", remedy="Create models/."),
    ]
    with pytest.raises(PreflightError) as caught:
        raise_all(faults)
    assert "Add rows to a.csv." in str(caught.value)
    assert "Create models/." in str(caught.value)


def test_raise_all_indents_faults_of_several_lines_under_their_number():
    faults = [
        DataError("Collect: expected rows, found none.", remedy="Add rows."),
        DataError("Deploy: expected a folder, found none.", remedy="Create it."),
    ]
    with pytest.raises(PreflightError) as caught:
        raise_all(faults)
    listed = str(caught.value).splitlines()
    assert [line for line in listed if line.strip() == "Add rows."] == ["     Add rows."]
    assert [line for line in listed if line.strip() == "Create it."] == ["     Create it."]
