"""The cache: what is taken and what is made again, and that several processes may share it."""

import json
import linecache
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.toys import (
    Collected,
    Deploy,
    Evaluate,
    Evaluated,
    Log,
    Partition,
    Preprocess,
    Preprocessed,
    Train,
    Trained,
)
from fivefold.core import cache as caches
from fivefold.core import identity
from fivefold.core.artifact import Artifact
from fivefold.core.cache import Cache, Entry, cache_in, default_folder, key_of
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted, StageTaken
from fivefold.core.execution import Execution
from fivefold.core.own import load_file
from fivefold.core.session import Session
from fivefold.core.stage import Count, Stage
from fivefold.errors import ConfigError, PreflightError

RAN: list[str] = []


class Collect(Stage):
    """Reads a number from a file, where there is one."""

    text: str = "rows"
    rows: Count = 1
    file: str = ""
    given: Any = None

    def sources(self) -> dict[str, str]:
        return {"file": Path(self.file).read_text()} if self.file else {}

    def run(self, session: Session) -> Collected:
        RAN.append("collect")
        rows = len(Path(self.file).read_text()) if self.file else self.rows
        return Collected(text=self.text, rows=rows)


class Encode(Stage):
    how: Any = None

    def run(self, collected: Collected, partition: Partition) -> Preprocessed:
        RAN.append(f"encode {partition.how}")
        return Preprocessed(text=collected.text, rows=collected.rows, how=partition.how)


class Fit(Stage):
    epochs: Count = 2
    loss: Any = None

    def run(self, data: Preprocessed, session: Session) -> Trained:
        RAN.append("/".join(session.path))
        return Trained(text=data.text, score=data.rows * self.epochs, seed=session.seed)


class Judge(Stage):
    folds: int = 0

    def run(self, trained: Trained, session: Session) -> Evaluated:
        RAN.append("judge")
        folds = [
            session.refit(Partition(how=f"fold {n}"), name=f"fold-{n}") for n in range(self.folds)
        ]
        scores = tuple(float(fold[Trained].score) for fold in folds)
        return Evaluated(text=trained.text, score=trained.score, weights=scores)


def chain(**settings: Any) -> Chain:
    """Four stages, each with those of the settings that it has."""
    stages = (Collect, Encode, Fit, Judge)
    return Chain([s(**{n: v for n, v in settings.items() if n in s.model_fields}) for s in stages])


def run(folder: Path, *, seed: int = 0, heard: Any = None, **settings: Any) -> Execution:
    RAN.clear()
    observers = [] if heard is None else [heard.append]
    return chain(**settings).execute(cache=Cache(folder), seed=seed, observers=observers)


def notes(heard: list[Event]) -> list[str]:
    return [event.text for event in heard if isinstance(event, Noted)]


def test_second_run_runs_nothing_and_gives_the_same(tmp_path):
    one, heard = run(tmp_path), []
    assert RAN == ["collect", "encode default of rows", "fit", "judge"]
    two = run(tmp_path, heard=heard)
    assert RAN == []
    assert [decision.act for decision in two.decisions] == ["take"] * 4
    assert {d.why for d in two.decisions} == {"nothing that decides its bits has changed"}
    assert [type(event) for event in heard] == [StageTaken] * 4
    assert heard[0].directory == str(tmp_path)
    for kind in (Collected, Partition, Preprocessed, Trained, Evaluated):
        assert repr(one.context[kind]) == repr(two.context[kind])
    assert two.seconds == one.seconds
    plain = chain().execute()
    assert repr(plain.context[Evaluated]) == repr(two.context[Evaluated])


@pytest.mark.parametrize(
    ("change", "again", "why"),
    [
        ({"epochs": 3}, ["fit", "judge"], "fit.epochs was the default and is 3"),
        ({"folds": 1}, ["judge", "encode fold 0", "judge/fold-0/fit"], "judge.folds was"),
        ({"how": 1}, ["encode default of rows"], "encode.how was the default and is 1"),
        ({"text": "others"}, ["collect", "encode default of others", "fit", "judge"], "collect."),
        ({"seed": 1}, ["collect", "encode default of rows", "fit", "judge"], "seed was"),
    ],
    ids=str,
)
def test_change_makes_again_what_it_reaches_and_no_more(tmp_path, change, again, why):
    run(tmp_path)
    execution = run(tmp_path, **change)
    assert again == RAN
    first = next(decision for decision in execution.decisions if decision.act == "run")
    assert first.why.startswith(why)


