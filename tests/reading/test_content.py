"""What a source on disk holds: a digest that changes with any file that would be read."""

from pathlib import Path

import numpy as np
import pytest

import fivefold as ff
from fivefold.reading.content import content_of_source
from fivefold.reading.options import Reading

ASKS = Reading(files=frozenset({"photo"}))


def write(folder: Path, name: str, text: str = "a,b\n1,2\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("one.csv", "one.csv"),
        ("*.csv", "two.csv"),
        ("deep", "deep/class/1.png"),
        (("one.csv", "two.csv"), "two.csv"),
    ],
    ids=str,
)
def test_content_changes_with_each_file_that_is_read(tmp_path, source, changed):
    for name in ("one.csv", "two.csv", "other.txt", "deep/class/1.png"):
        write(tmp_path, name)
    several = [str(tmp_path / each) for each in ([source] if isinstance(source, str) else source)]
    at = several[0] if isinstance(source, str) else tuple(several)
    before = content_of_source(at, Reading())
    write(tmp_path, "other.txt", "changed")
    assert content_of_source(at, Reading()) == before
    write(tmp_path, changed, "a,b\n1,3\n")
    assert content_of_source(at, Reading()) != before


def test_content_of_a_table_that_names_pictures_changes_with_them(tmp_path):
    table = write(tmp_path, "table.csv", "photo,y\nin/1.png,2\n")
    write(tmp_path, "in/1.png")
    before = [content_of_source(table, each) for each in (Reading(), ASKS)]
    write(tmp_path, "in/1.png", "changed")
    after = [content_of_source(table, each) for each in (Reading(), ASKS)]
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_content_of_what_is_on_no_disk_is_empty():
    for source in ("sklearn:iris", {"a": [1]}, (np.eye(2), np.ones(2)), "not there.csv"):
        assert content_of_source(source, Reading()) == ""


def test_collect_tells_the_digests_of_its_files(tmp_path):
    path = write(tmp_path, "one.csv")
    stage = ff.Collect(path, target="a", test_source=write(tmp_path, "two.csv"))
    assert list(stage.sources()) == ["source", "test_source"]
    assert ff.Collect("sklearn:iris").sources() == {}
