"""SQLAlchemy is tried with a database that Python brings; a server of PostgreSQL where one is."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import fivefold as ff
from fivefold.errors import DataError, PreflightError
from fivefold.reading import databases
from fivefold.reading.databases import is_ordered
from fivefold.reading.options import Reading
from fivefold.reading.source import check_source, pieces, read

pytest.importorskip("sqlalchemy", reason="it comes with optuna")


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "shop.db"
    made = sqlite3.connect(path)
    made.execute("create table t (id integer, size real, colour text)")
    made.executemany("insert into t values (?, ?, ?)", [(n, n / 4, "rb"[n % 2]) for n in range(50)])
    made.commit()
    made.close()
    return f"sqlite+pysqlite:///{path}"


def test_query_goes_through_sqlalchemy_with_values_that_are_bound(base):
    query = "select id, ':id' as note, colour from t where id > :low and colour = :c order by id"
    asked = ff.Query(base, query, {"low": 44, "c": "b"})
    raw = read(asked)
    assert raw.column("id").tolist() == [45, 47, 49]
    assert raw.column("note").tolist() == [":id"] * 3
    assert raw.findings == ()
    straight = read(ff.Query(base.replace("+pysqlite", ""), query, {"low": 44, "c": "b"}))
    assert raw.column("colour").tolist() == straight.column("colour").tolist()


def test_rows_come_in_pieces(base):
    found = list(pieces(ff.Query(base, "t"), Reading(inputs=("id",)), 20))
    assert [len(piece) for piece in found] == [20, 20, 10]
    assert [finding.code for finding in found[0].findings] == ["rows_unordered"]


def test_order_is_sought_outside_of_texts_and_comments():
    assert is_ordered("select * from t\nOrder By id")
    assert not is_ordered("select 'order by' from t -- order by id")


def test_wrong_query_is_told_in_the_words_of_the_database(base):
    with pytest.raises(DataError, match="no such column: none_such"):
        read(ff.Query(base, "select none_such from t"))


def test_database_without_its_driver_is_refused_before_it_is_asked(monkeypatch):
    monkeypatch.setattr(databases, "_is_there", lambda module: False)
    (fault,) = check_source("postgresql://ann@127.0.0.1:9/shop")
    assert isinstance(fault, PreflightError)
    assert fault.package == "psycopg"
    with pytest.raises(PreflightError, match="dialects:other"):
        read(ff.Query("other+driver://host/shop", "t"))


PORT = 54_329


@pytest.fixture(scope="module")
def server():
    """A server of PostgreSQL on this machine, as Debian has it."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not homes:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    if not any(map(databases._is_there, ("psycopg", "psycopg2", "pg8000"))):
        pytest.skip("no driver of PostgreSQL here: pip install psycopg[binary]")
    folder = Path(tempfile.mkdtemp(prefix="fivefold-pg-"))  # which another user may enter
    words = ["env", f"--chdir={folder}"]
    if os.getuid() == 0:  # it does not run as root
        shutil.chown(folder, "postgres")
        words = ["runuser", "-u", "postgres", "--", *words]
    binaries, data = homes[-1].parent, folder / "data"
    (folder / "pw").write_text("s3cret")

    def run(*command):
        done = subprocess.run([*words, *map(str, command)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()

    run(
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "ann",
        "-A",
        "scram-sha-256",
        "--pwfile",
        folder / "pw",
    )
    options = f"-p {PORT} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    yield f"postgresql://ann:env:SHOP_PASSWORD@127.0.0.1:{PORT}/postgres"
    run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def fill(address):
    import sqlalchemy as sa

    os.environ["SHOP_PASSWORD"] = "s3cret"
    engine = sa.create_engine(databases._url(ff.Query(address)))
    with engine.begin() as made:
        made.execute(sa.text("drop table if exists t"))
        made.execute(
            sa.text(
                "create table t (id int, price numeric(8, 2), paid boolean, day date, "
                "at timestamp, note text, size float8)"
            )
        )
        made.execute(sa.text("create sequence if not exists numbers"))
        made.execute(
            sa.text(
                "insert into t select n, n * 1.1, n % 3 = 0, date '2026-01-01' + n, "
                "timestamp '2026-01-01' + n * interval '1 hour', case when n % 5 = 0 then null "
                "else 'note ' || n % 4 end, n / 7.0 from generate_series(1, 300) n"
            )
        )
    engine.dispose()


@pytest.mark.slow
def test_postgresql_is_read_alone_and_its_rows_are_collected(server, monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret")
    fill(server)
    query = "select * from t where id > :low and at::date >= cast(:day as date) order by id"
    asked = ff.Query(server, query, {"low": 100, "day": "2026-01-03"})
    raw = read(asked)
    assert len(raw) == 200
    assert raw.column("paid").tolist()[:2] == [False, True]
    assert [str(cell) for cell in raw.column("price")[:2]] == ["111.10", "112.20"]
    with pytest.raises(DataError, match="read-only"):
        read(ff.Query(server, "select nextval('numbers') as n"))
    with pytest.raises(DataError, match=r'read-only|near "delete"'):  # by ADBC, by a cursor
        read(ff.Query(server, "delete from t returning id"))
    with pytest.raises(DataError, match='relation "nothing" does not exist'):
        read(ff.Query(server, "nothing"))
    collect = ff.Collect(server, query=query, parameters=asked.parameters, target="paid")
    result = ff.Pipeline(
        [
            collect,
            ff.Preprocess(),
            ff.Train("mlp", epochs=1),
            ff.Evaluate(),
            ff.Deploy(tmp_path / "t.ff"),
        ]
    ).run(seed=0, progress=False, directory=tmp_path / "run")
    kinds = {column.name: column.kind for column in result[ff.Collected].schema.columns}
    assert (kinds["day"], kinds["note"], kinds["size"]) == ("datetime", "categorical", "numeric")
    assert len(ff.load(tmp_path / "t.ff").predict(ff.Query(server, "t"))) == 300
    written = b"".join(p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file())
    assert b"s3cret" not in written
    assert result[ff.Collected].provenance.query == query


@pytest.mark.slow
def test_postgresql_that_refuses_or_is_gone_shows_no_password(server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "wr0ng/@")
    gone, odd = (server.replace(str(PORT), port) for port in ("9", "port"))
    nowhere = server.replace("127.0.0.1", "no.host.invalid")
    for address in (server, gone, odd, nowhere, f"{server}?no_such=1"):
        with pytest.raises(DataError, match="that answers") as caught:
            read(ff.Query(address, "t"))
        assert "wr0ng" not in str(caught.value)


@pytest.mark.slow
@pytest.mark.skipif(
    not databases._is_there("adbc_driver_postgresql"), reason="pip install adbc-driver-postgresql"
)
def test_adbc_and_sqlalchemy_give_the_same_cells(server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret")
    fill(server)
    asked = ff.Query(server, "select * from t where id > :low order by id", {"low": 30})
    one = read(asked)
    monkeypatch.setattr(databases, "ADBC", {})
    other = read(asked)
    for name in one.columns:
        assert list(map(str, one.column(name))) == list(map(str, other.column(name))), name
    monkeypatch.undo()
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret")
    with pytest.raises(DataError, match="read-only"):
        read(ff.Query(server, "select nextval('numbers') as n"))
    with pytest.raises(DataError, match=r'read-only|near "delete"'):  # by ADBC, by a cursor
        read(ff.Query(server, "delete from t returning id"))
    assert sys.modules["adbc_driver_postgresql"]