def test_change_of_what_is_read_makes_all_again_and_the_old_state_is_there_still(tmp_path):
    file = tmp_path / "data.txt"
    file.write_text("abc")
    kept = tmp_path / "cache"
    assert run(kept, file=str(file)).context[Trained].score == 6
    file.write_text("abcd")
    execution = run(kept, file=str(file))
    assert execution.context[Trained].score == 8
    assert execution.decisions[0].why == "content of collect.file was abc and is abcd"
    file.write_text("abc")
    run(kept, file=str(file))
    assert RAN == []


def test_source_that_changes_while_it_is_read_is_not_kept(tmp_path):
    file = tmp_path / "data.txt"
    file.write_text("abc")

    class Hasty(Collect):
        def run(self, session: Session) -> Collected:
            file.write_text("changed")
            return Collected()

    heard: list[Event] = []
    for _ in range(2):
        file.write_text("abc")
        found = Chain([Hasty(file=str(file))]).execute(
            cache=Cache(tmp_path / "c"), observers=[heard.append]
        )
        assert found.decisions[0].act == "run"
    assert notes(heard) == ["Hasty is not cached: what it reads has changed meanwhile."] * 2


def test_function_in_a_setting_counts_by_its_code_and_what_it_holds(tmp_path):
    def scaled(factor: float) -> Any:
        return lambda x: x * factor

    run(tmp_path, loss=scaled(2))
    run(tmp_path, loss=scaled(2))
    assert RAN == []
    execution = run(tmp_path, loss=scaled(3))
    assert RAN == ["fit"]  # which gives what it gave before
    assert execution.decisions[2].why.startswith("content of fit.loss was ")
    run(tmp_path, loss=lambda x: x * 2 + 1)
    assert RAN == ["fit"]


def test_stage_that_holds_what_nobody_can_see_is_run_and_that_is_said_once(tmp_path):
    heard: list[Event] = []
    for first in ("collect", "fit"):
        execution = run(tmp_path, loss=(n for n in ()), folds=2, heard=heard)
        assert RAN[0] == first
        assert "judge" in RAN
        reason = "fit.loss holds a generator: cannot pickle 'generator' object"
        assert execution.decisions[2].why == f"it cannot be cached: {reason}"
        assert notes(heard)[0] == f"Fit is not cached: {reason}."
        assert notes(heard)[1].startswith("Judge is not cached: what decides the bits of its ref")
        assert len(notes(heard)) == 2
        heard.clear()


def test_stage_after_one_that_is_not_cached_is_taken_where_that_gives_the_same(tmp_path):
    class Ask(Collect):
        uncacheable = "it asks a database"

    stages = [Ask(), Encode(), Fit()]
    for again in ([], ["collect"]):
        execution = Chain(stages).execute(cache=Cache(tmp_path))
        assert again == RAN or not again
        RAN.clear()
    assert [decision.act for decision in execution.decisions] == ["run", "take", "take"]
    assert execution.decisions[0].why == "it cannot be cached: it asks a database"


def test_what_cannot_be_saved_is_made_again_and_what_follows_is_taken(tmp_path):
    class Opened(Artifact):
        held: object = None

    class Open(Stage):
        def run(self, collected: Collected) -> Opened:
            RAN.append("open")
            return Opened(held=len)

    class Tally(Stage):
        def run(self, opened: Opened) -> Trained:
            RAN.append("count")
            return Trained()

    for ran in (["collect", "open", "count"], ["open"]):
        RAN.clear()
        execution = Chain([Collect(), Open(), Tally()]).execute(cache=Cache(tmp_path))
        assert ran == RAN
    assert "saved without pickle" in execution.decisions[1].why


HANDED = """
class Colour:
    setting_name = "colour"

    def code(self):
        return 1
"""


def test_code_that_an_earlier_stage_handed_over_counts_in_all_later_ones(tmp_path):
    """What is written knows a kind by its name alone, and asks it when it is used."""
    file = tmp_path / "own.py"
    told = []
    for text in (HANDED, HANDED, HANDED.replace("return 1", "return 2")):
        file.write_text(text)
        execution = run(tmp_path / "cache", given=load_file(file).Colour(), folds=1)
        told.append([decision.act for decision in execution.decisions])
    assert told == [["run"] * 4, ["take"] * 4, ["run"] * 4]
    assert all(d.why.startswith("code of Colour was ") for d in execution.decisions)
    assert RAN.count("encode fold 0") == 1


