import errno
import os
import resource
from pathlib import Path

import pytest

from fivefold.deploy.bundle import path_faults, write_bundle
from fivefold.errors import BundleError, ParityError, PreflightError
from fivefold.serve.bundle import open_bundle, write_manifest


@pytest.fixture
def entries() -> dict[str, bytes]:
    rest = {"card.md": b"# Card\n", "model.onnx": bytes(range(256)) * 400}
    return {"manifest.json": write_manifest(rest, "0.1.0", {}), **rest}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_write_same_entries_twice_gives_the_same_bytes(entries, tmp_path):
    first = write_bundle(entries, tmp_path / "a.ff")
    second = write_bundle(entries, tmp_path / "b.ff")
    assert first == second
    assert (tmp_path / "a.ff").read_bytes() == (tmp_path / "b.ff").read_bytes()
    assert open_bundle(tmp_path / "a.ff", first).text("card.md") == "# Card\n"


@pytest.mark.parametrize("slash", ["", "/"])
def test_write_replaces_an_older_bundle_and_leaves_nothing_beside_it(entries, tmp_path, slash):
    path = f"{tmp_path}/model.ff{slash}"
    old = {"card.md": b"old"}
    write_bundle({"manifest.json": write_manifest(old, "0.0.1", {}), **old}, path)
    write_bundle(entries, path)
    assert open_bundle(path).text("card.md") == "# Card\n"
    assert names(tmp_path) == ["model.ff"]


def test_write_replaces_a_damaged_bundle(entries, tmp_path):
    path = tmp_path / "model.ff"
    write_bundle(entries, path)
    path.write_bytes(path.read_bytes()[:2000])
    write_bundle(entries, path)
    assert open_bundle(path).text("card.md") == "# Card\n"


@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("model.ff", b"my thesis"),
        ("model.ff", b""),
        ("model.ff", b"PK\3\4" + bytes(300)),
        ("model.ff/notes.txt", b"mine"),
        ("model.ff/manifest.json", b'{"name": "a web app"}'),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_write_over_anything_else_refuses_and_keeps_it(entries, tmp_path, place, content, slash):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_bytes(content)
    path = f"{tmp_path}/model.ff{slash}"
    assert len(path_faults(path)) == 1
    with pytest.raises(PreflightError) as caught:
        write_bundle(entries, path)
    assert caught.value.remedy
    assert (tmp_path / place).read_bytes() == content
    assert names(tmp_path) == ["model.ff"]


def test_write_without_the_folder_above_names_it(tmp_path):
    [fault] = path_faults(tmp_path / "nowhere" / "model.ff")
    assert "nowhere" in str(fault)
    assert fault.found == "no such folder"


def test_write_below_a_file_refuses(tmp_path):
    (tmp_path / "file").write_text("x")
    [fault] = path_faults(tmp_path / "file" / "model.ff")
    assert fault.found == "a file"


def test_write_into_a_read_only_folder_refuses(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    [fault] = path_faults(tmp_path / "model.ff")
    assert "writable" in str(fault)


@pytest.mark.parametrize("slash", ["", "/"])
def test_write_on_a_disk_that_fills_up_leaves_the_older_bundle(entries, tmp_path, slash):
    path = f"{tmp_path}/model.ff{slash}"
    write_bundle(entries, path)
    before = open_bundle(path).digest
    big = {"card.md": b"new", "model.onnx": bytes(2_000_000)}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(BundleError) as caught:
            write_bundle({"manifest.json": write_manifest(big, "0.1.0", {}), **big}, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "File too large" in str(caught.value)
    assert open_bundle(path).digest == before
    assert names(tmp_path) == ["model.ff"]


def test_write_when_fsync_fails_leaves_nothing(entries, tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BundleError, match="No space left"):
        write_bundle(entries, tmp_path / "model.ff")
    assert names(tmp_path) == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_write_refused_by_the_check_leaves_the_older_bundle(entries, tmp_path, slash):
    path = f"{tmp_path}/model.ff{slash}"
    write_bundle(entries, path)
    before = open_bundle(path).digest
    seen = []

    def check(temporary: Path) -> None:
        seen.append(open_bundle(temporary).text("card.md"))
        raise ParityError("Deploy: expected 1, found 2.")

    new = {"card.md": b"new"}
    with pytest.raises(ParityError):
        write_bundle({"manifest.json": write_manifest(new, "1", {}), **new}, path, check=check)
    assert seen == ["new"]
    assert open_bundle(path).digest == before
    assert names(tmp_path) == ["model.ff"]


def test_write_interrupted_leaves_nothing(entries, tmp_path):
    def check(temporary: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_bundle(entries, tmp_path / "model.ff", check=check)
    assert names(tmp_path) == []


def test_write_into_an_empty_folder_takes_its_place(entries, tmp_path):
    (tmp_path / "model.ff").mkdir()
    write_bundle(entries, f"{tmp_path}/model.ff/")
    assert open_bundle(tmp_path / "model.ff").text("card.md") == "# Card\n"


def test_write_over_a_folder_that_holds_more_than_a_bundle_refuses_and_keeps_it(entries, tmp_path):
    place = f"{tmp_path / 'model'}/"
    write_bundle(entries, place)
    (tmp_path / "model" / "notes.txt").write_text("mine")
    [fault] = path_faults(place)
    assert isinstance(fault, PreflightError)
    assert (tmp_path / "model" / "notes.txt").read_text() == "mine"
