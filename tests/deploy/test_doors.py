import csv
import json

import numpy as np
import pandas as pd
import pytest

from fivefold.codecs.schema import Column
from fivefold.deploy.doors import write_doors
from fivefold.kinds.known import kind_of
from fivefold.serve.replay import read_frame


def column(kind: str) -> Column:
    return Column(name="c", kind=kind)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("numeric", [1.0, 2.0]),
        ("numeric", [1.0, None]),
        ("numeric", [1.5, 2.0]),
        ("categorical", ["10001", "7"]),
        ("categorical", ["10001", None]),
        ("categorical", ["a", None]),
        ("categorical", ["True", "False"]),
        ("boolean", [1.0, 0.0]),
    ],
)
def test_frame_column_has_the_type_that_pandas_gives_it(kind, values):
    """The values as JSON lines would hold them, read by pandas itself."""
    plain = [json.loads(v) if isinstance(v, str) and v.isdigit() else v for v in values]
    plain = [v == "True" if v in ("True", "False") else v for v in plain]
    plain = [int(v) if isinstance(v, float) and v == int(v) else v for v in plain]
    plain = [bool(v) for v in plain] if kind == "boolean" else plain
    wanted = np.asarray(pd.DataFrame({"c": plain})["c"])
    canonical = np.array(values, object if kind == "categorical" else float)
    found = kind_of(kind).to_frame(canonical, column(kind))
    assert found.dtype == wanted.dtype
    for one, other in zip(found, wanted, strict=True):
        assert one == other or (one is None or one != one) == (other is None or other != other)


def test_text_of_numbers_comes_back_as_the_same_bits():
    values = np.array([0.1, 1e300, -0.0, 1 / 3, 2.0**60, 5e-324, np.nan, 123456789.0])
    cells = kind_of("numeric").to_text(values, column("numeric"))
    back = np.array([float(cell) if cell else np.nan for cell in cells])
    np.testing.assert_array_equal(back, values)
    assert cells[-1] == "123456789"


def test_json_of_categories_has_numbers_for_whole_ones_only():
    values = np.array(["10001", "00123", "-5", "1.5", None, "9" * 30], object)
    found = kind_of("categorical").to_json(values, column("categorical"))
    assert found == [10001, "00123", -5, "1.5", None, "9" * 30]


def test_doors_written_hold_every_input_and_not_the_target(mixed, tmp_path):
    table, schema = mixed.collected.table.take(np.arange(30)), mixed.collected.schema
    write_doors(table, schema, tmp_path)
    names = [c.name for c in schema.inputs]
    with (tmp_path / "rows.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == names
    assert len(rows) == 31
    lines = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    assert [list(json.loads(line)) for line in lines] == [names] * 30
    frame = read_frame(tmp_path)
    assert list(frame) == names
    assert frame["age"].dtype == np.float64
    assert frame["whole"].dtype == np.float64  # whole numbers with a null
    assert frame["full"].dtype == np.int64
    assert frame["zip"].dtype == object  # 00123 is not a number


def test_doors_of_images_lose_nothing(tmp_path):
    from fivefold.codecs.schema import Schema
    from fivefold.codecs.table import Columns
    from fivefold.serve.requests import read

    draw = np.random.default_rng(0)
    loose = np.empty(70, object)
    loose[:] = [draw.integers(0, 256, (5, 4 + n % 3, 3), np.uint8) for n in range(70)]
    stack = draw.integers(0, 256, (70, 6, 5, 1), np.uint8)
    deep, floats = np.empty(70, object), np.empty(70, object)
    deep[:] = [draw.integers(0, 65_536, (3, 3 + n % 3, 1), np.uint16) for n in range(70)]
    floats[:] = [draw.normal(size=(2, 2 + n % 3, 3)).astype(np.float32) for n in range(70)]
    names = {"loose": loose, "stack": stack, "deep": deep, "floats": floats}
    names |= {"signed": draw.integers(-9, 9, (70, 2, 2, 3), np.int32)}
    names |= {"wide": draw.integers(0, 65_536, (70, 2, 2, 3), np.uint16)}
    schema = Schema(
        columns=(
            *(Column(name=name, kind="image") for name in names),
            Column(name="y", kind="categorical", role="target"),
        ),
        targets=("y",),
        task="binary",
        classes=("a", "b"),
    )
    write_doors(Columns(names), schema, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    for data in (read_frame(tmp_path), tmp_path / "rows.csv", rows):
        columns = read(data, schema)
        for name, wanted in names.items():
            for one, other in zip(columns.column(name), wanted, strict=True):
                np.testing.assert_array_equal(one, other)
