"""Files on a server of this machine, in archives there and here; none is kept on the disk."""

import gzip
import io
import os
import shutil
import socket
import subprocess
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import fivefold as ff
from fivefold.errors import DataError, PreflightError
from fivefold.reading.options import Reading
from fivefold.reading.remote import check_remote
from fivefold.reading.source import check_source, read

pytestmark = [pytest.mark.unrehearsed, pytest.mark.few_trees]

FRAME = pd.DataFrame({"x": range(60), "c": ["u", "v", "w"] * 20, "y": list("ab") * 30})
CSV = FRAME.to_csv(index=False).encode()
AUTH = "Basic YW5uOmEvYg=="  # ann:a/b


def packed() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("set/LICENSE", "CC BY 4.0\n\nYou may share it.\n")
        for part in range(3):
            archive.writestr(f"set/day/{part}.csv", FRAME[part::3].to_csv(index=False))
        archive.writestr("set/all.csv", CSV)
    return stream.getvalue()


def taped() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        info = tarfile.TarInfo("rows.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV))
    return stream.getvalue()


class Answers(BaseHTTPRequestHandler):
    asked: "list[tuple[str, str | None]]" = []  # noqa: RUF012 (of the class)

    def do_GET(self):
        path = self.path.partition("?")[0]
        self.asked.append((self.path, self.headers.get("Authorization")))
        busy = path == "/busy.csv" and sum(p == self.path for p, _ in self.asked) == 1
        if busy:
            return self.answer(503, b"", {"Retry-After": "0"})
        if path == "/closed.csv" and self.headers.get("Authorization") != AUTH:
            return self.answer(401, b"")
        if path == "/moved.csv":
            there = f"http://127.0.0.2:{self.server.server_address[1]}/rows.csv"
            return self.answer(302, b"", {"Location": there})
        if path == "/short.csv":
            return self.answer(200, CSV[:99], {"Content-Length": "999"})
        bodies = {
            "/rows.csv": CSV,
            "/rows.csv.gz": gzip.compress(CSV),
            "/busy.csv": CSV,
            "/closed.csv": CSV,
            "/set.zip": packed(),
            "/rows.tar.gz": taped(),
            "/export": CSV,
        }
        if path not in bodies:
            return self.answer(404, b"")
        more = {"Content-Type": "text/csv", "Link": '<https://example.org/by>; rel="license"'}
        return self.answer(200, bodies[path], more)

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site():
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Answers)]
    port = servers[0].server_address[1]
    servers.append(ThreadingHTTPServer(("127.0.0.2", port), Answers))
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{port}"
    for server in servers:
        server.shutdown()
        server.server_close()


def cells(raw):
    return {name: list(map(str, raw.column(name).tolist())) for name in raw.columns}


WHOLE = {name: list(map(str, FRAME[name])) for name in FRAME}


@pytest.mark.parametrize(
    "path", ["rows.csv", "rows.csv.gz", "busy.csv", "rows.tar.gz", "export?day=3", "moved.csv"]
)
def test_file_on_the_web_is_read_as_the_file_itself(site, path):
    raw = read(f"{site}/{path}")
    assert cells(raw) == WHOLE
    assert raw.licence == "https://example.org/by"
    assert raw.files[0]["path"] == f"{site}/{path}"


@pytest.mark.parametrize(
    ("inner", "rows"), [("set/all.csv", 60), ("set/day", 60), ("set/day/[01].csv", 40)]
)
def test_part_of_an_archive_is_read_here_and_there(site, tmp_path, inner, rows):
    (tmp_path / "set.zip").write_bytes(packed())
    here = read(f"zip://{inner}::{tmp_path}/set.zip")
    there = read(f"zip://{inner}::{site}/set.zip")
    assert cells(here) == cells(there)
    assert (len(here), here.licence) == (rows, "CC BY 4.0")


def test_several_addresses_are_one_after_another_with_their_parts(site, tmp_path):
    (tmp_path / "rows_test.csv").write_bytes(CSV)
    raw = read([f"{site}/rows.csv", str(tmp_path / "rows_test.csv")])
    assert cells(raw)["x"] == WHOLE["x"] * 2
    assert raw.files[0]["path"] == f"{site}/rows.csv"


def test_password_is_for_its_own_host_alone(site, monkeypatch):
    monkeypatch.setenv("SITE_PASSWORD", "a/b")
    address = site.replace("//", "//ann:env:SITE_PASSWORD@")
    assert cells(read(f"{address}/closed.csv")) == WHOLE
    Answers.asked.clear()
    assert cells(read(f"{address}/moved.csv")) == WHOLE
    assert Answers.asked == [("/moved.csv", AUTH), ("/rows.csv", None)]
    with pytest.raises(DataError, match="401") as caught:
        read(f"{site}/closed.csv")
    assert "env:NAME" in caught.value.remedy


