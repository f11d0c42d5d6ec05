"""Stores of Google and of Azure, where something that speaks as they do is installed."""

import io
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import DataError
from fivefold.reading.source import read

FRAME = pd.DataFrame({"x": range(60), "c": ["u", "v", "w"] * 20, "y": list("ab") * 30})
KEY = (  # of the account that every emulator of Azure has
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
Put = Callable[[str, bytes], None]


def started(variable: str, program: str, install: str, words: list[str]) -> Iterator[int]:
    """An emulator on a free port, until the tests are through."""
    command = os.environ.get(variable) or shutil.which(program)
    if command is None:
        pytest.skip(f"no {program}: {install} elsewhere, and set {variable}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    silent = subprocess.DEVNULL
    server = subprocess.Popen([command, *words, str(port)], stdout=silent, stderr=silent)
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield port
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def google() -> Iterator[tuple[str, str, Put]]:
    words = ["start", "--host", "127.0.0.1", "--in-memory", "--port"]
    install = "pip install gcp-storage-emulator"
    for port in started("GCS_EMULATOR", "gcp-storage-emulator", install, words):

        def post(path: str, content: bytes, form: str, port: int = port) -> None:
            headers = {"Content-Type": form}
            there = f"http://127.0.0.1:{port}{path}"
            urllib.request.urlopen(urllib.request.Request(there, content, headers), timeout=9)

        def put(path: str, content: bytes) -> None:
            post(
                f"/upload/storage/v1/b/shop/o?uploadType=media&name={quote(path, '')}",
                content,
                "text/plain",
            )

        post("/storage/v1/b?project=p", json.dumps({"name": "shop"}).encode(), "application/json")
        settings = f"?endpoint_override=127.0.0.1:{port}&scheme=http&retry_limit_seconds=5"
        yield "gs://anonymous@shop/", settings, put


@pytest.fixture(scope="module")
def azure() -> Iterator[tuple[str, str, Put]]:
    words = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--blobPort"]
    for port in started("AZURITE_BLOB", "azurite-blob", "npm install azurite", words):
        from pyarrow import fs

        settings = f"?blob_storage_authority=127.0.0.1:{port}&enable_tls=false"
        settings += f"&dfs_storage_authority=127.0.0.1:{port}"
        store = fs.AzureFileSystem(
            "devstoreaccount1",
            account_key=KEY,
            blob_storage_authority=f"127.0.0.1:{port}",
            dfs_storage_authority=f"127.0.0.1:{port}",
            blob_storage_scheme="http",
            dfs_storage_scheme="http",
        )
        store.create_dir("shop", recursive=False)

        def put(path: str, content: bytes, store: fs.AzureFileSystem = store) -> None:
            with store.open_output_stream(f"shop/{path}") as file:
                file.write(content)

        yield "abfs://devstoreaccount1:env:SHOP_KEY@shop/", settings, put


def parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("which", ["google", "azure"])
def test_store_is_read_collected_and_answered(which, request, monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_KEY", KEY)
    place, settings, put = request.getfixturevalue(which)
    put("rows.csv", FRAME.to_csv(index=False).encode())
    for part in range(3):
        put(f"day={part}/rows.parquet", parquet(FRAME[part::3]))
    put("bad.parquet", b"PAR1 and nothing")
    raw = read(f"{place}rows.csv{settings}")
    assert {n: raw.column(n).tolist() for n in raw.columns} == FRAME.astype(str).to_dict("list")
    collect = ff.Collect(f"{place}day=*/*.parquet{settings}", target="y")
    stages = [collect, ff.Preprocess(), ff.Train("mlp", epochs=1)]
    result = ff.Pipeline(stages).run(seed=0, progress=False, directory=tmp_path / "run")
    assert sorted(result[ff.Collected].table.column("x").tolist()) == list(range(60))
    assert result[ff.Collected].schema["day"].kind == "numeric"
    assert len(result.predict(f"{place}day=*/*.parquet{settings}")) == 60
    written = b"".join(p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file())
    assert KEY.encode() not in written
    with pytest.raises(DataError, match=r"bad\.parquet: expected a Parquet file"):
        read(f"{place}bad.parquet{settings}")
    for wrong in (f"{place}row.csv", f"{place.replace('shop/', 'none/')}rows.csv"):
        with pytest.raises(DataError, match="expected a file or folder, found none"):
            read(f"{wrong}{settings}")


@pytest.mark.slow
@pytest.mark.parametrize("key", ["d3Jvbmcga2V5", "no base64/@"])
def test_wrong_key_of_azure_is_refused_and_not_shown(azure, monkeypatch, key):
    place, settings, _ = azure
    monkeypatch.setenv("SHOP_KEY", key)
    with pytest.raises(DataError, match=r"SHOP_KEY@shop/rows\.csv.*fetched, found none") as caught:
        read(f"{place}rows.csv{settings}")
    assert key not in str(caught.value)
    assert quote(key, "") not in str(caught.value)


@pytest.mark.slow
def test_azure_without_a_key_is_refused_and_takes_that_of_the_environment(azure, monkeypatch):
    _, settings, put = azure
    put("few.csv", FRAME.to_csv(index=False).encode())
    for place in ("abfs://devstoreaccount1@shop/", "abfs://devstoreaccount1@shop/few.csv"):
        with pytest.raises(DataError, match="fetched, found none"):  # pyarrow ends the process
            read(f"{place}{settings}")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
    monkeypatch.setenv("AZURE_STORAGE_KEY", KEY)
    assert len(read(f"abfs://shop/few.csv{settings}")) == 60