def test_side_effects_happen_at_every_run(tmp_path):
    log = Log()
    for _ in range(2):
        stages = [Collect(), Preprocess(), Train(), Evaluate(), Deploy(log=log)]
        execution = Chain(stages).execute(cache=Cache(tmp_path))
    assert log.of("deploy run") == ["deploy run of trained on rows by default of rows"] * 2
    assert log.of("rehearse") == ["deploy rehearse"] * 2
    assert [d.act for d in execution.decisions] == ["take"] * 4 + ["run"]


def test_folds_are_taken_one_by_one(tmp_path):
    run(tmp_path, folds=2)
    assert RAN.count("judge") == 1
    execution = run(tmp_path, folds=3)
    assert RAN == ["judge", "encode fold 2", "judge/fold-2/fit"]
    assert execution.context[Evaluated].weights == (2.0,) * 3


def test_refits_of_a_step_whose_input_is_the_same_are_made_again_where_they_are_others(tmp_path):
    class Same(Stage):
        """Gives the same in the run, and another thing in folds."""

        by: int = 1

        def run(self, data: Preprocessed, session: Session) -> Trained:
            return Trained(score=self.by if session.is_refit else 7)

    def scores(by: int) -> tuple[float, ...]:
        stages = [Collect(), Encode(), Same(by=by), Judge(folds=1)]
        found = Chain(stages).execute(cache=Cache(tmp_path)).context[Evaluated].weights
        assert found == Chain(stages).execute().context[Evaluated].weights
        return found

    assert [scores(1), scores(2), scores(1)] == [(1.0,), (2.0,), (1.0,)]


def test_library_of_another_version_makes_all_again(tmp_path, monkeypatch):
    run(tmp_path)
    real = identity.version_of
    monkeypatch.setattr(identity, "version_of", lambda n: "0.1" if n == "numpy" else real(n))
    execution = run(tmp_path)
    assert len(RAN) == 4
    assert execution.decisions[0].why == f"numpy was {real('numpy')} and is 0.1"


@pytest.mark.parametrize("which", ["artifacts/*/*.json", "artifacts/*/artifact", "steps/*.json"])
def test_entry_with_a_byte_changed_is_made_again_with_a_word(tmp_path, which):
    run(tmp_path)
    for path in tmp_path.glob(which):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    heard: list[Event] = []
    execution = run(tmp_path, heard=heard)
    assert len(RAN) == 4
    assert all("is made again: " in text for text in notes(heard))
    assert len(notes(heard)) == 5  # the division of the rows too
    assert "damaged" in execution.decisions[0].why or "changed" in execution.decisions[0].why
    run(tmp_path)
    assert RAN == []


def test_run_with_a_directory_keeps_what_it_takes_and_goes_on_there(tmp_path):
    run(tmp_path / "cache")
    RAN.clear()
    folder = tmp_path / "run"
    chain().execute(cache=Cache(tmp_path / "cache"), directory=folder)
    assert RAN == []
    execution = chain().execute(directory=folder, resume=True)
    assert [decision.act for decision in execution.decisions] == ["take"] * 4
    (folder / "fit" / "artifact" / "score.json").write_text("torn")
    chain().execute(directory=folder, resume=True, cache=Cache(tmp_path / "cache"))
    assert RAN == []


def test_entries_used_longest_ago_go_beyond_the_limit(tmp_path):
    class Filled(Artifact):
        text: str

    def identity_of(name: str) -> dict[str, str]:
        return {"stages": name}

    cache = Cache(tmp_path, limit=12_000)
    for place, name in enumerate("abcd"):
        entry = cache.keep(Entry(identity_of(name), ""), Filled(text=name * 3_000))
        for path in (tmp_path / "artifacts" / entry.artifact, cache._step(key_of(entry.identity))):
            os.utime(path, (1_000_000 + place, 1_000_000 + place))
        if name == "b":  # a is used again
            found = cache.find(key_of(identity_of("a")))
            assert found is not None
            cache.load(found, Filled)
    there = [name for name in "abcd" if cache.find(key_of(identity_of(name))) is not None]
    assert there == ["a", "c", "d"]
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) <= 12_000
    with pytest.raises(Exception, match="expected at most 12 kB, found 20 kB"):
        cache.keep(Entry(identity_of("e"), ""), Filled(text="e" * 20_000))
    assert not list((tmp_path / "artifacts").glob(".*"))


