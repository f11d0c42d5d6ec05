"""The key of a step: it changes with all that decides the bits of the step, and else never."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.toys import (
    Collect,
    Collected,
    Evaluate,
    Evaluated,
    Partition,
    Preprocess,
    Preprocessed,
    Trained,
)
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.difference import differences, refusal
from fivefold.core.identity import identify
from fivefold.core.own import load_file
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wiring import place
from fivefold.errors import ResumeError, SignatureError

KEYS: dict[str, list[str]] = {}
IDENTITIES: dict[str, Mapping[str, Any]] = {}


class Train(Stage):
    """Remembers the key that each of its runs has."""

    epochs: int = 1
    own: Any = None

    def run(self, data: Preprocessed, session: Session) -> Trained:
        KEYS.setdefault("/".join(session.path), []).append(session.digest)
        IDENTITIES["/".join(session.path)] = session.identity
        return Trained(text=data.text)


class Held(Artifact):
    opened: object = None


class Hold(Stage):
    """Writes what cannot be saved."""

    def run(self, data: Preprocessed) -> Held:
        return Held(opened=len)


class Look(Stage):
    def run(self, held: Held, session: Session) -> Trained:
        KEYS.setdefault("look", []).append(session.digest)
        return Trained()


class Refit(Stage):
    how: str

    def run(self, trained: Trained, session: Session) -> Held:
        session.refit(Partition(how=self.how), name="fold")
        return Held()


@pytest.fixture(autouse=True)
def keys() -> dict[str, list[str]]:
    KEYS.clear()
    return KEYS


def run(folder: Path, *, seed: int = 3, folds: int = 0, **settings: Any) -> None:
    train = Train(**{k: v for k, v in settings.items() if k in ("epochs", "own")})
    collect = Collect(**{k: v for k, v in settings.items() if k in ("text", "rows")})
    stages = [collect, Preprocess(), train, Evaluate(folds=folds)]
    Chain(stages).execute(seed=seed, directory=folder)


def test_key_is_the_same_where_nothing_differs(tmp_path, keys):
    run(tmp_path / "one", folds=2)
    run(tmp_path / "other", folds=2)
    assert list(keys) == ["train", "evaluate/fold-1/train", "evaluate/fold-2/train"]
    assert all(len(set(found)) == 1 for found in keys.values())
    assert len({found[0] for found in keys.values()}) == 3


@pytest.mark.parametrize(
    "settings", [{"seed": 4}, {"epochs": 2}, {"text": "others"}, {"rows": 2}], ids=str
)
def test_key_changes_with_settings_seed_and_what_is_read(tmp_path, keys, settings):
    run(tmp_path / "one", folds=1)
    run(tmp_path / "other", folds=1, **settings)
    assert all(len(set(found)) == 2 for found in keys.values())


def test_key_does_not_change_with_a_stage_that_comes_after(tmp_path, keys):
    run(tmp_path / "one")
    run(tmp_path / "other", folds=1)
    assert len(set(keys["train"])) == 1


def test_key_of_a_step_that_reads_what_is_saved_is_made_of_its_digest(tmp_path):
    run(tmp_path)
    record = json.loads((tmp_path / "run.json").read_text())
    saved = record["saved"]
    assert IDENTITIES["train"]["reads"] == {"Preprocessed": saved["preprocess"]["sha256"]}
    assert saved["train"]["digest"] == KEYS["train"][0]
    assert record["identity"]["settings"] == {"evaluate.folds": 0}


def test_key_of_a_step_that_reads_what_cannot_be_saved_is_made_of_that_of_its_writer(
    tmp_path, keys
):
    for name, text in (("one", "rows"), ("other", "rows"), ("third", "others")):
        stages = [Collect(text=text), Preprocess(), Hold(), Look()]
        Chain(stages).execute(directory=tmp_path / name)
    one, other, third = keys["look"]
    assert one == other
    assert one != third


def test_key_after_what_is_given_is_made_of_what_that_holds(tmp_path, keys):
    for name, text in (("one", "a"), ("other", "a"), ("third", "b")):
        given = [Collected(text=text), Partition()]
        Chain([Preprocess(), Train()], given=[Collected, Partition]).execute(
            directory=tmp_path / name, given=given
        )
    one, other, third = keys["train"]
    assert one == other != third


def test_key_after_what_is_given_and_cannot_be_saved_is_its_own(tmp_path, keys):
    for name in ("one", "other"):
        Chain([Look()], given=[Held]).execute(directory=tmp_path / name, given=[Held(opened=len)])
    assert len(set(keys["look"])) == 2


def test_key_in_a_refit_of_what_cannot_be_saved_is_that_of_the_refit(tmp_path, keys):
    class Reopen(Stage):
        def run(self, trained: Trained, session: Session) -> Evaluated:
            for name in ("one", "other"):
                session.refit(Held(opened=print), name=name)
            return Evaluated()

    for folder in ("a", "b"):
        Chain([Collect(), Preprocess(), Hold(), Look(), Reopen()]).execute(
            directory=tmp_path / folder
        )
    first, one, other, again, *others = keys["look"]
    assert len({first, one, other}) == 3
    assert [first, one, other] == [again, *others]


def test_key_in_a_fold_is_made_of_what_the_partition_holds(tmp_path, keys):
    for name, how in (("one", "a"), ("other", "a"), ("third", "b")):
        chain = Chain([Collect(), Preprocess(), Train(), Refit(how=how)])
        chain.execute(directory=tmp_path / name)
    one, other, third = keys["refit/fold/train"]
    assert one == other
    assert one != third


def test_key_is_not_made_where_nothing_is_written(keys):
    Chain([Collect(), Preprocess(), Train()]).execute()
    assert keys["train"] == [""]


def test_key_is_the_same_in_a_run_that_is_gone_on_with(tmp_path, keys):
    run(tmp_path, folds=1)
    (tmp_path / "train" / "artifact" / "text.json").write_text("torn")
    chain = Chain([Collect(), Preprocess(), Train(), Evaluate(folds=1)])
    chain.execute(seed=3, directory=tmp_path, resume=True)
    assert all(len(found) == 2 and len(set(found)) == 1 for found in keys.values())


CODE = """
from fivefold.core.artifact import Artifact
from fivefold.core.session import Session
from fivefold.core.stage import Stage

