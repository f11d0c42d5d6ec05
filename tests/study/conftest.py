import pytest

from fivefold.kinds.known import KINDS
from fivefold.tasks.known import TASKS
from studied import small_frame, small_pipeline


@pytest.fixture
def frame():
    return small_frame()


@pytest.fixture
def pipeline(frame):
    return small_pipeline(frame)


@pytest.fixture(autouse=True)
def nothing_handed_over(monkeypatch):
    """What other tests let the process know would be wanted of other processes too."""
    for known in (KINDS, TASKS):
        monkeypatch.setattr(known, "_own", {})
