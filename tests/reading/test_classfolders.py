import pytest

from fivefold.reading.classfolders import sorted_out
from fivefold.reading.packed import Member

LAYOUTS = [
    ("train/a/1 train/b/1 dev/a/2 test/b/3", {"train/a/1": 0, "dev/a/2": 1, "test/b/3": 2}, 0),
    ("x_train/x_train/a/1 x_train/x_train/b/1 x_test/x_test/a/2", {"x_test/x_test/a/2": 2}, 0),
    ("train/images/a/1 train/images/b/1 test/images/a/2", {"test/images/a/2": 2}, 0),
    ("a/train/1 b/train/1 a/test/2", {"a/train/1": 0, "a/test/2": 2}, 0),
    ("train/a/1 train/b/1 test/2 test/3", {"train/b/1": 0}, 2),
    ("train/a/1 train/b/1 test/unknown/2", {"train/b/1": 0}, 1),
    ("train/a/1 train/b/1 test/a/2 test/c/3", {"test/c/3": 2}, 0),
    ("train/1 test/2", {}, 2),
    ("train/1 car/2", {"train/1": -1, "car/2": -1}, 0),
]


@pytest.mark.parametrize(("paths", "parts", "strays"), LAYOUTS, ids=[one[0] for one in LAYOUTS])
def test_folders_of_parts_around_classes_or_inside_of_them_are_told_apart(paths, parts, strays):
    entries, stray = sorted_out([Member(path, bytes) for path in sorted(paths.split())])
    found = {entry.member.path: entry.part for entry in entries}
    assert found.items() >= parts.items()
    assert len(stray) == strays
    assert {entry.label for entry in entries} <= {"a", "b", "c", "train", "car"}
