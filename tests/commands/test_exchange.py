"""`fivefold exchange`."""

import json

import pytest

import fivefold as ff
from fivefold import cli


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = [f"this is text {number}" for number in range(12)]
    (tmp_path / "rows.csv").write_text("text\n" + "\n".join(texts) + "\n")
    stages = [ff.Collect("rows.csv"), ff.Label(["a", "b"], by=["text"], directory="labels")]
    (tmp_path / "recipe.json").write_text(ff.Pipeline(stages).to_json())
    lines = [{"text": texts[0], "label": ["a"]}, {"text": "gone", "label": ["b"]}]
    (tmp_path / "ann.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def test_exchange_takes_labels_and_writes_them_for_another_program(place, capsys):
    assert cli.main(["exchange", "recipe.json", "--take", "ann.jsonl", "--to", "out.json"]) == 0
    said = capsys.readouterr().out
    assert "1 label taken into labels; 1 are of no row." in said
    assert "12 rows written to out.json." in said
    tasks = json.loads((place / "out.json").read_text())
    assert tasks[0]["annotations"][0]["result"][0]["value"] == {"choices": ["a"]}
    assert [len(task["annotations"]) for task in tasks] == [1] + [0] * 11


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["recipe.json"], "expected --take FILE or --to FILE, found neither"),
        (["rows.csv", "--take", "ann.jsonl"], "expected a recipe with Label in it"),
        (["recipe.json", "--to", "out.csv"], "--to: expected a name that says the program"),
    ],
)
def test_exchange_that_cannot_be_is_refused(place, capsys, words, found):
    assert cli.main(["exchange", *words]) == 2
    assert found in capsys.readouterr().err
