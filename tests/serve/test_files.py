import gzip

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fivefold import Collect, Deploy, Pipeline, Preprocess, Train
from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.errors import DataError, RequestError
from fivefold.reading.delimited import open_delimited
from fivefold.reading.options import Reading
from fivefold.serve.predictor import load
from fivefold.serve.requests import read, reading_of


def schema_of(*names: str, kind: str = "text", target: str = "label") -> Schema:
    columns = tuple(
        Column(name=name, kind=kind, role="target" if name == target else "input") for name in names
    )
    return Schema(columns=columns, targets=(target,), task="binary", classes=("ham", "spam"))


TWO = schema_of("a", "b", "label")
HEADERLESS = schema_of("column_0", "column_1", "column_2", target="column_0")


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_delimiter_is_the_one_that_makes_known_names(tmp_path, mark):
    path = tmp_path / "rows.txt"
    path.write_text(f"b{mark}x{mark}a\n1{mark}2{mark}3\n4{mark}5{mark}6\n")
    columns = read(path, TWO)
    assert columns.column("a").tolist() == ["3", "6"]
    assert columns.column("b").tolist() == ["1", "4"]


@pytest.mark.parametrize("header", ["a,b", '"a","b"'])
def test_quoted_cells_hold_delimiters_and_line_breaks(tmp_path, header):
    path = tmp_path / "rows.csv"
    inside = "1,\r\n2" if '"' in header else "1,,\r\n2"  # without, the first reads two ways
    path.write_text(f'{header}\r\n"{inside}","say ""hi"""\r\n', newline="")
    assert read(path, TWO).column("a").tolist() == [inside]
    assert read(path, TWO).column("b").tolist() == ['say "hi"']


def test_quotation_mark_that_never_closes_is_a_letter(tmp_path):
    path = tmp_path / "rows.tsv"
    path.write_text('a\tb\n"oh\tno\nfine\tyes\n')
    assert read(path, TWO).column("a").tolist() == ['"oh', "fine"]
    assert read(path, TWO).column("b").tolist() == ["no", "yes"]


def test_quotation_marks_that_swallow_whole_rows_are_letters(tmp_path):
    path = tmp_path / "rows.tsv"  # read as quoted, this is two rows of the right width
    path.write_text('a\tb\nx\t"oh\ny\tno"\nz\tyes\n')
    assert read(path, TWO).column("b").tolist() == ['"oh', 'no"', "yes"]


def test_unnamed_first_column_of_row_numbers_is_ignored(tmp_path):
    (tmp_path / "pandas.csv").write_text(",a,b\n0,1,2\n1,3,4\n")
    (tmp_path / "r.csv").write_text("a,b\n0,1,2\n1,3,4\n")
    for name in ("pandas.csv", "r.csv"):
        assert read(tmp_path / name, TWO).column("b").tolist() == ["2", "4"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("spam,one,two\nham,three,four\n", ["one", "three"]),
        ("one,two\nthree,four\n", ["one", "three"]),
        ("spam\tone\ttwo\n", ["one"]),
        ("ham\tgo, go\tb\nspam\twin\tx\nham\tno\tz\n", ["go, go", "win", "no"]),
        ("a, b\tc, d\ne\tf\ng\th\n", ["a, b", "e", "g"]),
    ],
)
def test_file_without_header_is_taken_when_training_had_none(tmp_path, text, wanted):
    (tmp_path / "rows.csv").write_text(text)
    assert read(tmp_path / "rows.csv", HEADERLESS).column("column_1").tolist() == wanted


def test_file_without_header_is_refused_when_training_had_one(tmp_path):
    (tmp_path / "rows.csv").write_text("1,2\n3,4\n")
    with pytest.raises(RequestError, match="a first line with the names") as caught:
        read(tmp_path / "rows.csv", TWO)
    assert "a, b" in str(caught.value)


