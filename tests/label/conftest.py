"""A desk of plain texts."""

from pathlib import Path

import pytest

from label_desk import desk_of


@pytest.fixture
def desk(tmp_path: Path):
    return desk_of(tmp_path, [f"text {n}" for n in range(60)])[0]
