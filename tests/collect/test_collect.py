import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fivefold.artifacts import Collected
from fivefold.collect.collect import Collect
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError, PreflightError
from fivefold.reading.source import form_of

ROWS = 120


def frame(rows=ROWS):
    rng = np.random.default_rng(0)
    size = rng.normal(size=rows).round(6)
    return pd.DataFrame(
        {
            "size": size,
            "colour": rng.choice(["red", "green", "blue"], rows),
            "zip": [f"{n % 7:05d}" for n in range(rows)],
            "ok": rng.random(rows) < 0.5,
            "label": np.where(size + rng.normal(size=rows) > 0.8, "yes", "no"),
        }
    )


def run(source, seed=0, **settings):
    return Collect(source, **settings).run(Session(seed=seed))


def codes(collected):
    return [finding.code for finding in collected.findings]


def same(one, other):
    assert one.table.names == other.table.names
    for name in one.table.names:
        assert np.array_equal(
            pd.Series(list(one.table.column(name))), pd.Series(list(other.table.column(name)))
        ), name


def test_frame_csv_jsonl_parquet_and_excel_give_one_table_and_schema(tmp_path):
    data = frame()
    data.to_csv(tmp_path / "a.csv", index=False)
    data.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    data.to_parquet(tmp_path / "a.parquet")
    data.to_excel(tmp_path / "a.xlsx", index=False)
    first = run(data, target="label")
    assert first.schema.classes == ("no", "yes")
    assert {column.name: column.kind for column in first.schema.columns} == {
        "size": "numeric",
        "colour": "categorical",
        "zip": "categorical",
        "ok": "boolean",
        "label": "categorical",
    }
    for name in ("a.csv", "a.parquet", "a.xlsx", "a.jsonl"):
        other = run(tmp_path / name, target="label")
        same(first, other)
        assert [(c.name, c.kind, c.role) for c in other.schema.columns] == [
            (c.name, c.kind, c.role) for c in first.schema.columns
        ]
        assert (other.schema.task, other.schema.classes) == ("binary", ("no", "yes"))


def test_rows_without_target_are_kept_and_not_usable(tmp_path):
    data = frame()
    data.loc[[3, 50], "label"] = None
    data.to_csv(tmp_path / "a.csv", index=False)
    collected = run(tmp_path / "a.csv", target="label")
    assert len(collected.table) == ROWS
    assert np.flatnonzero(~collected.usable).tolist() == [3, 50]
    [finding] = [f for f in collected.findings if f.code == "target_missing"]
    assert finding.sentence == "2 of 120 rows have no `label` and will not be used."


def test_findings_are_told_as_they_are_and_can_be_json():
    events = []
    data = frame().assign(copy=lambda d: d.label.str.upper(), same=lambda d: d.colour, one=1)
    collected = Collect(data, target="label").run(Session(observers=(events.append,)))
    told = [event.finding for event in events if isinstance(event, Found)]
    assert tuple(told) == collected.findings
    assert codes(collected)[0] == "target_leakage"
    assert {"duplicate_column", "constant", "rows"} <= set(codes(collected))
    assert all(finding.stage == "Collect" for finding in told)
    assert any("positive class" in event.text for event in events if isinstance(event, Noted))
    json.dumps([dict(finding.numbers) for finding in told])
    json.dumps(dict(collected.provenance))


def test_two_runs_are_equal_and_the_source_is_unchanged():
    data = frame()
    before = data.copy(deep=True)
    one, two = run(data, target="label"), run(data, target="label")
    same(one, two)
    assert one.findings == two.findings
    assert one.provenance == two.provenance
    pd.testing.assert_frame_equal(data, before)


def test_drop_group_and_time_are_roles(tmp_path):
    data = frame().assign(day=pd.date_range("2024-01-01", periods=ROWS), who=lambda d: d.zip)
    schema = run(data, target="label", drop=("size",), group="who", time="day").schema
    assert [column.name for column in schema.inputs] == ["colour", "zip", "ok"]
    assert (schema.named("group"), schema.named("time")) == ("who", "day")
    assert schema["size"].reason == "dropped as asked"
    with pytest.raises(DataError, match="expected dates or numbers for time="):
        run(data, target="label", time="colour")


def test_test_source_is_appended_and_given(tmp_path):
    data = frame()
    data[:90].to_csv(tmp_path / "train.csv", index=False)
    data[90:].to_csv(tmp_path / "test.csv", index=False)
    collected = run(tmp_path / "train.csv", target="label", test_source=tmp_path / "test.csv")
    assert collected.given.tolist() == [-1] * 90 + [2] * 30
    assert collected.provenance["rows"] == 120
    assert len(collected.provenance["files"]) == 2
    same(collected, run(data, target="label"))


