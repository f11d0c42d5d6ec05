import numpy as np
import pytest

import fivefold as ff
from fivefold.artifacts import Collected
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError
from fivefold.partition import Partition
from fivefold.preprocess.clean import Clean, repeated
from fivefold.preprocess.encode import encode_parts
from fivefold.testing import check_stage

CITIES = ["Rome", "ROME", "Rome", "Oslo", "oslo ", "Oslo", "Rome", "rome", "OSLO", "rOME", None]
SCHEMA = Schema(
    columns=(
        Column(name="city", kind="categorical"),
        Column(name="age", kind="numeric"),
        Column(name="note", kind="text"),
        Column(name="n", kind="numeric", role="ignored", reason="row number"),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("No", "no"),
)
NO_ROWS = np.zeros(0, np.int64)
PARTITION = Partition(
    train=np.arange(7), valid=np.array([7, 8]), test=np.array([9, 10]), how="by hand"
)


@pytest.fixture
def collected():
    return collect(CITIES)


def collect(cities, ages=None, **changes):
    rows = len(cities)
    table = Columns(
        {
            "city": objects(cities),
            "age": np.arange(float(rows)) if ages is None else np.array(ages, float),
            "note": objects([f"A  note {n % 2}." for n in range(rows)]),
            "n": np.arange(float(rows)),
            "y": objects(["No", "no"] * (rows // 2) + ["No"] * (rows % 2)),
        }
    )
    usable = np.ones(rows, bool)
    facts = {"given": None, "findings": (), "provenance": {}}
    return Collected(table=table, schema=SCHEMA, usable=usable, **facts | changes)


def test_clean_keeps_the_rules_for_stages(collected):
    check_stage(Clean(), collected, PARTITION)
    check_stage(Clean(bounds={"age": (1, None)}, merge={"city": {"a": "b"}}), collected, PARTITION)


def test_clean_spells_every_part_as_most_training_rows(collected):
    cleaned = Clean().run(collected, PARTITION, Session())
    wanted = [*["Rome"] * 3, *["Oslo"] * 3, "Rome", "Rome", "Oslo", "Rome", None]
    assert cleaned.table.column("city").tolist() == wanted
    for name in ("age", "note", "n", "y"):
        np.testing.assert_array_equal(cleaned.table.column(name), collected.table.column(name))
    assert cleaned.schema == collected.schema
    assert cleaned.unlearnt is None


def test_clean_counts_each_change_by_part(collected):
    told = Clean().run(collected, PARTITION, Session()).cleaning
    names = ("column", "change", "from", "to", "rows_train", "rows_valid", "rows_test")
    assert all(tuple(line) == names for line in told)
    assert {tuple(line.values()) for line in told} == {
        ("city", "case", "ROME", "Rome", 1, 0, 0),
        ("city", "case", "oslo ", "Oslo", 1, 0, 0),
        ("city", "case", "rome", "Rome", 0, 1, 0),
        ("city", "case", "OSLO", "Oslo", 0, 1, 0),
        ("city", "case", "rOME", "Rome", 0, 0, 1),
    }


def test_clean_names_the_first_rule_that_makes_two_texts_one():
    cities = ["New York"] * 60 + ["New  York", "New YORK", "new-york", "Massachusetts", "NYC"]
    cities += ["Massachusetts"] * 60 + ["Massachussetts"]
    whole = Partition(train=np.arange(len(cities)), valid=NO_ROWS, test=NO_ROWS, how="")
    told = Clean(merge={"city": {"NYC": "New York"}}).run(collect(cities), whole, Session())
    assert {line["from"]: line["change"] for line in told.cleaning if line["column"]} == {
        **{"New  York": "blanks", "New YORK": "case", "new-york": "spelling"},
        **{"Massachussetts": "spelling", "NYC": "spelling"},
    }


def test_clean_learns_of_training_rows_alone(collected):
    others = [*CITIES[:7], "ROME", "ROME", "ROME", "ROME"]
    one, other = (
        Clean().run(table, PARTITION, Session()).changes.pack()
        for table in (collected, collect(others))
    )
    assert one == other


def test_clean_leaves_repeated_and_spoilt_rows_out_of_training_alone():
    cities = ["Rome", "ROME"] * 4
    ages = [1, 1, 1, 200, 5, -1, 1, 1]
    table = collect(cities, ages, provenance={})
    parts = Partition(train=np.arange(6), valid=np.array([6]), test=np.array([7]), how="by hand")
    cleaned = Clean(bounds={"age": (0, 150)}).run(table, parts, Session())
    assert np.flatnonzero(cleaned.unlearnt).tolist() == [2, 3, 5]
    assert [tuple(line.values()) for line in cleaned.cleaning if line["change"] != "case"] == [
        ("age", "out of bounds", "", "", 2, 0, 0),
        ("", "repeated", "", "", 1, 0, 0),
    ]
    data = encode_parts(cleaned, parts)
    assert data.train.index.tolist() == [0, 1, 4]
    assert data.valid.index.tolist() == [6]
    assert data.test.index.tolist() == [7]
    kept = Clean(duplicates=False).run(table, parts, Session())
    assert kept.learnt(parts.train) is parts.train


def test_clean_twice_adds_to_what_was_left_out():
    table = collect(["Rome"] * 8, [1, 2, 3, 4, 5, 6, 7, 8])
    parts = PARTITION.replace(train=np.arange(6), valid=np.array([6]), test=np.array([7]))
    once = Clean(bounds={"age": (2, None)}).run(table, parts, Session())
    twice = Clean(bounds={"age": (None, 5)}).run(once, parts, Session())
    assert np.flatnonzero(twice.unlearnt).tolist() == [0, 5]
    assert len(twice.cleaning) == 2
    assert len(twice.changes.steps) == 2


def test_repeated_rows_are_those_of_a_search_row_by_row():
    rng = np.random.default_rng(0)
    table = Columns(
        {
            "a": np.where(rng.random(300) < 0.1, np.nan, rng.integers(0, 4, 300)),
            "b": rng.choice(np.array(["x", "y", None], object), 300),
            "c": rng.integers(0, 3, (300, 1, 1, 1)).astype(np.uint8),
        }
    )
    rows, seen, wanted = rng.permutation(300)[:200], set(), []
    for row in rows:
        cells = tuple(str(table.column(name)[row]) for name in table.names)
        wanted.append(cells in seen)
        seen.add(cells)
    assert repeated(table, list(table.names), rows).tolist() == wanted


def test_an_id_keeps_rows_apart_and_a_row_number_does_not():
    same = ["Rome"] * 4
    table = collect(same, [1, 1, 1, 1])
    parts = PARTITION.replace(train=np.arange(4), valid=NO_ROWS, test=NO_ROWS)
    assert Clean().run(table, parts, Session()).unlearnt.sum() == 2
    ids = table.schema.replace("n", reason="id")
    assert Clean().run(table.replace(schema=ids), parts, Session()).unlearnt is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"columns": ("cty",)}, "columns= to name an input with texts that repeat, found 'cty'"),
        ({"columns": ("y",)}, "found 'y', another one"),
        ({"columns": ("age",)}, "found 'age', another one"),
        ({"merge": {"y": {"no": "No"}}}, "merge= to name an input"),
        ({"bounds": {"ag": (0, 1)}}, "bounds= to name a column of numbers, found 'ag'"),
        ({"bounds": {"city": (0, 1)}}, "found 'city', another one"),
        ({"bounds": {"age": (50, None)}}, "found none of 7"),
    ],
)
def test_clean_refuses_what_it_cannot_do(settings, words, collected):
    with pytest.raises(DataError) as caught:
        Clean(**settings).run(collected, PARTITION, Session())
    assert words in str(caught.value)


def test_bounds_the_wrong_way_round_are_refused():
    with pytest.raises(ConfigError, match="least before the largest"):
        Clean(bounds={"age": (2, 1)})
    with pytest.raises(ConfigError):
        Clean(bounds={"age": (float("nan"), 1)})


def test_settings_come_back_from_a_recipe():
    stage = Clean(("city",), bounds={"age": (0, None)}, merge={"city": {"a": "b"}}, case=False)
    pipeline = ff.Pipeline([ff.Collect("t.csv", target="y"), stage])
    again = ff.Pipeline.from_json(pipeline.to_json())
    assert again["clean"].settings() == stage.settings()


def test_a_run_without_clean_has_no_mask(collected):
    assert collected.learnt(PARTITION.train) is PARTITION.train


def test_cleaned_rows_come_back_from_disk(collected, tmp_path):
    cleaned = Clean(bounds={"age": (2, None)}).run(collected, PARTITION, Session())
    cleaned.save(tmp_path / "cleaned")
    again = Collected.load(tmp_path / "cleaned")
    assert again.cleaning == cleaned.cleaning
    assert again.changes.pack() == cleaned.changes.pack()
    np.testing.assert_array_equal(again.unlearnt, cleaned.unlearnt)