WORK = """
import sys
from pathlib import Path
from fivefold.core.artifact import Artifact
from fivefold.core.cache import Cache, Entry, key_of
from fivefold.errors import StoreError

class Filled(Artifact):
    text: str

cache, wrong, taken = Cache(Path(sys.argv[1]), limit=60_000), 0, 0
for round in range(60):
    for n in range(5):
        identity = {"stages": str(n)}
        try:
            entry = cache.find(key_of(identity))
            if entry is not None:
                wrong += cache.load(entry, Filled).text != str(n) * 10_000
                taken += 1
                continue
        except StoreError as error:
            assert "damaged" in str(error) or "none" in str(error) or "expected" in str(error)
        cache.keep(Entry(identity, ""), Filled(text=str(n) * 10_000))
    if round % 4 == 0:
        cache.keep(Entry({"stages": f"{sys.argv[2]} {round}"}, ""), Filled(text="x" * 30_000))
print(wrong, taken > 0)
"""


def test_two_processes_write_and_let_go_of_the_same_entries(tmp_path):
    script = tmp_path / "work.py"
    script.write_text(WORK)
    started = [
        subprocess.Popen(
            [sys.executable, str(script), str(tmp_path / "cache"), name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "other")
    ]
    for process in started:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out.strip(), err) == (0, "0 True", "")
    cache = Cache(tmp_path / "cache")
    size = sum(p.stat().st_size for p in (tmp_path / "cache").rglob("*") if p.is_file())
    assert size < 2 * 60_000
    for path in (tmp_path / "cache" / "steps").iterdir():
        entry = cache.find(path.stem)  # whole, or let go of
        assert entry is None or json.loads(path.read_text())["step"]["artifact"] == entry.artifact


def test_cache_is_where_it_is_asked_for(tmp_path, monkeypatch):
    assert cache_in(False) is None
    found = cache_in(str(tmp_path / "x"))
    assert found is not None
    assert found.folder == tmp_path / "x"
    monkeypatch.setenv("FIVEFOLD_CACHE", str(tmp_path / "y"))
    assert default_folder() == tmp_path / "y"
    monkeypatch.delenv("FIVEFOLD_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(caches.sys, "platform", "linux")
    assert default_folder() == tmp_path / "fivefold"
    monkeypatch.setenv("FIVEFOLD_CACHE_BYTES", "1000")
    assert Cache(tmp_path).limit == 1000
    monkeypatch.setenv("FIVEFOLD_CACHE_BYTES", "1 GB")
    with pytest.raises(ConfigError, match="expected a number of bytes, found '1 GB'"):
        Cache(tmp_path)
    with pytest.raises(ConfigError, match="expected True, False or a folder, found ''"):
        cache_in("")


def test_cache_in_the_place_of_a_file_is_refused_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PreflightError, match="to keep artifacts in"):
        run(tmp_path / "file")
    assert RAN == []


def test_stage_in_a_cell_of_a_notebook_is_cached_and_its_text_counts(tmp_path):
    text = """
class Held(Artifact):
    rows: int

class Hold(Stage):
    def run(self, session: Session) -> Held:
        return Held(rows=LIMIT)
LIMIT = 1
"""
    acts = []
    for number, limit in enumerate("112"):
        cell = f"<cell-{number}>"
        written = text.replace("LIMIT = 1", f"LIMIT = {limit}")
        linecache.cache[cell] = (len(written), None, written.splitlines(True), cell)
        space: dict[str, Any] = {"__name__": "__notebook__", "Artifact": Artifact}
        space |= {"Stage": Stage, "Session": Session}
        exec(compile(written, cell, "exec"), space)
        acts.append(Chain([space["Hold"]()]).execute(cache=Cache(tmp_path)).decisions[0])
    assert [decision.act for decision in acts] == ["run", "take", "run"]
    assert acts[2].why.startswith("code of Hold was ")


def test_stage_whose_text_is_nowhere_is_not_cached(tmp_path):
    space: dict[str, Any] = {"__name__": "__nowhere__", "Collected": Collected}
    exec("def run(self, session: Session) -> Collected:\n return Collected()", globals(), space)
    kind = type("Nowhere", (Stage,), {"run": space["run"], "__module__": "__nowhere__"})
    for _ in range(2):
        decision = Chain([kind()]).execute(cache=Cache(tmp_path)).decisions[0]
        assert decision.why == "it cannot be cached: the text of Nowhere is nowhere"


def test_run_without_a_cache_writes_and_hashes_nothing(tmp_path, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("hashed")

    monkeypatch.setattr(identity, "content_of", fail)
    monkeypatch.chdir(tmp_path)
    chain(loss=len).execute()
    assert list(tmp_path.iterdir()) == []
