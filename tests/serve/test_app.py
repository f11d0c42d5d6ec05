import json
import socket
import subprocess
import sys
import time
import urllib.request
from typing import Any

import numpy as np
import pytest

from fivefold.deploy.bundle import write_bundle
from fivefold.deploy.package import package
from fivefold.errors import BundleError, PreflightError
from fivefold.serve.contract import contract_of
from fivefold.serve.predictor import load
from fivefold.serve.server import listen, serve
from fivefold.tasks.known import task_of

ROW = {"age": 20, '"quoted"': True, "zip": 10001, "<1H OCEAN": "INLAND"}


@pytest.fixture
def post(ask: Any) -> Any:
    """A function that posts a value to `/predict` of a model."""
    return lambda model, value, **limits: ask(model, "POST", "/predict", limits, json=value)


def test_predict_over_http_is_what_the_predictor_gives(model, post):
    rows = [ROW, {**ROW, "age": None, "zip": "x", "extra": 1}]
    response = post(model, {"instances": rows})
    assert response.status_code == 200
    body = response.json()
    assert body["predictions"] == model.predict(rows).tolist()
    assert body["classes"] == ["<=50K", ">50K"]
    np.testing.assert_array_equal(
        np.array(body["probabilities"], np.float32), model.predict_proba(rows)
    )


@pytest.mark.parametrize(
    ("instances", "row", "column", "found"),
    [
        ([ROW, {**ROW, "age": "thirty"}], 1, "age", "'thirty'"),
        ([{**ROW, "<1H OCEAN": ["a"]}], 0, "<1H OCEAN", "['a']"),
        ([ROW, ROW, {"age": 1}], 2, '"quoted"', "['age']"),
        ([ROW, 5], 1, None, "5"),
        ([ROW, None], 1, None, "None"),
        ([], None, None, "0"),
        ([ROW] * 11, None, None, "11"),
    ],
)
def test_predict_bad_request_names_row_and_column(model, instances, row, column, found, post):
    response = post(model, {"instances": instances}, max_rows=10)
    assert response.status_code == 422
    error = response.json()["error"]
    assert set(error) == {"row", "column", "wanted", "found", "message"}
    assert (error["row"], error["column"], error["found"]) == (row, column, found)
    assert error["wanted"]
    assert error["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"3",
        b"null",
        b"{}",
        b'{"instances": {}}',
        b'{"instances": [{"age": NaN}]}',
        b'{"instances": ' + b"[" * 50_000,
        b'{"instances": [' + b"9" * 5_000 + b"]}",
    ],
)
def test_predict_body_that_is_no_request_gets_422(model, body, ask):
    response = ask(model, "POST", "/predict", content=body)
    assert response.status_code == 422
    assert '{"instances": [' in response.json()["error"]["message"]


def test_predict_column_that_a_row_names_twice_gets_422(model, ask):
    body = b'{"instances": [{"age": 1, "age": 2}]}'
    response = ask(model, "POST", "/predict", content=body)
    assert response.status_code == 422
    assert "found 'age' twice" in response.json()["error"]["message"]


def test_predict_body_beyond_the_limit_gets_413(model, post):
    response = post(model, {"instances": [{**ROW, "zip": "x" * 2000}]}, max_bytes=1000)
    assert response.status_code == 413
    assert "1,000 bytes" in response.json()["error"]["wanted"]


def test_predict_half_a_surrogate_pair_is_quoted_not_a_crash(model, ask):
    body = (
        b'{"instances": [{"age": "\\ud800", "\\"quoted\\"": 1, "zip": 1, "<1H OCEAN": "\\ud800"}]}'
    )
    response = ask(model, "POST", "/predict", content=body)
    assert response.status_code == 422
    assert response.json()["error"]["column"] == "age"
    response = ask(
        model, "POST", "/predict", content=body.replace(b'"age": "\\ud800"', b'"age": 1')
    )
    assert response.status_code == 200


