import contextlib
import sqlite3

import numpy as np
import pytest

import fivefold as ff
from fivefold.errors import DataError, FivefoldError
from fivefold.reading.options import Reading
from fivefold.reading.source import check_source, pieces, read

pytestmark = [pytest.mark.unrehearsed, pytest.mark.few_trees]

ROWS = [(row, row / 4, ["red", "blue", None][row % 3], "ab"[row % 2]) for row in range(60)]


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.db"
    base = sqlite3.connect(path)
    base.execute("create table orders (id integer, size real, colour text, y text)")
    base.execute("create table customers (id integer, name text)")
    base.executemany("insert into orders values (?, ?, ?, ?)", ROWS)
    base.execute("insert into customers values (1, 'ann')")
    base.commit()
    base.close()
    return path


def lists(raw):
    return {name: raw.column(name).tolist() for name in raw.columns}


WHOLE = dict(zip(("id", "size", "colour", "y"), map(list, zip(*ROWS, strict=True)), strict=True))


def test_query_gives_its_rows_with_values_that_are_bound(shop):
    asked = ff.Query(
        shop, "select size, y from orders where id >= :low and y = :y", {"low": 50, "y": "a"}
    )
    assert lists(read(asked)) == {"size": [12.5, 13.0, 13.5, 14.0, 14.5], "y": ["a"] * 5}


@pytest.mark.parametrize("query", ["orders", "select * from orders", "select * from orders;"])
def test_table_is_the_same_by_its_name_and_by_a_query(shop, query):
    assert lists(read(ff.Query(f"sqlite:///{shop}", query))) == WHOLE


def test_table_is_the_one_that_has_the_columns_that_are_asked_for(shop):
    assert lists(read(shop, Reading(names=("colour",)))) == WHOLE
    with pytest.raises(DataError, match="2 tables") as caught:
        read(shop)
    assert caught.value.tables == ("customers", "orders")


def test_pieces_are_the_rows_in_order(shop):
    found = list(pieces(ff.Query(shop, "orders"), Reading(inputs=("id",)), 7))
    assert [len(piece) for piece in found] == [7] * 8 + [4]
    assert np.concatenate([piece.column("id") for piece in found]).tolist() == WHOLE["id"]


def test_value_that_looks_like_a_command_is_a_value(shop):
    text = "x'; drop table orders; --"
    with pytest.raises(DataError, match="expected rows, found none"):
        read(ff.Query(shop, "select * from orders where colour = :c", {"c": text}))
    assert len(read(ff.Query(shop, "orders"))) == 60


@pytest.mark.parametrize(
    "query",
    [
        "delete from orders",
        "insert into customers values (2, 'x')",
        "select none_such from orders",
        "select 1; select 2",
        "drop table orders",
    ],
)
def test_query_that_writes_or_is_wrong_is_refused_and_changes_nothing(shop, query):
    before = shop.read_bytes()
    with pytest.raises(DataError, match="one that is refused"):
        read(ff.Query(shop, query))
    assert shop.read_bytes() == before


def test_unknown_table_says_which_is_near(shop):
    with pytest.raises(DataError) as caught:
        read(ff.Query(shop, "order"))
    assert caught.value.near == "orders"


def test_file_in_an_archive_and_in_write_ahead_mode_is_read(shop, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(shop, "shop.sqlite")
    assert lists(read(tmp_path / "a.zip", Reading(names=("y",)))) == WHOLE
    base = sqlite3.connect(shop)
    base.execute("pragma journal_mode=wal")
    base.execute("insert into orders values (60, 1.0, 'red', 'a')")
    base.commit()  # it stands beside the file, not in it
    assert len(read(ff.Query(shop, "orders"))) == 61
    base.close()


def test_cells_of_damaged_pages_are_told_by_row_and_column(tmp_path):
    path = tmp_path / "long.db"
    base = sqlite3.connect(path)
    base.execute("create table t (n integer, story text)")
    base.executemany("insert into t values (?, ?)", [(n, "x" * 3000) for n in range(40)])
    base.commit()
    base.close()
    content = bytearray(path.read_bytes())
    content[4096 * 12 : 4096 * 13] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(DataError, match="row") as caught:
        read(path)
    alone = sqlite3.connect(path)
    whole = 0
    rows = alone.execute("select * from t")
    with contextlib.suppress(sqlite3.DatabaseError):
        while rows.fetchone():
            whole += 1
    alone.close()
    assert caught.value.rows == (whole,)
    assert caught.value.column in {"n", "story"}


def test_text_that_is_no_text_is_told_by_row_and_column(shop):
    base = sqlite3.connect(shop)
    base.execute("update orders set colour = cast(x'72ff64' as text) where id = 33")
    base.commit()
    base.close()
    with pytest.raises(DataError, match="column `colour`, row 33"):
        read(ff.Query(shop, "orders"))


def test_file_that_is_cut_off_is_damaged(shop):
    shop.write_bytes(shop.read_bytes()[:3000])
    with pytest.raises(DataError, match="damaged"):
        read(ff.Query(shop, "orders"))


def test_faults_are_found_before_anything_is_read(shop):
    faults = check_source(f"sqlite:///{shop.parent}/shap.db")
    assert "shop.db" in str(faults[0])
    pipeline = ff.Pipeline([ff.Collect(str(shop), query="select * from orders", target="why")])
    with pytest.raises(FivefoldError, match="'why'"):
        pipeline.check()
    wrong = ff.Pipeline([ff.Collect(str(shop), query="select size from ordres", target="y")])
    with pytest.raises(FivefoldError, match="no such table"):
        wrong.check()


def test_collected_rows_tell_of_their_query_and_are_answered_by_the_same_door(shop, tmp_path):
    query = "select * from orders where id < :top order by id"
    collect = ff.Collect(f"sqlite:///{shop}", query=query, parameters={"top": 50}, target="y")
    result = ff.Pipeline(
        [
            collect,
            ff.Preprocess(),
            ff.Train("mlp", epochs=1),
            ff.Evaluate(),
            ff.Deploy(tmp_path / "shop.ff"),
        ]
    ).run(seed=0, progress=False)
    told = result[ff.Collected].provenance
    assert (told.source, told.query, told.parameters) == (f"sqlite:///{shop}", query, '{"top": 50}')
    assert (told.rows, len(told.sha256)) == (50, 64)
    assert result[ff.Deployed].parity["source_rows"] > 0
    model = ff.load(tmp_path / "shop.ff")
    asked = ff.Query(shop, "select size, colour, id from orders")
    frame = {name: WHOLE[name] for name in ("size", "colour", "id")}
    assert model.predict(asked).tolist() == model.predict(frame).tolist()
    assert result.predict(shop).tolist() == model.predict(frame).tolist()


def test_rows_that_change_are_not_taken_from_the_cache(shop):
    asked = ff.Collect(str(shop), query="select * from orders where id < 30", target="y")
    before = asked.sources()
    base = sqlite3.connect(shop)
    base.execute("update customers set name = 'bo'")
    base.execute("update orders set size = 0 where id = 40")
    base.commit()
    assert asked.sources() == before
    base.execute("update orders set size = 0 where id = 20")
    base.commit()
    base.close()
    assert asked.sources() != before
