"""A server of MySQL or MariaDB, where one is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import fivefold as ff
from fivefold.errors import DataError, PreflightError
from fivefold.reading import databases
from fivefold.reading.source import check_source, read

PASSWORD = "s3/cr@t#"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server on this machine, as Debian has it."""
    pytest.importorskip("sqlalchemy", reason="pip install sqlalchemy")
    pytest.importorskip("pymysql", reason="pip install pymysql")
    programs = [shutil.which(name) for name in ("mariadb-install-db", "mariadbd", "mariadb")]
    if None in programs:
        pytest.skip("no MariaDB here: apt-get install mariadb-server")
    make, serve, ask = map(str, programs)
    folder = Path(tempfile.mkdtemp(prefix="fivefold-my-"))  # which another user may enter
    user = []
    if os.getuid() == 0:  # it does not run as root
        shutil.chown(folder, "mysql")
        user = ["--user=mysql"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    plain = ["--no-defaults", *user, f"--datadir={folder}/data"]
    normal = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([make, *plain, *normal], capture_output=True, check=True)
    there = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/s"]
    running = subprocess.Popen(
        [serve, *plain, *there, "--innodb-flush-log-at-trx-commit=0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    made = (
        f"create database shop; create user ann@'127.0.0.1' identified by '{PASSWORD}'; "
        "grant all on shop.* to ann@'127.0.0.1'"
    )
    words = [ask, "--no-defaults", f"--socket={folder}/s", "-uroot", "-e", made]
    for _ in range(150):
        if subprocess.run(words, capture_output=True, check=False).returncode == 0:
            break
        time.sleep(0.2)
    yield f"mysql://ann:env:SHOP_PASSWORD@127.0.0.1:{port}/shop"
    running.terminate()
    running.wait()
    shutil.rmtree(folder, ignore_errors=True)


def fill(address: str) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(databases._url(ff.Query(address)))
    create = (
        "create table `order` (id int, price decimal(8, 2), paid boolean, day date, at datetime, "
        "note varchar(40), size double, `group` int)"
    )
    insert = (
        "insert into `order` values (:n, :n * 1.1, :n % 3 = 0, '2026-01-01' + interval :n day, "
        "'2026-01-01' + interval :n hour, :note, :n / 7, :n % 5)"
    )
    rows = [{"n": n, "note": None if n % 5 == 0 else f"50 % ä {n % 4}"} for n in range(1, 301)]
    with engine.begin() as made:
        made.execute(sa.text("drop table if exists `order`"))
        made.execute(sa.text(create))
        made.execute(sa.text(insert), rows)
    engine.dispose()


@pytest.mark.slow
def test_mysql_is_read_alone_and_its_rows_are_collected(server, monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    fill(server)
    query = (
        "select * from `order` where id > :low and note like '50 \\%%' and day >= :day order by id"
    )
    asked = ff.Query(server, query, {"low": 100, "day": "2026-01-03"})
    raw = read(asked)
    assert len(raw) == 160
    assert [str(cell) for cell in raw.column("price")[:2]] == ["111.10", "112.20"]
    assert raw.column("note")[0] == "50 % ä 1"
    assert len(read(ff.Query(server, "order"))) == 300  # a word of SQL, as the name of a table
    for writes in ("delete from `order`", "insert into `order` (id) values (1) returning id"):
        with pytest.raises(DataError, match="READ ONLY"):
            read(ff.Query(server, writes))
    with pytest.raises(DataError, match=r"shop\.nothing' doesn't exist"):
        read(ff.Query(server, "nothing"))
    collect = ff.Collect(server, query="order", target="paid")
    result = ff.Pipeline([collect, ff.Preprocess(), ff.Train("mlp", epochs=1)]).run(
        seed=0, progress=False, directory=tmp_path / "run"
    )
    kinds = {column.name: column.kind for column in result[ff.Collected].schema.columns}
    assert (kinds["day"], kinds["note"], kinds["size"]) == ("datetime", "categorical", "numeric")
    assert len(result.predict(asked)) == 160
    written = b"".join(p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file())
    assert PASSWORD.encode() not in written


@pytest.mark.slow
def test_mysql_that_refuses_or_is_gone_shows_no_password(server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "wr0ng/@")
    port = server.rpartition(":")[2].partition("/")[0]
    gone, odd = server.replace(port, "9"), server.replace(port, "port")
    for address in (server, gone, odd, server.replace("127.0.0.1", "no.host.invalid")):
        with pytest.raises(DataError, match="that answers") as caught:
            read(ff.Query(address, "order"))
        assert "wr0ng" not in str(caught.value)


def test_database_without_a_query_is_refused_before_it_is_asked(monkeypatch):
    monkeypatch.setattr(databases, "_is_there", lambda module: True)
    (fault,) = check_source("mysql://ann@127.0.0.1:9/shop")
    assert isinstance(fault, PreflightError)
    assert "query=" in fault.remedy