def test_predict_wrong_method_and_path(model, ask):
    wanted = "one of POST /predict, POST /explain, GET /health, GET /schema and GET /"
    for method, path, status in (("GET", "/predict", 405), ("GET", "/no%3Cb%3E", 404)):
        response = ask(model, method, path)
        assert response.status_code == status
        error = response.json()["error"]
        assert [*error] == ["row", "column", "wanted", "found", "message"]
        assert (error["wanted"], error["column"]) == (wanted, None)
        assert error["found"] == f"{method} {path.replace('%3Cb%3E', '<b>')}"
        assert response.headers["content-type"] == "application/json"
    assert ask(model, "GET", "/predict").headers["allow"] == "POST"


def test_health_and_schema(model, ask):
    health = ask(model, "GET", "/health").json()
    assert health == {"status": "ok", "target": "income", "sha256": model.digest}
    schema = ask(model, "GET", "/schema").json()
    assert schema["classes"] == ["<=50K", ">50K"]
    fields = {field["name"]: field for field in schema["inputs"]}
    assert list(fields) == ["age", '"quoted"', "zip", "<1H OCEAN"]
    assert fields["zip"]["categories"] == ["00123", "10001", "7"]
    assert fields["zip"]["policy"]["unseen"]
    assert fields["age"]["missing"] == ["?", "-999"]


def test_schema_examples_are_a_request_that_is_answered(model, ask, post):
    schema = ask(model, "GET", "/schema").json()
    row = {field["name"]: field["example"] for field in schema["inputs"]}
    assert post(model, {"instances": [row]}).status_code == 200


def test_answer_of_a_network_that_gives_nan_is_null(codec, tmp_path, post):
    made = package(
        codec=codec,
        contract=contract_of(codec),
        weights=b"",
        graphs={},
        parity={},
        recipe="{}",
        card="",
    )
    write_bundle(made, tmp_path / "x.ff")
    model = load(tmp_path / "x.ff", factory=lambda *_: lambda blocks: np.array([[np.nan, 1.0]]))
    reply = task_of(model.task).reply(model.scores([ROW]), model.schema)
    assert reply["probabilities"] == [[None, 1.0]]
    assert post(model, {"instances": [ROW]}).json()["probabilities"] == [[None, 1.0]]


def test_page_is_self_contained_and_allows_its_own_scripts_only(model, ask):
    response = ask(model, "GET", "/")
    policy = response.headers["content-security-policy"]
    nonce = policy.split("script-src 'nonce-")[1].split("'")[0]
    assert "default-src 'none'" in policy
    assert response.text.count(f'nonce="{nonce}"') == 3
    assert "http://" not in response.text
    assert "https://" not in response.text
    assert nonce not in ask(model, "GET", "/").text


def test_listen_at_a_port_in_use_says_so():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PreflightError, match=f"127.0.0.1:{port} to be free") as caught:
            listen("127.0.0.1", port)
    assert caught.value.port == port
    assert "port=0" in caught.value.remedy


@pytest.mark.parametrize("port", [-1, 70_000])
def test_listen_at_a_port_that_is_none_says_the_range(port):
    with pytest.raises(PreflightError, match=f"a port from 0 to 65535, found {port}") as caught:
        listen("127.0.0.1", port)
    assert "free," not in str(caught.value)


@pytest.mark.parametrize("host", ["256.1.1.1", "192.0.2.1", "a" * 70, "127.0.0.1:80"])
def test_listen_at_a_host_that_is_not_here_names_the_host(host):
    with pytest.raises(PreflightError, match=f"host '{host}' to be an address") as caught:
        listen(host, 0)
    assert "127.0.0.1" in caught.value.remedy
    assert "port" not in caught.value.remedy


def test_serve_a_damaged_bundle_refuses_before_it_listens(bundle):
    bundle.write_bytes(bundle.read_bytes()[:-5])
    with pytest.raises(BundleError):
        serve(bundle, port=0)


def test_serve_answers_and_stops_at_ctrl_c(bundle):
    code = f"from fivefold.serve.server import serve; serve({str(bundle)!r}, port=0)"
    command = [sys.executable, "-u", "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        address = line.split(" at ")[1].split(" ")[0]
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"{address}health") as response:
                    assert json.load(response)["status"] == "ok"
                break
            except OSError:
                time.sleep(0.1)
        process.send_signal(2)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", int(address.rstrip("/").rsplit(":", 1)[1])))