def test_what_cannot_be_had_is_told_in_one_error(site):
    with pytest.raises(DataError, match="the answer 404"):
        read(f"{site}/nothing.csv")
    with pytest.raises(DataError, match="cut off after 99 bytes, 900 before its end"):
        read(f"{site}/short.csv")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{free.getsockname()[1]}/rows.csv"
    with pytest.raises(DataError, match=r"no answer: .*refused"):
        read(gone)
    with pytest.raises(DataError, match=r"set/all\.csv"):
        read(f"zip://set/al.csv::{site}/set.zip")


def test_address_that_nothing_reads_is_refused_before(tmp_path):
    assert "zip://rows.csv::archive.zip" in check_remote("zip://rows.csv")[0].remedy
    assert "set.zip" in str(check_source(f"zip://a.csv::{tmp_path}/set.zip")[0])
    (fault,) = check_source("htps://example.org/a.csv")
    assert isinstance(fault, PreflightError)
    assert "https://" in fault.remedy
    (fault,) = check_source("sftp://host/rows.csv")
    assert "paramiko" in str(fault)


def test_collected_and_answered_by_one_door(site, tmp_path):
    pipeline = ff.Pipeline(
        [
            ff.Collect(f"{site}/rows.csv", target="y"),
            ff.Preprocess(),
            ff.Train("mlp", epochs=1),
            ff.Evaluate(),
            ff.Deploy(tmp_path / "y.ff"),
        ]
    )
    Answers.asked.clear()
    result = ff.Pipeline.from_json(pipeline.to_json()).run(seed=0, progress=False)
    assert len(Answers.asked) == 1
    told = result[ff.Collected].provenance
    assert (told.source, told.licence) == (f"{site}/rows.csv", "https://example.org/by")
    model = ff.load(tmp_path / "y.ff")
    wanted = model.predict(FRAME).tolist()
    assert model.predict(f"{site}/rows.csv.gz").tolist() == wanted
    assert model.predict(f"zip://set/all.csv::{site}/set.zip").tolist() == wanted


def test_pictures_of_another_file_system_are_read_class_by_class():
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    for row in range(6):
        with store.open(f"/signs/{'ab'[row % 2]}/{row}.png", "wb") as file:
            Image.new("RGB", (4, 4), (row, 0, 0)).save(file, "png")
    raw = read("memory://signs")
    assert raw.column("label").tolist() == ["a"] * 3 + ["b"] * 3
    asked = read("memory://signs/a", Reading(inputs=("image",), files=frozenset({"image"})))
    assert len(asked) == 3


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    """A store that speaks S3, in an environment of its own."""
    command = os.environ.get("MOTO_SERVER") or shutil.which("moto_server")
    if command is None:
        pytest.skip("no moto_server: pip install 'moto[server]' elsewhere, and set MOTO_SERVER")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([command, "-p", str(port)], stderr=subprocess.DEVNULL)
    settings = f"?endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"
    yield settings
    server.terminate()
    server.wait()


@pytest.mark.slow
def test_object_store_is_read_by_file_folder_and_pattern(bucket, monkeypatch):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import fs, parquet

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    address = "s3://shop" + bucket.replace(
        "?", "?allow_bucket_creation=true&allow_delayed_open=true&"
    )
    for _ in range(150):
        try:
            store, _ = fs.FileSystem.from_uri(address)
            store.create_dir("shop")
            break
        except OSError:
            time.sleep(0.2)
    for part in range(3):
        table = pa.Table.from_pandas(FRAME[part::3], preserve_index=False)
        with store.open_output_stream(f"shop/day={part}/rows.parquet") as file:
            parquet.write_table(table, file)
    with store.open_output_stream("shop/rows.csv") as file:
        file.write(CSV)
    assert cells(read(f"s3://shop/rows.csv{bucket}")) == WHOLE
    raw = read(f"s3://shop/day=*/*.parquet{bucket}")
    assert sorted(raw.column("x").tolist()) == list(range(60))
    with pytest.raises(DataError, match="a file or folder, found none"):
        read(f"s3://shop/row.csv{bucket}")
    with store.open_output_stream("shop/bad.parquet") as file:
        file.write(b"PAR1 and nothing")
    with pytest.raises(DataError, match="damaged"):
        read(f"s3://shop/bad.parquet{bucket}")
    result = ff.Pipeline(
        [
            ff.Collect(f"s3://shop/day=*/*.parquet{bucket}", target="y"),
            ff.Preprocess(),
            ff.Train("mlp", epochs=1),
        ]
    ).run(seed=0, progress=False)
    assert len(result.predict(f"s3://shop/day=*/*.parquet{bucket}")) == 60
    assert result[ff.Collected].provenance.rows == 60
    assert not list(Path.cwd().glob("day=*"))
