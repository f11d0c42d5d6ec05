import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivefold.errors import BundleError
from fivefold.serve import archive
from fivefold.serve.archive import differs, first_name, pack, unpack

names = st.text("abcdefghijklmnopqrstuvwxyz._-0123456789", min_size=1, max_size=20)
contents = st.dictionaries(names, st.binary(max_size=200), min_size=1, max_size=6)


@given(entries=contents)
def test_pack_is_read_by_zipfile_and_by_unpack(entries):
    content = b"".join(pack(entries))
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == entries
        assert opened.namelist() == list(entries)
    found = unpack(content)
    assert {name: bytes(view) for name, view in found.items()} == entries
    assert differs(content, found) is None
    assert first_name(content[:200]) == next(iter(entries))


@given(entries=contents, data=st.data())
def test_any_changed_byte_is_refused_or_changes_an_entry_or_differs(entries, data):
    content = bytearray(b"".join(pack(entries)))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    try:
        found = unpack(bytes(content))
    except BundleError:
        return
    changed = {name: bytes(view) for name, view in found.items()} != entries
    assert changed or differs(bytes(content), found) is not None


def test_pack_of_more_than_four_gibibytes_asks_for_a_folder(monkeypatch):
    monkeypatch.setattr(archive, "LARGEST", 10)
    with pytest.raises(BundleError, match="to write a folder"):
        list(pack({"a": bytes(11)}))
