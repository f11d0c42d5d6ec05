from contextlib import suppress
from pathlib import Path

import pytest

from fivefold.errors import PreflightError
from fivefold.report.outlet import outlet


def test_outlet_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    with suppress(ValueError), outlet(str(place)) as sink:
        sink.write("half")
        raise ValueError("midway")
    assert list(tmp_path.iterdir()) == []
    with outlet(str(place)) as sink:
        sink.write("whole")
    assert place.read_text() == "whole"


def test_outlet_below_a_missing_folder_is_refused(tmp_path: Path) -> None:
    place = str(tmp_path / "none" / "out.csv")
    with pytest.raises(PreflightError, match="expected a file that can"), outlet(place):
        pass


def test_outlet_tells_the_first_error_even_if_nothing_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not removed")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ValueError, match="first"), outlet(str(tmp_path / "out.csv")):
        raise ValueError("first")
