"""A copy of what OpenML answers for set 61, by scikit-learn's own tests, on a loopback server."""

import gzip
import importlib.resources
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from sklearn.datasets import load_iris

import fivefold as ff
from fivefold.errors import DataError
from fivefold.reading import openml
from fivefold.reading.source import read

FILES = importlib.resources.files("sklearn.datasets.tests.data.openml.id_61")


def copied(name: str) -> bytes:
    return gzip.decompress(FILES.joinpath(name).read_bytes())


class Answers(BaseHTTPRequestHandler):
    damaged = False

    def do_GET(self):
        about = json.loads(copied("api-v1-jd-61.json.gz"))
        rows = copied("data-v1-dl-61.arff.gz")
        about["data_set_description"] |= {"file_id": "7", "ignore_attribute": "sepalwidth"}
        about["data_set_description"]["md5_checksum"] = "0" * 32 if self.damaged else ""
        known = {
            "/api/v1/json/data/61": json.dumps(about).encode(),
            "/data/v1/download/7": rows,
            "/api/v1/json/data/list/data_name/iris/status/active": json.dumps(
                {"data": {"dataset": [{"did": 969, "version": 3}, {"did": 61, "version": 1}]}}
            ).encode(),
        }
        body = known.get(self.path, b"")
        self.send_response(200 if body else 412)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    made = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setattr(openml, "SERVER", f"http://127.0.0.1:{made.server_address[1]}")
    monkeypatch.setattr(Answers, "damaged", False)
    yield
    made.shutdown()
    made.server_close()


@pytest.mark.parametrize("name", ["openml:61", "openml:iris"])
def test_set_is_read_with_its_target_and_licence(server, name):
    raw = read(name)
    assert (raw.target, raw.licence) == ("class", "Public")
    assert "sepalwidth" not in raw.columns
    lengths = raw.column("petallength").astype(float)
    assert set(lengths) <= set(np.round(load_iris().data[:, 2], 1))
    assert raw.files[0]["path"] == "openml:61"


def test_set_is_collected_without_a_word_more(server):
    collected = ff.Pipeline([ff.Collect("openml:61")]).run(seed=0, progress=False)[ff.Collected]
    assert collected.schema.targets == ("class",)
    told = collected.provenance
    assert (told.source, told.licence, told.rows) == ("openml:61", "Public", len(collected.table))


def test_set_that_is_not_there_or_not_whole_is_refused(server, monkeypatch):
    with pytest.raises(DataError, match="a data set of that name"):
        read("openml:isir")
    monkeypatch.setattr(Answers, "damaged", True)
    with pytest.raises(DataError, match="MD5"):
        read("openml:61")
    monkeypatch.setattr(openml, "SERVER", "http://127.0.0.1:9")
    with pytest.raises(DataError, match=r"openml:61: .* no answer"):
        read("openml:61")