def test_header_of_test_rows_alone_is_no_row(tmp_path):
    rows = "".join(f"{place}.5,{'ab'[place % 2]}\n" for place in range(20))
    (tmp_path / "a.csv").write_text(rows)
    (tmp_path / "t.csv").write_text("x,label\n" + rows)
    with pytest.raises(DataError, match=r"t.csv: .*a.csv has no header, found names.*`label`"):
        run(tmp_path / "a.csv", target=1, test_source=tmp_path / "t.csv")
    kept = run(tmp_path / "a.csv", target=1, test_source=tmp_path / "t.csv", header=False)
    assert kept.schema.classes == ("a", "b", "label")


def test_headerless_sources_are_told_apart_by_place(tmp_path):
    lines = [f"{'ham' if n % 3 else 'spam'}\tmessage {n} with five words" for n in range(60)]
    (tmp_path / "a.tsv").write_text("\n".join(lines))
    (tmp_path / "t.tsv").write_text("\n".join(lines[:12]))
    collected = run(tmp_path / "a.tsv", target=0, test_source=tmp_path / "t.tsv")
    assert collected.schema.target == "column_0"
    assert collected.schema["column_1"].kind == "text"
    assert (collected.given == 2).sum() == 12
    assert "duplicate_rows" in codes(collected)


def test_arrays_and_bundled_sets_need_no_target():
    rng = np.random.default_rng(0)
    collected = run((rng.normal(size=(60, 3)), rng.integers(0, 3, 60)))
    assert (collected.schema.target, collected.schema.classes) == ("target", (0, 1, 2))
    assert [column.name for column in collected.schema.inputs] == ["x0", "x1", "x2"]
    digits = run("sklearn:digits")
    assert digits.table.column("image").shape == (1797, 8, 8, 1)
    assert digits.schema.classes == tuple(range(10))
    assert run("sklearn:diabetes").schema.task == "regression"


def test_image_folder_with_a_damaged_file_goes_on_without_it(tmp_path):
    rng = np.random.default_rng(0)
    for n in range(14):
        path = tmp_path / ("cat" if n % 2 else "dog") / f"{n:02d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (9, 9, 3)).astype(np.uint8)).save(path)
    damaged = tmp_path / "cat" / "01.png"
    damaged.write_bytes(damaged.read_bytes()[:60])
    collected = run(tmp_path)
    assert (~collected.usable).sum() == 1
    [finding] = [f for f in collected.findings if f.code == "unreadable_images"]
    assert (finding.numbers["count"], finding.numbers["files"]) == (1, ["cat/01.png"])


def test_bad_value_as_error_stops_with_the_row():
    data = pd.DataFrame({"n": ["1"] * 199 + ["x"], "y": ["a", "b"] * 100, "z": range(0, 400, 2)})
    with pytest.raises(DataError, match=r"column `n`, row 199: expected numbers, found 'x'"):
        run(data, target="y", on_bad_value="error")
    assert "bad_cells" in codes(run(data, target="y"))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda d: d.assign(label="a"), "at least two different values"),
        (lambda d: d[:3], "expected at least 10 rows"),
        (lambda d: d.assign(label=None), "expected at least 10 rows"),
        (lambda d: d.assign(label=[{"a": 1}] * len(d)), "found lists or mappings"),
        (lambda d: d[["label"]], "at least one column to learn from"),
        (lambda d: d[["label"]].assign(key=[f"k{n}" for n in range(len(d))]), "`key`: id"),
    ],
)
def test_data_that_cannot_be_used_is_one_clear_error(change, found):
    with pytest.raises(DataError, match=found):
        run(change(frame()), target="label")


def test_names_with_brackets_and_quotes_pass_through():
    data = frame().rename(columns={"size": '<b>"size"</b>', "label": "la`bel"})
    collected = run(data.assign(leak=data["la`bel"].str.upper()), target="la`bel")
    assert '<b>"size"</b>' in [column.name for column in collected.schema.inputs]


def test_preflight_finds_paths_and_names_before_the_run(tmp_path):
    frame().to_csv(tmp_path / "a.csv", index=False)
    stage = Collect(tmp_path / "a.csv", target="lable", drop=("sise",))
    faults = stage.preflight(Session(), Context())
    assert [fault.near for fault in faults] == ["label", "size"]
    [fault] = Collect("gone.csv", target="x").preflight(Session(), Context())
    assert isinstance(fault, PreflightError)
    [fault] = Collect(tmp_path / "a.csv", target="label", test_source="gone.csv").preflight(
        Session(), Context()
    )
    assert fault.path == "gone.csv"
    assert Collect(tmp_path / "a.csv", target="label").preflight(Session(), Context()) == []


