"""The store: files that are whole or absent, and that are refused when they changed."""

import errno
import json
import math
import os
from pathlib import Path, PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.core import format as form
from fivefold.core import store
from fivefold.core.artifact import Artifact
from fivefold.core.format import Format, register
from fivefold.core.store import write_bytes
from fivefold.errors import FivefoldError, StoreError


class Noted(Artifact):
    first: object
    second: object = None


class Drawing:
    """Something only a registered format can hold."""

    def __init__(self, strokes: str) -> None:
        self.strokes = strokes


@pytest.fixture
def formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formats registered in a test are forgotten after it."""
    monkeypatch.setattr(form, "FORMATS", dict(form.FORMATS))


def files(folder: Path) -> list[str]:
    """The names of all files below a folder, hidden ones included."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.sampled_from(["()", "[]", "$"]), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(value=JSON)
def test_plain_value_saved_and_loaded_is_the_same_to_the_last_type(value, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    Noted(first=value).save(folder / "noted")
    assert repr(Noted.load(folder / "noted").first) == repr(value)


def test_plain_value_that_looks_like_a_tuple_mark_stays_a_dict(tmp_path: Path):
    Noted(first={"()": [1, 2]}, second=({"()": ()},)).save(tmp_path / "noted")
    loaded = Noted.load(tmp_path / "noted")
    assert loaded.first == {"()": [1, 2]}
    assert loaded.second == ({"()": ()},)


def test_path_saved_and_loaded_is_a_path(tmp_path: Path):
    Noted(first=Path("models/income.ff")).save(tmp_path / "noted")
    loaded = Noted.load(tmp_path / "noted").first
    assert isinstance(loaded, PurePath)
    assert loaded == Path("models/income.ff")


@pytest.mark.parametrize(
    "value",
    [{1: "a"}, {"a": {1}}, object(), b"bytes", 1j, [len]],
    ids=lambda value: type(value).__name__,
)
def test_value_that_json_would_change_is_refused_rather_than_changed(value, tmp_path: Path):
    with pytest.raises(StoreError) as caught:
        Noted(first=1, second=value).save(tmp_path / "noted")
    assert caught.value.field == "second"
    assert files(tmp_path) == []


def test_manifest_names_every_file_with_its_sha256(tmp_path: Path):
    from hashlib import sha256

    Noted(first=[1], second="b").save(tmp_path)
    manifest = json.loads((tmp_path / "artifact").read_text())
    assert manifest["artifact"] == "Noted"
    assert set(manifest["fields"]) == {"first", "second"}
    hashes = {sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert {entry["sha256"] for entry in manifest["fields"].values()} < hashes


@pytest.mark.parametrize("damage", [b"", b"[1, 2", b"[1, 3]"], ids=["empty", "torn", "changed"])
def test_file_that_was_damaged_is_refused_by_name(damage, tmp_path: Path):
    Noted(first=[1, 2]).save(tmp_path)
    (tmp_path / "first.json").write_bytes(damage)
    with pytest.raises(StoreError) as caught:
        Noted.load(tmp_path)
    assert str(caught.value) == (
        "Noted.first: expected the file that was saved, found a changed first.json.\n"
        "Make the artifact again."
    )
    assert caught.value.field == "first"


def test_file_with_any_one_byte_changed_is_refused(tmp_path: Path):
    Noted(first="ab").save(tmp_path)
    whole = (tmp_path / "first.json").read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1
        (tmp_path / "first.json").write_bytes(changed)
        with pytest.raises(StoreError, match="a changed"):
            Noted.load(tmp_path)


def test_file_that_is_missing_is_named(tmp_path: Path):
    Noted(first=[1]).save(tmp_path)
    (tmp_path / "first.json").unlink()
    with pytest.raises(StoreError, match=r"Noted\.first: expected .*, found none") as caught:
        Noted.load(tmp_path)
    assert caught.value.field == "first"


def test_folder_without_a_manifest_is_refused(tmp_path: Path):
    with pytest.raises(StoreError) as caught:
        Noted.load(tmp_path)
    assert str(caught.value) == (
        f"Noted: expected an artifact in {tmp_path}, found no artifact.\n"
        "Give the folder that save() wrote."
    )


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        '{"artifact": "Not',
        "[]",
        "{}",
        '{"artifact": "Noted"}',
        '{"artifact": "Noted", "fields": {}}',
        '{"artifact": "Noted", "fields": {"first": {"format": "pickle", "sha256": ""}}}',
        '{"artifact": "Noted", "fields": {"first": {}}}',
        '{"artifact": "Noted", "fields": {"../first": {"format": "json", "sha256": ""}}}',
    ],
)
def test_manifest_that_was_damaged_is_refused(manifest, tmp_path: Path):
    Noted(first=[1]).save(tmp_path)
    (tmp_path / "artifact").write_text(manifest)
    with pytest.raises(StoreError):
        Noted.load(tmp_path)


