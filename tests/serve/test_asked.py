import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import ConfigError, RequestError
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw
from fivefold.serve.asked import Answered, ask, stream
from fivefold.serve.requests import reading_of
from fivefold.serve.writers import writer_of


class Doubler:
    """Answers `yes` where x is above 1, by the rows as they come."""

    task, steps = "binary", None
    classes = ("no", "yes")
    schema = Schema(
        columns=(
            Column(name="x", kind="numeric"),
            Column(name="y", kind="categorical", role="target"),
        ),
        targets=("y",),
        task="binary",
        classes=("no", "yes"),
    )

    contract = SimpleNamespace(text={})
    conformal = None

    def __init__(self) -> None:
        self.batches: list[int] = []

    def reading(self, root: str | None = None, *, keep: tuple[str, ...] = ()) -> Reading:
        return reading_of(self.schema, root=root, keep=keep)

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


def answers(sink: io.StringIO) -> list[object]:
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def written(suffix: str, model: Doubler, asked: Iterable[Answered]) -> io.StringIO:
    sink = io.StringIO()
    with writer_of(suffix, sink, model) as writer:
        for piece in asked:
            writer.write(piece)
    return sink


def test_ask_csv_puts_the_columns_asked_for_first_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('id,x,z\n"a,1",0.50,007\nb,2,\n')
    asked = list(ask(Doubler(), path, columns=["z", "id"]))
    assert written(".csv", Doubler(), asked).getvalue().splitlines() == [
        "z,id,prediction,probability of no,probability of yes",
        '007,"a,1",no,0.75,0.25',
        ",b,yes,0.25,0.75",
    ]
    every = written(".csv", Doubler(), ask(Doubler(), path, columns=["*"])).getvalue()
    assert every.startswith("id,x,z,prediction,")
    alone = written(".csv", Doubler(), ask(Doubler(), path)).getvalue()
    assert alone.splitlines()[1] == "no,0.75,0.25"


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (["idd"], "expected columns of rows.csv, found 'idd'"),
        (["prediction"], "found `prediction`"),
        (["probability of no"], "found `probability of no`"),
        (["id", "id"], "expected each column once, found `id` more than once"),
        (["*"], "found `prediction`"),
    ],
)
def test_ask_columns_that_cannot_be_carried_are_refused(tmp_path: Path, columns, told) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,x,prediction\na,1,2\n")
    with pytest.raises(ConfigError, match=f"^--columns: .*{told}"):
        list(ask(Doubler(), path, columns=columns))


def test_ask_large_file_is_answered_piece_by_piece(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("fivefold.serve.asked.ROWS", 40)
    path = tmp_path / "rows.csv"
    path.write_text("x\n" + "".join(f"{row % 3}\n" for row in range(100)))
    model = Doubler()
    sink = written(".csv", model, ask(model, path))
    assert model.batches == [40, 40, 20]
    lines = sink.getvalue().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [
        ("no", "no", "yes")[r % 3] for r in range(100)
    ]


def test_ask_json_lines_carries_values_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"x": 2, "pixels": [[1, 2]]}\n{"x": 0, "pixels": [[3.5, 4]], "id": true}\n')
    asked = list(ask(Doubler(), path, columns=["id", "pixels"]))
    assert answers(written(".jsonl", Doubler(), asked)) == [
        {"id": None, "pixels": [[1, 2]], **YES},
        {"id": True, "pixels": [[3.5, 4]], **NO},
    ]
    rows = list(csv.reader(io.StringIO(written(".csv", Doubler(), asked).getvalue())))
    assert [row[:3] for row in rows[1:]] == [["", "[[1, 2]]", "yes"], ["True", "[[3.5, 4]]", "no"]]


def test_ask_folder_of_pictures_asks_for_each_file(tmp_path: Path) -> None:
    class Counter(Doubler):
        def scores(self, data: object, *, complete: bool = False) -> np.ndarray:
            return np.tile(np.array([[0.25, 0.75]], dtype=np.float32), (len(data), 1))

    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).touch()
    told = answers(written(".jsonl", Doubler(), ask(Counter(), tmp_path)))
    assert [Path(row.pop("file")).name for row in told] == ["a.JPG", "b.png"]
    assert told == [YES, YES]


def stream_all(model: Doubler, pipe: Pipe, sink: io.StringIO, **options: object) -> None:
    with writer_of(".jsonl", sink, model) as writer:
        for piece in stream(model, pipe, **options):
            writer.write(piece)


def test_stream_answers_what_has_come_and_waits_for_whole_lines() -> None:
    model, sink = Doubler(), io.StringIO()
    pipe = Pipe(b'{"x": 0}\n{"x"', b': 2}\n\n{"x": 3}\n{"x": 0}\n', b'{"x": 5}')
    stream_all(model, pipe, sink)
    assert model.batches == [1, 3, 1]
    assert answers(sink) == [NO, YES, YES, NO, YES]


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
        stream_all(Doubler(), pipe(text), sink)
    assert caught.value.line == 4
    assert "row 0" not in str(caught.value)
    assert answers(sink) == [NO, YES]


def test_stream_carries_keys_and_names_the_line_that_lacks_one() -> None:
    sink = io.StringIO()
    text = b'{"x": 0, "id": 1.50}\n{"x": 2, "id": null}\n{"x": 2}\n'
    with pytest.raises(RequestError, match=r"^Stream, line 3: expected a column 'id'"):
        stream_all(Doubler(), Pipe(text), sink, columns=["id"])
    assert answers(sink) == [{"id": 1.5, **NO}, {"id": None, **YES}]


def test_stream_wants_the_names_of_columns() -> None:
    with pytest.raises(ConfigError, match="expected names of columns for a stream"):
        next(stream(Doubler(), Pipe(b'{"x": 0}'), columns=["*"]))


def test_stream_to_csv_without_rows_has_the_header() -> None:
    sink = written(".csv", Doubler(), stream(Doubler(), Pipe(), columns=["id"]))
    assert sink.getvalue() == "id,prediction,probability of no,probability of yes\n"


def test_stream_nothing_in_gives_nothing_out() -> None:
    sink = io.StringIO()
    stream_all(Doubler(), Pipe(), sink)
    assert sink.getvalue() == ""
