import io
import json
from base64 import b64decode, b64encode
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fivefold.codecs.picture import picture
from fivefold.codecs.steps import series_of
from fivefold.codecs.wav import wav_bytes
from fivefold.errors import RequestError
from fivefold.serve.form import form_as_json

ROW = {"age": "20", '"quoted"': "true", "zip": "10001", "<1H OCEAN": "INLAND"}
SOUNDS = SimpleNamespace(
    fields=[SimpleNamespace(name="clip", kind="audio"), SimpleNamespace(name="note", kind="text")]
)


def form(*parts: tuple[str, bytes], boundary: str = "xx") -> tuple[str, bytes]:
    """Head and body of a form, written by hand."""
    body = b""
    for name, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.b"\r\n'
        body += head.encode() + b"Content-Type: audio/wav\r\n\r\n" + content + b"\r\n"
    return f'multipart/form-data; boundary="{boundary}"', body + f"--{boundary}--\r\n".encode()


def test_form_over_http_is_answered_as_json_is(model: Any, ask: Any):
    wanted = ask(model, "POST", "/predict", json={"instances": [ROW, {**ROW, "age": "70"}]})
    parts = [(name, (None, cell)) for name, cell in ROW.items()] * 2
    parts[4] = ("age", (None, "70"))
    found = ask(model, "POST", "/predict", files=parts)
    assert found.status_code == 200
    assert found.json() == wanted.json()


def test_file_of_a_form_keeps_its_bytes_and_a_text_its_letters():
    content = wav_bytes(np.array([13, 10, 2570, 11565, -1], np.int16), 8000) + b"\r\n--x\r\n\r\n"
    head, body = form(("clip", content), ("note", "é\r\n".encode()))
    [row] = json.loads(form_as_json(head, body, SOUNDS))["instances"]
    assert b64decode(row["clip"]) == content
    assert row["note"] == "é\r\n"


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        (*form(("clip", b"a"), ("clip", b"b"), ("note", b"c")), "2 of 'clip', 1 of 'note'"),
        (*form(), "found none"),
        ("multipart/form-data", b"", "boundary"),
        (form(("clip", b"a"))[0], form(("clip", b"a"))[1][:-6], "without its end"),
        (form()[0], b"--xx\r\nX: y\r\n\r\nz\r\n--xx--", "have names"),
        (*form(("note", b"\xff")), "UTF-8"),
    ],
)
def test_wrong_form_is_refused_with_what_is_wrong(head: str, body: bytes, told: str):
    with pytest.raises(RequestError, match=told):
        form_as_json(head, body, SOUNDS)


def test_wrong_form_over_http_is_a_bad_request(model: Any, ask: Any):
    head, body = form(("age", b"20"))
    for sent in (body, body[:-4], b""):
        headers = {"Content-Type": head}
        found = ask(model, "POST", "/predict", content=sent, headers=headers)
        assert found.status_code == 422
        assert found.json()["error"]["message"]


def test_picture_of_a_form_is_the_cell_that_its_base64_is():
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (9, 7, 3), np.uint8)
    Image.fromarray(pixels).save(stream, "png")
    contract = SimpleNamespace(fields=[SimpleNamespace(name="photo", kind="image")])
    head, body = form(("photo", stream.getvalue()), ("photo", b"no picture"))
    first, second = json.loads(form_as_json(head, body, contract))["instances"]
    assert first["photo"] == b64encode(stream.getvalue()).decode()
    assert np.array_equal(picture(first["photo"]), pixels)
    with pytest.raises(ValueError, match="no image of a known kind"):
        picture(second["photo"])


def test_series_of_a_form_are_texts_or_files_of_numpy():
    contract = SimpleNamespace(fields=[SimpleNamespace(name="wave", kind="series")])
    file = io.BytesIO()
    np.save(file, np.array([[1.5, 2], [3, 4]]))
    for content in (b"x,y\r\n1.5,2\r\n3,4\r\n", b"[[1.5, 2], [3, 4]]", file.getvalue()):
        head, body = form(("wave", content))
        [row] = json.loads(form_as_json(head, body, contract))["instances"]
        assert series_of(row["wave"]).tolist() == [[1.5, 2], [3, 4]]
