import subprocess
import sys

import pytest

from fivefold.core import ledger
from fivefold.core.ledger import Look, add_looks, known_looks, ledger_faults
from fivefold.errors import PreflightError, StoreError


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(ledger, "_HERE", [])
    monkeypatch.delenv(ledger.LEDGER, raising=False)


def _look(answers, rows="r" * 64):
    return Look(rows=rows, answers=answers, metric="roc_auc", score=0.5, n=9)


def _names(looks):
    return [look.answers for look in looks]


def test_look_without_a_place_is_known_in_this_process_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _names(add_looks([_look("a")])) == ["a"]
    assert _names(add_looks([_look("b")])) == ["a", "b"]
    assert _names(add_looks([_look("a")])) == ["a", "b"]
    assert _names(add_looks([_look("a", rows="other")])) == ["a"]
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(ledger, "_HERE", [])
    assert known_looks("r" * 64) == []


def test_looks_of_runs_beside_one_another_are_known_and_each_writes_its_own(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        add_looks([_look(name)], tmp_path / "runs" / name)
    monkeypatch.setattr(ledger, "_HERE", [])
    assert _names(known_looks("r" * 64, tmp_path / "runs" / "three")) == ["one", "two"]
    assert known_looks("r" * 64, tmp_path / "elsewhere" / "three") == []
    lines = (tmp_path / "runs" / "one" / ledger.LOOKS).read_text().splitlines()
    assert len(lines) == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        *[ledger.LOOKS] * 2, "one", "runs", "two"
    ]  # fmt: skip


def test_looks_go_where_the_environment_points_and_nowhere_else(tmp_path, monkeypatch):
    shared = tmp_path / "shared.jsonl"
    monkeypatch.setenv(ledger.LEDGER, str(shared))
    (tmp_path / "run").mkdir()
    add_looks([_look("a")], tmp_path / "run")
    monkeypatch.setattr(ledger, "_HERE", [])
    assert _names(add_looks([_look("b")])) == ["a", "b"]
    assert list((tmp_path / "run").iterdir()) == []
    assert len(shared.read_bytes().splitlines()) == 2


def test_line_that_was_torn_costs_no_other(tmp_path, monkeypatch):
    file = tmp_path / ledger.LOOKS
    add_looks([_look("a")], tmp_path)
    file.write_bytes(file.read_bytes() + _look("torn").to_line()[:90] + b"\n7\n" + b"{" * 3)
    monkeypatch.setattr(ledger, "_HERE", [])
    assert _names(add_looks([_look("b")], tmp_path)) == ["a", "b"]
    newer = b'{"rows": "%s", "answers": "c", "mood": 1}\n' % (b"r" * 64)
    file.write_bytes(file.read_bytes() + newer)
    assert set(_names(known_looks("r" * 64, tmp_path))) == {"a", "b", "c"}


def test_looks_that_may_not_be_taken_are_noted_nowhere(tmp_path, monkeypatch):
    def check(known):
        assert _names(known) == ["a"]
        raise KeyError("no more")

    run = tmp_path / "runs" / "one"
    run.mkdir(parents=True)
    for place in (None, run):
        monkeypatch.setattr(ledger, "_HERE", [])
        add_looks([_look("a")], place)
        with pytest.raises(KeyError):
            add_looks([_look("b"), _look("c")], place, check=check)
        assert _names(known_looks("r" * 64, place)) == ["a"]
        assert _names(add_looks([_look("b"), _look("b"), _look("a")], place)) == ["a", "b"]


ADD = """
import sys
from fivefold.core.ledger import Look, add_looks
for n in range(30):
    print(len(add_looks([Look(rows="r" * 64, answers=f"{sys.argv[1]} {n}")])))
"""


def test_processes_that_share_a_ledger_lose_no_look_and_number_each_once(tmp_path, monkeypatch):
    shared = tmp_path / "shared.jsonl"
    monkeypatch.setenv(ledger.LEDGER, str(shared))
    started = [
        subprocess.Popen([sys.executable, "-c", ADD, name], stdout=subprocess.PIPE, text=True)
        for name in "abc"
    ]
    told = [int(line) for one in started for line in one.communicate()[0].split()]
    assert sorted(told) == list(range(1, 91))
    assert len(known_looks("r" * 64)) == 90


def test_ledger_that_cannot_be_written_is_a_fault_before_the_work(tmp_path, monkeypatch):
    assert ledger_faults() == []
    monkeypatch.setenv(ledger.LEDGER, str(tmp_path / "looks.jsonl"))
    assert ledger_faults() == []
    for path, found in {tmp_path: "a folder", tmp_path / "no" / "looks": "no such folder"}.items():
        monkeypatch.setenv(ledger.LEDGER, str(path))
        (fault,) = ledger_faults()
        assert isinstance(fault, PreflightError)
        assert f"found {found}." in str(fault)
        with pytest.raises(StoreError, match="expected to write"):
            add_looks([_look("a")])