def test_manifest_that_names_a_field_of_no_such_class_is_refused(tmp_path: Path):
    Noted(first=[1]).save(tmp_path)
    text = (tmp_path / "artifact").read_text().replace('"second"', '"third"')
    (tmp_path / "second.json").rename(tmp_path / "third.json")
    (tmp_path / "artifact").write_text(text)
    with pytest.raises(StoreError):
        Noted.load(tmp_path)


@pytest.mark.usefixtures("formats")
def test_registered_format_saves_and_loads_its_kind(tmp_path: Path):
    register(
        Format(
            "drawing",
            ".svg",
            lambda value: isinstance(value, Drawing),
            lambda value, file: file.write(value.strokes.encode()),
            lambda path: Drawing(path.read_text()),
        )
    )
    Noted(first=Drawing("<svg/>"), second=1).save(tmp_path)
    assert files(tmp_path) == ["artifact", "first.svg", "second.json"]
    assert Noted.load(tmp_path).first.strokes == "<svg/>"


def test_artifact_of_an_unregistered_format_is_refused_when_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(form, "FORMATS", dict(form.FORMATS))
        accepts = lambda value: isinstance(value, Drawing)  # noqa: E731
        write = lambda value, file: file.write(b"x")  # noqa: E731
        register(Format("drawing", ".svg", accepts, write, Path.read_bytes))
        Noted(first=Drawing("<svg/>")).save(tmp_path)
    with pytest.raises(StoreError, match=r"Noted\.first"):
        Noted.load(tmp_path)


@pytest.mark.usefixtures("formats")
def test_save_that_fails_midway_leaves_nothing_behind(tmp_path: Path):
    def fail(value: object, file: form.Hashed) -> None:
        file.write(b"half a drawing")
        raise OSError(errno.ENOSPC, "No space left on device")

    register(Format("drawing", ".svg", lambda v: isinstance(v, Drawing), fail, Path.read_bytes))
    with pytest.raises((OSError, FivefoldError), match="No space left"):
        Noted(first=[1], second=Drawing("<svg/>")).save(tmp_path / "noted")
    assert files(tmp_path) == []


def test_save_on_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced = []

    def fsync(file: int) -> None:
        synced.append(file)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises((OSError, FivefoldError), match="No space left"):
        Noted(first=[1], second=[2]).save(tmp_path / "noted")
    assert len(synced) == 2
    assert files(tmp_path) == []


def test_write_bytes_replaces_a_file_whole(tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_bytes(b"old and longer")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert files(tmp_path) == ["report.html"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_write_bytes_that_fails_keeps_the_older_file_and_no_other(
    failing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == ["report.html"]


def test_write_bytes_interrupted_by_the_keyboard_keeps_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def interrupt(file: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == ["report.html"]


def test_write_bytes_is_synced_before_it_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    order = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda file: (order.append("fsync"), fsync(file))[1])
    monkeypatch.setattr(
        Path, "replace", lambda path, other: (order.append("rename"), replace(path, other))[1]
    )
    write_bytes(tmp_path / "report.html", b"new")
    assert order[:2] == ["fsync", "rename"]


def test_nan_saved_and_loaded_is_nan(tmp_path: Path):
    Noted(first=[math.nan, math.inf, -0.0]).save(tmp_path)
    nan, inf, zero = Noted.load(tmp_path).first
    assert math.isnan(nan)
    assert inf == math.inf
    assert math.copysign(1, zero) == -1


def test_write_that_fails_says_why_even_if_nothing_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not removed")

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        write_bytes(tmp_path / "a", b"1")


def test_write_bytes_takes_the_place_of_what_a_killed_process_left(tmp_path: Path):
    """In a container the next process often has the same number."""
    torn = tmp_path / f".value.json.{os.getpid()}.tmp"
    torn.write_bytes(b"half")
    write_bytes(tmp_path / "value.json", b"whole")
    assert (tmp_path / "value.json").read_bytes() == b"whole"
    assert not torn.exists()


def test_artifact_saved_removes_what_a_killed_process_left(tmp_path: Path):
    folder = tmp_path / "artifact"
    folder.mkdir()
    (folder / ".value.json.77.tmp").write_bytes(b"half")
    store.save_fields("Held", {"value": 1}, folder)
    assert files(folder) == ["artifact", "value.json"]
