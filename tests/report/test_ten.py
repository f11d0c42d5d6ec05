import pandas as pd

from fivefold.report.ten import TEN, Tables, is_filled, unfilled


def test_tables_are_the_ten_first_and_made_once_when_asked_for():
    made = []

    def make():
        made.append(1)
        return pd.DataFrame({"a": [1]})

    tables = Tables({"folds": pd.DataFrame({"b": [2]})}, {"hardware": make})
    assert list(tables) == [*TEN, "folds"]
    assert len(tables) == 11
    assert not made
    assert tables["hardware"] is tables["hardware"]
    assert made == [1]


def test_a_table_that_was_not_made_says_what_fills_it():
    table = Tables({})["tuning_results"]
    assert not is_filled(table)
    assert table["status"][0] == "not measured"
    assert "ff.tune" in table["why"][0]
    assert is_filled(pd.DataFrame({"a": []}))
    assert unfilled("no images", applies=False)["status"][0] == "does not apply"


def test_tables_as_markdown_have_a_heading_each():
    told = Tables({"hardware": pd.DataFrame({"quantity": ["a|b"], "value": [3]})}).to_markdown()
    assert told.count("## ") == len(TEN)
    assert "a\\|b" in told
    assert "Not measured: ff.tune" in told