def test_preflight_after_the_run_looks_no_more(tmp_path):
    frame().to_csv(tmp_path / "a.csv", index=False)
    collected = run(tmp_path / "a.csv", target="label")
    (tmp_path / "a.csv").unlink()
    stage = Collect(tmp_path / "a.csv", target="label")
    assert stage.preflight(Session(), Context.of([collected])) == []


def test_target_alone_is_asked_for_when_there_is_none(tmp_path):
    frame().to_csv(tmp_path / "a.csv", index=False)
    [fault] = Collect(tmp_path / "a.csv").preflight(Session(), Context())
    assert "found no target=" in str(fault)
    assert str(fault).endswith('Pass target="label", or another of these, to Collect.')


def test_settings_are_strict_and_survive_json():
    stage = Collect("a.csv", target="y", missing={"n": [0]}, drop=["z"], kinds={"n": "numeric"})
    assert stage.drop == ("z",)
    again = Collect.from_settings(
        json.dumps(
            {
                "source": "a.csv",
                "target": "y",
                "missing": {"n": [0]},
                "drop": ["z"],
                "positive": "a",
                "test_source": ["i", "l"],
            }
        )
    )
    assert (again.source, again.missing) == ("a.csv", {"n": (0,)})
    assert form_of(again.test_source) == "pair"
    with pytest.raises(ConfigError):
        Collect("a.csv", kinds={"n": "number"})
    with pytest.raises(ConfigError):
        Collect("a.csv", targt="y")


def test_nothing_is_written(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    frame().to_csv(tmp_path / "in" / "a.csv", index=False)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    monkeypatch.chdir(tmp_path)
    run("in/a.csv", target="label")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_building_a_stage_imports_nothing_heavy():
    code = (
        "import sys; from fivefold.collect.collect import Collect; Collect('a.csv', target='y');"
        "print([m for m in ('torch', 'pandas', 'sklearn', 'pyarrow', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_collected_survives_saving(tmp_path):
    collected = run(frame(), target="label")
    collected.save(tmp_path / "collected")
    again = Collected.load(tmp_path / "collected")
    same(collected, again)
    assert again.schema == collected.schema
    assert again.findings == collected.findings


def test_columns_of_any_size_and_shape_raise_no_warning():
    rng = np.random.default_rng(0)
    rows = 600
    data = pd.DataFrame(
        {
            "huge": rng.normal(size=rows) * 1e300,
            "tiny": rng.normal(size=rows) * 1e-300,
            "once": [5.0] + [None] * (rows - 1),
            "late": [None] * (rows - 2) + [1.0, 2.0],
            "far": [np.datetime64("2024-01-01"), np.datetime64("NaT", "D")] * (rows // 2),
            "rare": ["a"] * (rows - 1) + [None],
            "cat": rng.choice(list("abc"), rows),
            "empty": [None] * rows,
            "flag": pd.array([True, False, None] * (rows // 3), dtype="boolean"),
            "label": rng.choice(["x", "y", "z"], rows),
            "number": rng.normal(size=rows) * 1e300,
        }
    )
    assert run(data, target="label").schema.task == "multiclass"
    assert run(data, target="number").schema.task == "regression"
    assert "target_leakage" not in codes(run(data, target="number"))
    found = run(data.assign(twice=data.number / 2), target="number")
    assert "target_leakage" in codes(found)
    assert run(data[["cat", "label"]], target="label").schema.inputs[0].name == "cat"


def test_mostly_numbers_with_strays_are_no_id():
    age = ["thirty", "forty", *"abcdefgh"] * 4 + [n / 7 for n in range(80)]
    found = run(pd.DataFrame({"age": age, "x": range(0, 240, 2), "y": ["a", "b"] * 60}), target="y")
    assert not [f for f in found.findings if f.code == "id_column"]


def test_remedy_for_row_numbers_names_their_kind():
    frame = pd.DataFrame({"b": range(40), "y": ["a", "b"] * 20})
    with pytest.raises(DataError, match=r'kinds=\{"b": "numeric"\}'):
        run(frame, target="y")


def test_complex_numbers_in_a_frame_are_named():
    frame = pd.DataFrame({"z": [1j, 2j] * 10, "x": [1.5, 2, 3, 4] * 5, "y": ["a", "b"] * 10})
    found = run(frame, target="y")
    assert found.schema["z"].reason == "complex128 values"


def test_missing_numbers_by_column_may_be_keys():
    table = {"x": [1.0, -999.0, 3.0, 4.0] * 10, "z": [0.5, 1.5] * 20, "y": ["a", "b"] * 20}
    for said in ({-999: True}, {-999.0: True}, {"-999": True, "NA": False}, [-999]):
        stage = Collect(table, target="y", missing={"x": said})
        assert int(np.isnan(stage.run(Session()).table.column("x")).sum()) == 10
        (again,) = read_recipe(write_recipe([stage.replace(source="a.csv")]))
        assert again.missing == stage.missing
