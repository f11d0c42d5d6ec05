import pytest

from studied import small_frame, small_pipeline


@pytest.fixture
def frame():
    return small_frame()


@pytest.fixture
def pipeline(frame):
    return small_pipeline(frame)
