import pytest

from core import toys
from fivefold.core.chain import Chain


@pytest.fixture
def five() -> Chain:
    return toys.five()