class Counted(Artifact):
    rows: int

class Base(Stage):
    start: int = 1

class Count(Base):
    def run(self, session: Session) -> Counted:
        return Counted(rows=self.start)
"""


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("rows=self.start", "rows=self.start + 1", True),
        ("start: int = 1", "start: int = 2", True),
        ("from fivefold.core.artifact", "# a remark\nfrom fivefold.core.artifact", False),
    ],
)
def test_resume_with_the_code_of_a_stage_changed_is_refused(tmp_path, old, new, differs):
    file = tmp_path / "counting.py"
    file.write_text(CODE)
    stage = load_file(file).Count
    Chain([stage()]).execute(directory=tmp_path / "run")
    file.write_text(CODE.replace(old, new))
    again = Chain([load_file(file).Count()])
    if not differs:
        again.execute(directory=tmp_path / "run", resume=True)
        return
    with pytest.raises(ResumeError) as caught:
        again.execute(directory=tmp_path / "run", resume=True)
    changed = ["Count"] if "rows" in old else ["Base", "Count"]
    assert list(caught.value.differences) == [f"code of {name}" for name in changed]


class Patient(Collect):
    bitless = frozenset({"rows"})


def test_settings_that_decide_no_bit_are_in_no_identity(tmp_path):
    one, other, third = (
        identify(place([Patient(rows=rows, text=text)]), Session())
        for rows, text in [(1, "a"), (2, "a"), (1, "b")]
    )
    assert differences(one, other) == {}
    assert list(differences(one, third)) == ["patient.text"]


def test_bitless_setting_that_is_no_field_is_refused_when_the_stage_is_defined():
    with pytest.raises(SignatureError, match="`row` is bitless and no field"):

        class Wrong(Collect):
            bitless = frozenset({"row"})


def test_differences_tell_each_value_by_its_name():
    then = {"seed": 0, "settings": {"train.lr": 0.1}, "reads": {"Preprocessed": "ab"}, "numpy": "2"}
    now = {
        "seed": 0,
        "settings": {"train.lr": None, "train.epochs": 3},
        "reads": {},
        "own": {"Board": "ab" * 32},
    }
    then["own"], then["processor"], now["processor"] = {}, ["intel", "avx2"], ["intel"]
    assert differences(then, now) == {
        "train.lr": ("0.1", "none"),
        "train.epochs": ("the default", "3"),
        "Preprocessed": ("ab", "none"),
        "numpy": ("2", "none"),
        "code of Board": ("none", "abababababab"),
        "processor": ("avx2", "nothing more"),
    }


def test_differences_of_other_stages_do_not_compare_their_settings():
    then = {"stages": "A, B", "settings": {"a.x": 1}}
    assert differences(then, {"stages": "A", "settings": {}}) == {"stages": ("A, B", "A")}


def test_refusal_of_what_is_the_same_is_none(tmp_path):
    same = identify(place([Collect()]), Session())
    assert refusal(json.loads(json.dumps(same)), same, "Pipeline.run", tmp_path) is None
