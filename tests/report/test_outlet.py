from contextlib import suppress
from pathlib import Path

import pytest

from fivefold.errors import PreflightError
from fivefold.report.outlet import check_place, whole_file


def test_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    with suppress(ValueError), whole_file(place) as partial:
        partial.write_text("half")
        raise ValueError("midway")
    assert list(tmp_path.iterdir()) == []
    with whole_file(place) as partial:
        partial.write_text("whole")
    assert place.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_that_was_there_stays_where_the_new_one_fails(tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    place.write_text("old")
    with suppress(ValueError), whole_file(place) as partial:
        partial.write_text("half")
        raise ValueError("midway")
    assert place.read_text() == "old"


def test_file_below_a_missing_folder_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "none" / "out.csv"
    with pytest.raises(PreflightError, match="expected a file that can"), whole_file(place) as to:
        to.write_text("whole")


def test_check_place_says_what_is_there_instead(tmp_path: Path) -> None:
    check_place("--to", tmp_path / "out.csv")
    for place, found in {
        tmp_path: "found a folder",
        tmp_path / "none" / "out.csv": "found no folder",
        Path("/dev/null"): "found a device or pipe",
    }.items():
        with pytest.raises(PreflightError, match=f"^--to: expected to write .*{found}"):
            check_place("--to", place)


def test_the_first_error_is_told_even_if_nothing_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not removed")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ValueError, match="first"), whole_file(tmp_path / "out.csv"):
        raise ValueError("first")
