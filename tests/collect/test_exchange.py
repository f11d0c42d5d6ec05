"""Labels of a stage, from the files of other programs and to them."""

import json

import numpy as np
import pytest

import fivefold as ff
from fivefold.errors import ConfigError
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events

ROWS = {"text": ["win now", "see you", "💩 hi"], "n": [1, 2, 3]}


def written(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_imported_labels_reach_the_rows_they_are_of_once(tmp_path):
    stage = ff.Label([0, 1], by=["text"], directory=tmp_path / "labels")
    rows = {"text": [f"this is text {number}" for number in range(20)]}
    lines = [{"text": text, "label": [str(n % 2)]} for n, text in enumerate(rows["text"])]
    path = written(tmp_path / "ann.jsonl", *lines[:-1], {"text": "gone", "label": ["1"]})
    assert ff.import_labels(stage, rows, path) == (19, 1)
    assert ff.import_labels(stage, rows, path) == (0, 1)
    made = ff.Pipeline([ff.Collect(rows), stage]).run(progress=False)[ff.Collected]
    assert [str(one) for one in made.table.column("label")[:4]] == ["0", "1", "0", "1"]
    assert made.usable.sum() == 19
    assert not (np.asarray(made.given) == 2).any()  # nobody was asked at random


@pytest.mark.parametrize("name", ["tasks.json", "ann.jsonl"])
def test_exported_spans_come_back_as_they_were(tmp_path, name):
    first, second = (
        ff.Label(["A"], answer="spans", by=["text"], directory=tmp_path / folder)
        for folder in ("one", "two")
    )
    path = written(tmp_path / "bo.jsonl", {"text": "💩 hi", "label": [[3, 5, "A"]]})
    assert ff.import_labels(first, ROWS, path) == (1, 0)
    assert ff.export_labels(first, ROWS, tmp_path / name) == 3
    assert ff.import_labels(second, ROWS, tmp_path / name, who="bo")[0] >= 1
    assert ff.export_labels(second, ROWS, tmp_path / "again.jsonl") == 3
    last = json.loads((tmp_path / "again.jsonl").read_text("utf-8").splitlines()[-1])
    assert last["label"] == [[3, 5, "A"]]


def test_import_without_a_directory_says_what_to_pass(tmp_path):
    path = written(tmp_path / "ann.jsonl", {"text": "win now", "label": ["a"]})
    with pytest.raises(ConfigError, match="expected a directory, found none"):
        ff.import_labels(ff.Label(["a", "b"]), ROWS, path)


def test_exported_segments_of_sounds_come_back_to_their_rows(tmp_path):
    rng = np.random.default_rng(0)
    rows = {"clip": [(rng.integers(-999, 999, 1600, np.int16), 8000) for _ in range(3)]}
    first, second = (
        ff.Label(["A"], answer="spans", by=["clip"], directory=tmp_path / folder)
        for folder in ("one", "two")
    )
    items = first.items(first.rows(rows))
    with Events(tmp_path / "one" / FILE) as events:
        said = [[0.0125, 0.15, "A"]]
        events.append(Event(item=items[1], who="ann", act="label", value=said))
    assert ff.export_labels(first, rows, tmp_path / "tasks.json") == 3
    assert ff.import_labels(second, rows, tmp_path / "tasks.json") == (1, 0)
    with Events(tmp_path / "two" / FILE) as events:
        [told] = events.all()
    assert (told.item, told.value) == (items[1], said)