def test_row_with_another_number_of_cells_is_named(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n3\n")
    with pytest.raises(RequestError, match="expected 2 fields, found 1") as caught:
        read(tmp_path / "rows.csv", TWO)
    assert caught.value.row == 1


def test_column_named_twice_is_refused(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b,a\n1,2,3\n")
    with pytest.raises(RequestError, match="more than once"):
        read(tmp_path / "rows.csv", TWO)


def test_header_alone_gives_no_rows(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n")
    assert len(read(tmp_path / "rows.csv", TWO)) == 0


def test_empty_file_is_refused(tmp_path):
    (tmp_path / "rows.csv").write_text("")
    with pytest.raises(RequestError):
        read(tmp_path / "rows.csv", TWO)


def test_one_column_keeps_its_empty_lines(tmp_path):
    (tmp_path / "rows.csv").write_text("a\nx\n\ny\n")
    one = schema_of("a", "label")
    assert read(tmp_path / "rows.csv", one).column("a").tolist() == ["x", None, "y"]


def test_very_long_cell_is_read(tmp_path):
    long = "word " * 100_000
    (tmp_path / "rows.csv").write_text(f"a,b\n{long},1\n")
    assert read(tmp_path / "rows.csv", TWO).column("a").tolist() == [long.strip()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encoding_is_found(tmp_path, encoding):
    (tmp_path / "rows.csv").write_bytes("a,b\ncafé,2\n".encode(encoding))
    assert read(tmp_path / "rows.csv", TWO).column("a").tolist() == ["café"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encoding_is_found(tmp_path, encoding):
    (tmp_path / "rows.csv").write_bytes("a,b\ncafé,2\nx,3\n".encode(encoding))
    assert read(tmp_path / "rows.csv", TWO).column("a").tolist() == ["café", "x"]


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "rows.csv").write_bytes(b"a,b\n1,\0\n" + b"x,y\n" * 9)
    with pytest.raises(RequestError, match="expected text, found zero bytes"):
        read(tmp_path / "rows.csv", TWO)


CYRILLIC = "\n".join(["a;b", "жук, лес;1", "знаю;2", ""])
TOLD = {"encoding": "cp1251", "delimiter": ";"}


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "utf-16"])
def test_encoding_of_the_training_file_is_tried_first(tmp_path, encoding):
    (tmp_path / "rows.csv").write_bytes(CYRILLIC.encode(encoding))
    columns = read(tmp_path / "rows.csv", TWO, reading_of(TWO, TOLD))
    assert columns.column("a").tolist() == ["жук, лес", "знаю"]


def test_encoding_that_overruled_utf8_in_training_does_so_again(tmp_path):
    (tmp_path / "rows.csv").write_bytes("a,b\né,1\n".encode())
    told = {"encoding": "latin-1", "detected": "utf-8"}
    columns = read(tmp_path / "rows.csv", TWO, reading_of(TWO, told))
    assert columns.column("a").tolist() == ["Ã©"]


def test_delimiter_of_the_training_file_is_tried_first(tmp_path):
    (tmp_path / "rows.csv").write_text("a^b\n1,5^2\n")
    reading = reading_of(TWO, {"delimiter": "^"})
    assert read(tmp_path / "rows.csv", TWO, reading).column("a").tolist() == ["1,5"]
    (tmp_path / "rows.csv").write_text("a,b\n1^5,2\n")
    assert read(tmp_path / "rows.csv", TWO, reading).column("a").tolist() == ["1^5"]


def test_json_in_the_encoding_of_the_training_file_is_read(tmp_path):
    for encoding in ("cp1251", "utf-8", "utf-16"):
        (tmp_path / "rows.jsonl").write_bytes('{"a": "да", "b": 1}\n'.encode(encoding))
        reading = reading_of(TWO, {"encoding": "cp1251"})
        assert read(tmp_path / "rows.jsonl", TWO, reading).column("a").tolist() == ["да"]


@settings(max_examples=120, deadline=None)
@example('"a,b","\na,a\na,a\n')
@example('"x\ny",1\n"z",2\n')
@example('x"y"z,"1"\n')
@example("aa,,a\ra,,a")
@given(st.text(st.sampled_from('a"",,\n\n b\r'), min_size=1, max_size=24))
def test_quote_heavy_text_is_read_as_collect_reads_it(body):
    for header in ("c,d\n", '"c","d"\n', "c, d \n"):
        content = (header + body).encode()
        schema = schema_of("c", "d", target="d")
        collected = Reading(delimiter=",", header=True)
        try:
            raw = open_delimited(content, "r.csv", collected).read()
        except DataError:
            with pytest.raises(DataError):
                open_delimited(content, "r.csv", reading_of(schema))
            continue
        found = open_delimited(content, "r.csv", reading_of(schema, raw.text)).read()
        assert {name: values.tolist() for name, values in found.columns.items()} == {
            name: values.tolist() for name, values in raw.columns.items()
        }


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_file_in_another_encoding_is_predicted_as_its_frame(tmp_path, encoding):
    draw = np.random.default_rng(0)
    words = draw.choice(["да", "нет", "ещё"], 120)
    numbers = draw.normal(size=120).round(3)
    labels = [
        ["мало", "много"][int(w == "да" or n > 1)] for w, n in zip(words, numbers, strict=True)
    ]
    rows = "".join(f"{w};{n};{y}\n" for w, n, y in zip(words, numbers, labels, strict=True))
    path = tmp_path / "r.csv"
    path.write_bytes(("слово;x;итог\n" + rows).encode(encoding))
    stages = [
        Collect(path, target="итог", encoding=encoding, delimiter=";"),
        Preprocess(),
        Train(epochs=2, threads=1),
        Deploy(tmp_path / "m.ff"),
    ]
    result = Pipeline(stages).run(seed=0)
    assert result[Collected].provenance["encoding"] == encoding
    model = load(tmp_path / "m.ff")
    assert dict(model.contract.text) == {"encoding": encoding, "delimiter": ";"}
    frame = {"слово": list(words), "x": numbers}
    for predictor in (result, model):
        np.testing.assert_array_equal(predictor.predict_proba(path), predictor.predict_proba(frame))
    (tmp_path / "english.csv").write_bytes(("слово;x\n" + "да;1\n").encode())
    assert len(model.predict(tmp_path / "english.csv")) == 1


def test_gzip_is_unpacked(tmp_path):
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read(tmp_path / "rows.csv.gz", TWO).column("b").tolist() == ["2"]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "x\u2028y", "b": 1}\n\n{"b": 2, "a": "z", "c": 3}\n',
        '[{"a": "x\u2028y", "b": 1}, {"a": "z", "b": 2}]',
        '{"instances": [{"a": "x\u2028y", "b": 1}, {"a": "z", "b": 2}]}',
        '{"a": ["x\u2028y", "z"], "b": [1, 2]}',
    ],
)
def test_json_in_its_shapes_gives_the_same_rows(tmp_path, text):
    (tmp_path / "rows.jsonl").write_text(text, encoding="utf-8")
    columns = read(tmp_path / "rows.jsonl", TWO)
    assert columns.column("a").tolist() == ["x\u2028y", "z"]
    assert columns.column("b").tolist() == ["1", "2"]


