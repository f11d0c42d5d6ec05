"""Folders that `Collected.save` wrote, as sources."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.core.session import Session
from fivefold.errors import DataError, FivefoldError, StoreError
from fivefold.reading.options import Reading
from fivefold.reading.source import read

ROWS = 120
DRAW = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "age": DRAW.integers(18, 80, ROWS).astype(float),
        "town": DRAW.choice(["Ulm", "Graz"], ROWS),
        "day": pd.date_range("2024-01-01", periods=ROWS),
        "ok": DRAW.random(ROWS) < 0.5,
        "y": DRAW.choice(["a", "b"], ROWS),
    }
)


@pytest.fixture
def first(tmp_path: Path) -> ff.Collected:
    FRAME.to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "more.csv").write_text(FRAME[:30].to_csv(index=False))
    stage = ff.Collect(
        tmp_path / "rows.csv", target="y", drop=("ok",), test_source=tmp_path / "more.csv"
    )
    found = stage.run(Session())
    found = found.replace(provenance={**found.provenance, "licence": "CC0"})
    found.save(tmp_path / "v1")
    return found


@pytest.mark.parametrize("asked", [{}, {"target": "y"}, {"target": "y", "task": "binary"}])
def test_saved_rows_are_the_same_again(first, tmp_path, asked):
    again = ff.Collect(str(tmp_path / "v1"), **asked).run(Session())
    assert again.version == first.version
    assert dict(again.provenance) == dict(first.provenance)
    assert (again.schema, again.findings) == (first.schema, first.findings)
    np.testing.assert_array_equal(again.given, first.given)
    for name in first.table.names:
        np.testing.assert_array_equal(again.table.column(name), first.table.column(name))


def test_version_of_saved_rows_is_said(first, tmp_path):
    heard = []
    ff.Pipeline([ff.Collect(tmp_path / "v1")]).run(
        progress=False, observers=[lambda event: heard.append(str(getattr(event, "text", "")))]
    )
    assert any(f"version {first.version[:12]}, 150 rows of" in text for text in heard)


def test_saved_rows_are_collected_anew_where_something_else_is_asked(first, tmp_path):
    found = ff.Collect(tmp_path / "v1", target="age", drop=("y",)).run(Session())
    kinds = {column.name: column.kind for column in found.schema.columns}
    assert (kinds["town"], kinds["day"], kinds["ok"]) == ("categorical", "datetime", "boolean")
    assert found.schema.task == "regression"
    assert found.provenance.licence == "CC0"
    assert (found.given == 2).sum() == 30
    beside = ff.Collect(tmp_path / "rows.csv", target="y", test_source=tmp_path / "v1")
    assert len(beside.run(Session()).table) == ROWS + 150


def test_open_rows_are_saved_and_given_a_target_later(tmp_path):
    session = Session()
    stage = ff.Collect(FRAME.drop(columns="y"))
    opened = ff.Pipeline(
        [
            stage,
            ff.Label(
                classes=("a", "b"),
                rules=(ff.rule("a", contains="Ulm", column="town"),),
                directory=tmp_path,
            ),
        ]
    )
    rows = opened.run(until="collect", progress=False)[ff.Collected]
    rows.save(tmp_path / "open")
    with pytest.raises(DataError, match="expected a target column"):
        ff.Collect(tmp_path / "open").run(session)
    assert ff.Collect(tmp_path / "open", target="ok").run(session).schema.targets == ("ok",)


def test_rows_to_answer_are_read_as_the_source_had_them(tmp_path):
    derived = ff.Pipeline([ff.Collect(FRAME, target="y"), ff.Derive({"age": "age * 2"})])
    found = derived.run(progress=False)[ff.Collected]
    found.save(tmp_path / "v2")
    asked = read(tmp_path / "v2", Reading(inputs=("age", "town")))
    assert asked.column("age").tolist() == FRAME["age"].tolist()
    assert read(tmp_path / "v2").column("age").tolist() == (FRAME["age"] * 2).tolist()
    again = ff.Collect(tmp_path / "v2").run(Session())
    assert again.changes is not None
    assert again.table.column("age").tolist() == (FRAME["age"] * 2).tolist()


def test_damaged_folder_is_refused_by_its_file(first, tmp_path):
    folder = tmp_path / "v1"
    table = (folder / "table.npa").read_bytes()
    (folder / "table.npa").write_bytes(table[:-9])
    with pytest.raises(StoreError, match=r"v1, Collected\.table: expected the file that was saved"):
        ff.Collect(folder).run(Session())
    with pytest.raises(DataError, match=r"v1/table\.npa: expected the file that was saved"):
        read(folder)
    (folder / "table.npa").write_bytes(table)
    (folder / "schema.json").unlink()
    with pytest.raises(DataError, match=r"v1/schema\.json: .*found none"):
        read(folder)
    (folder / "artifact").write_text("{")
    with pytest.raises(FivefoldError, match="v1/artifact: expected the manifest"):
        ff.Collect(folder).run(Session())
