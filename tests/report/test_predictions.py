import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import RequestError
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw
from fivefold.report.predictions import ask, spoken, stream, write_csv, write_json_lines
from fivefold.serve.requests import reading_of


class Doubler:
    """Answers `yes` where x is above 1, by the rows as they come."""

    task = "binary"
    classes = ("no", "yes")
    schema = Schema(
        columns=(
            Column(name="x", kind="numeric"),
            Column(name="y", kind="categorical", role="target"),
        ),
        target="y",
        task="binary",
        classes=("no", "yes"),
    )

    contract = SimpleNamespace(text={})

    def __init__(self) -> None:
        self.batches: list[int] = []

    def reading(self, root: str | None = None) -> Reading:
        return reading_of(self.schema, root=root)

    def score_raw(self, raw: Raw, first: int = 0) -> np.ndarray:
        return self.scores({"x": raw.column("x").tolist()})

    def scores(self, data: object, *, complete: bool = False) -> np.ndarray:
        rows = data["x"] if isinstance(data, dict) else [row["x"] for row in data]
        self.batches.append(len(rows))
        if any(value == "bad" for value in rows):
            raise RequestError("Request, row 0, column `x`: expected a number.", row=0, column="x")
        yes = np.array([0.75 if float(value) > 1 else 0.25 for value in rows], dtype=np.float32)
        return np.column_stack([1 - yes, yes])

    def answers(self, scores: np.ndarray) -> np.ndarray:
        return np.array(self.classes, dtype=object)[scores.argmax(axis=1)]


class Pipe:
    """Gives its pieces one a call, as a pipe does with a slow writer."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def read1(self, size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


YES = {"prediction": "yes", "probabilities": {"no": 0.25, "yes": 0.75}}
NO = {"prediction": "no", "probabilities": {"no": 0.75, "yes": 0.25}}


def test_spoken_regression_gives_numbers_alone() -> None:
    class Mean:
        task = "regression"

    assert list(spoken(Mean(), np.array([1.5, 2.0]))) == [{"prediction": 1.5}, {"prediction": 2.0}]


def test_ask_csv_keeps_the_columns_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('id,x\n"a,1",0.5\nb,2\n')
    asked = list(ask(Doubler(), path))
    assert [said for _, said in asked] == [[NO, YES]]
    sink = io.StringIO()
    write_csv(sink, asked)
    assert sink.getvalue().splitlines() == [
        "id,x,prediction,probability of no,probability of yes",
        '"a,1",0.5,no,0.75,0.25',
        "b,2,yes,0.25,0.75",
    ]


def test_ask_large_file_is_answered_piece_by_piece(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("fivefold.report.predictions.ROWS", 40)
    path = tmp_path / "rows.csv"
    path.write_text("x\n" + "".join(f"{row % 3}\n" for row in range(100)))
    model, sink = Doubler(), io.StringIO()
    write_csv(sink, ask(model, path))
    assert model.batches == [40, 40, 20]
    lines = sink.getvalue().splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == [
        ("no", "no", "yes")[r % 3] for r in range(100)
    ]


def test_ask_json_lines_with_lists_leaves_these_out_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"x": 2, "pixels": [[1, 2]]}\n{"x": 0, "pixels": [[3, 4]], "id": "b"}\n')
    sink = io.StringIO()
    write_csv(sink, ask(Doubler(), path))
    assert [line.split(",")[:3] for line in sink.getvalue().splitlines()] == [
        ["x", "id", "prediction"],
        ["2", "", "yes"],
        ["0", "b", "no"],
    ]


def test_ask_folder_of_pictures_asks_for_each_file(tmp_path: Path) -> None:
    class Counter(Doubler):
        def scores(self, data: object, *, complete: bool = False) -> np.ndarray:
            return np.tile(np.array([[0.25, 0.75]], dtype=np.float32), (len(data), 1))

    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).touch()
    [(columns, said)] = ask(Counter(), tmp_path)
    assert [Path(file).name for file in columns["file"]] == ["a.JPG", "b.png"]
    assert said == [YES, YES]


def test_write_json_lines_each_row_is_an_object() -> None:
    sink = io.StringIO()
    write_json_lines(sink, [YES, NO])
    assert [json.loads(line) for line in sink.getvalue().splitlines()] == [YES, NO]


def test_stream_answers_what_has_come_and_waits_for_whole_lines() -> None:
    model, sink = Doubler(), io.StringIO()
    pipe = Pipe(b'{"x": 0}\n{"x"', b': 2}\n\n{"x": 3}\n{"x": 0}\n', b'{"x": 5}')
    assert stream(model, pipe, sink) == 5
    assert model.batches == [1, 3, 1]
    assert [json.loads(line) for line in sink.getvalue().splitlines()] == [NO, YES, YES, NO, YES]


def whole(text: bytes) -> Pipe:
    return Pipe(text)


def by_byte(text: bytes) -> Pipe:
    return Pipe(*(text[i : i + 1] for i in range(len(text))))


@pytest.mark.parametrize("pipe", [whole, by_byte])
@pytest.mark.parametrize("bad", [b"[1]", b"{", b'{"x": "bad"}', b"\xff", b'{"x": 0, "x": 2}'])
@pytest.mark.parametrize("after", [b"", b"\n", b'\n{"x": "bad"}\n{"x": 0}\n'])
def test_stream_fault_has_its_line_and_all_before_is_answered(pipe, bad, after) -> None:
    sink = io.StringIO()
    text = b'{"x": 0}\n\n{"x": 2}\n' + bad + after
    with pytest.raises(RequestError, match=r"^Stream, line 4[:,] .*expected") as caught:
        stream(Doubler(), pipe(text), sink)
    assert caught.value.line == 4
    assert "row 0" not in str(caught.value)
    assert [json.loads(line) for line in sink.getvalue().splitlines()] == [NO, YES]


def test_write_csv_without_rows_has_the_same_columns() -> None:
    full, empty = io.StringIO(), io.StringIO()
    write_csv(full, [({"x": ["1"]}, [YES])], Doubler.classes)
    write_csv(empty, [({"x": []}, [])], Doubler.classes)
    assert empty.getvalue() == full.getvalue().splitlines(keepends=True)[0]


def test_stream_nothing_in_gives_nothing_out() -> None:
    sink = io.StringIO()
    assert stream(Doubler(), Pipe(), sink) == 0
    assert sink.getvalue() == ""