def test_json_line_that_is_none_is_named(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"a": 1, "b": 2}\n{"a": \n')
    with pytest.raises(RequestError) as caught:
        read(tmp_path / "rows.jsonl", TWO)
    assert caught.value.row == 1


@pytest.mark.parametrize("name", ["nothing.csv", "rows.parquet", "rows.gz", "rows.what"])
def test_file_that_cannot_be_read_says_why(tmp_path, name):
    (tmp_path / "rows.parquet").write_bytes(b"PAR1")
    (tmp_path / "rows.gz").write_bytes(b"\x1f\x8bnot gzip")
    (tmp_path / "rows.what").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(RequestError) as caught:
        read(tmp_path / name, TWO)
    assert caught.value.remedy


def test_bare_texts_serve_a_model_of_one_column():
    assert read(["x", None], schema_of("a", "label")).column("a").tolist() == ["x", None]


def test_images_come_as_arrays_lists_files_and_folders(tmp_path):
    import numpy as np
    from PIL import Image

    schema = Schema(
        columns=(
            Column(name="image", kind="image"),
            Column(name="y", kind="categorical", role="target"),
        ),
        targets=("y",),
        task="binary",
        classes=("a", "b"),
    )
    stack = np.arange(2 * 4 * 4, dtype=np.uint8).reshape(2, 4, 4)
    for number, image in enumerate(stack):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    paths = sorted(tmp_path.iterdir())
    for data in (stack, stack.tolist(), list(stack), paths, tmp_path, {"image": stack}):
        values = read(data, schema).column("image")
        np.testing.assert_array_equal(np.stack(list(values))[..., 0], stack)
    with pytest.raises(RequestError) as caught:
        read([{"image": str(paths[0])}], schema)  # a text from a stranger is never a path
    assert caught.value.row == 0
