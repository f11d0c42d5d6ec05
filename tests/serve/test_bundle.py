import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from fivefold.deploy.bundle import write_bundle
from fivefold.errors import BundleError
from fivefold.serve.bundle import digest_of, open_bundle, write_manifest


def spans(path: Path) -> dict[str, range]:
    """Where the content of each entry lies in the file, as python's own zip reader sees it."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            head = 30 + len(info.filename)
            found[info.filename] = range(
                info.header_offset + head, info.header_offset + head + info.file_size
            )
    return found


def test_bundle_read_by_zipfile_holds_the_same_bytes(bundle, entries):
    with zipfile.ZipFile(bundle) as archive:
        assert archive.testzip() is None
        assert {i.filename: archive.read(i) for i in archive.infolist()} == entries
        assert all(i.compress_type == zipfile.ZIP_STORED for i in archive.infolist())


def test_open_intact_bundle_gives_every_entry(bundle, entries):
    opened = open_bundle(bundle)
    assert {n: bytes(c) for n, c in opened.entries.items()} == {
        n: c for n, c in entries.items() if n != "manifest.json"
    }
    assert opened.digest == sha256(bundle.read_bytes()).hexdigest()


@pytest.mark.parametrize("bit", [0, 5])
def test_open_with_one_changed_byte_in_an_entry_names_it(bundle, bit):
    intact = bundle.read_bytes()
    for name, span in spans(bundle).items():
        for place in (span[0], span[len(span) // 2], span[-1]):
            damaged = bytearray(intact)
            damaged[place] ^= 1 << bit
            bundle.write_bytes(damaged)
            with pytest.raises(BundleError) as caught:
                open_bundle(bundle)
            assert caught.value.entry == name, (name, place)
            assert name in str(caught.value)


def test_open_with_one_changed_byte_anywhere_outside_the_entries_refuses(bundle):
    intact = bundle.read_bytes()
    inside = {place for span in spans(bundle).values() for place in span}
    outside = [place for place in range(len(intact)) if place not in inside]
    assert len(outside) > 500
    for place in outside:
        damaged = bytearray(intact)
        damaged[place] ^= 1
        bundle.write_bytes(damaged)
        with pytest.raises(BundleError) as caught:
            open_bundle(bundle)
        assert caught.value.remedy


def test_open_with_manifest_bytes_changed_in_turn_refuses(bundle):
    intact = bundle.read_bytes()
    for place in spans(bundle)["manifest.json"][::3]:
        damaged = bytearray(intact)
        damaged[place] ^= 4
        bundle.write_bytes(damaged)
        with pytest.raises(BundleError) as caught:
            open_bundle(bundle)
        assert caught.value.entry == "manifest.json"


def test_open_truncated_anywhere_refuses(bundle):
    intact = bundle.read_bytes()
    for length in [0, 1, 29, 30, 60, *range(100, len(intact), 997), len(intact) - 1]:
        bundle.write_bytes(intact[:length])
        with pytest.raises(BundleError):
            open_bundle(bundle)


def test_open_with_bytes_appended_refuses(bundle):
    bundle.write_bytes(bundle.read_bytes() + b"\0")
    with pytest.raises(BundleError, match="zip directory"):
        open_bundle(bundle)


@pytest.mark.parametrize("name", ["codec.json", "model.onnx", "card.md"])
def test_open_with_a_missing_entry_names_it(entries, tmp_path, name):
    write_bundle({n: c for n, c in entries.items() if n != name}, tmp_path / "x.ff")
    with pytest.raises(BundleError, match="found none") as caught:
        open_bundle(tmp_path / "x.ff")
    assert caught.value.entry == name


def test_open_with_an_unlisted_entry_names_it(entries, tmp_path):
    write_bundle({**entries, "more.py": b"print()"}, tmp_path / "x.ff")
    with pytest.raises(BundleError) as caught:
        open_bundle(tmp_path / "x.ff")
    assert caught.value.entry == "more.py"


def test_open_newer_format_says_to_upgrade(entries, tmp_path):
    manifest = json.loads(entries["manifest.json"])
    manifest["format"] = 6
    manifest["sha256"] = digest_of(manifest)
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    write_bundle({**entries, "manifest.json": text}, tmp_path / "x.ff")
    with pytest.raises(BundleError, match="Upgrade fivefold") as caught:
        open_bundle(tmp_path / "x.ff")
    assert caught.value.found == 6


def test_open_zip_made_by_another_program_refuses(bundle, entries):
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(BundleError, match="packed another way"):
        open_bundle(bundle)


def test_open_zip_with_an_entry_twice_refuses(bundle, entries):
    from fivefold.serve.archive import pack

    pieces = list(pack(entries))
    head_and_content = b"".join(pieces[2:4])
    bundle.write_bytes(b"".join(pieces[:4]) + head_and_content + b"".join(pieces[4:]))
    with pytest.raises(BundleError, match="found two"):
        open_bundle(bundle)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"a,b\n1,2\n", "a file that is no zip"),
        (b"PK\5\6" + bytes(18), "a zip without manifest.json"),
    ],
)
def test_open_something_else_says_what_it_is(tmp_path, content, found):
    (tmp_path / "x.ff").write_bytes(content)
    with pytest.raises(BundleError, match=found):
        open_bundle(tmp_path / "x.ff")


def test_open_nothing_says_so(tmp_path):
    with pytest.raises(BundleError, match="No such file"):
        open_bundle(tmp_path / "x.ff")


def test_open_with_another_digest_refuses(bundle):
    right = sha256(bundle.read_bytes()).hexdigest()
    assert open_bundle(bundle, right.upper()).digest == right
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle, "0" * 64)
    assert caught.value.found == right


def test_open_tampered_bundle_passes_the_manifest_and_fails_the_digest(bundle, entries):
    """A manifest detects damage; whoever rewrites it too is caught by the digest alone."""
    right = sha256(bundle.read_bytes()).hexdigest()
    rest = {n: c for n, c in entries.items() if n != "manifest.json"} | {"card.md": b"Trust me"}
    write_bundle({"manifest.json": write_manifest(rest, "0.1.0", {}), **rest}, bundle)
    assert open_bundle(bundle).text("card.md") == "Trust me"
    with pytest.raises(BundleError):
        open_bundle(bundle, right)


def test_open_manifest_with_nested_or_odd_json_refuses(entries, tmp_path):
    for text in (b"[" * 100_000, b'{"kind": NaN}', b"\xff", b"[]", b"{}"):
        write_bundle({**entries, "manifest.json": text}, tmp_path / "x.ff")
        with pytest.raises(BundleError) as caught:
            open_bundle(tmp_path / "x.ff")
        assert caught.value.entry == "manifest.json"
        (tmp_path / "x.ff").unlink()


def test_folder_bundle_is_verified_file_by_file(entries, tmp_path):
    folder = tmp_path / "income.ff"
    digest = write_bundle(entries, f"{folder}/")
    assert open_bundle(folder).digest == digest == sha256(entries["manifest.json"]).hexdigest()
    for name in entries:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(BundleError) as caught:
            open_bundle(folder)
        assert caught.value.entry == name
        (folder / name).write_bytes(content)
    (folder / "codec.json").rename(folder / "codec2.json")
    with pytest.raises(BundleError) as caught:
        open_bundle(folder)
    assert caught.value.entry == "codec.json"


def test_folder_bundle_with_a_link_refuses(entries, tmp_path):
    folder = tmp_path / "income.ff"
    write_bundle(entries, f"{folder}/")
    outside = tmp_path / "outside.md"
    (folder / "card.md").rename(outside)
    (folder / "card.md").symlink_to(outside)
    with pytest.raises(BundleError, match="plain files"):
        open_bundle(folder)
