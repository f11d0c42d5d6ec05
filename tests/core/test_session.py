"""Sessions: what a stage knows of its run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.toys import Collected
from fivefold.core.events import Noted
from fivefold.core.session import Session, derive_seed
from fivefold.errors import WiringError


def test_session_without_a_run_has_plain_defaults():
    session = Session()
    assert (session.seed, session.device, session.directory) == (0, "auto", None)
    assert (session.recipe, session.path, session.is_refit) == ("{}", (), False)


def test_session_without_a_run_is_silent():
    session = Session(seed=3)
    assert session.emit(Noted(text="nobody listens")) is None


def test_session_without_a_run_refuses_to_refit():
    with pytest.raises(WiringError) as caught:
        Session().refit(Collected(), name="fold-1")
    assert str(caught.value) == (
        "Session: expected refit() in a stage's run() in a pipeline, found it elsewhere.\n"
        "Call it from run(), and the stage through Pipeline.run()."
    )


def test_session_is_never_fitted():
    assert Session(seed=3).fitted() == {}


@given(seed=st.integers(0), name=st.text())
def test_derived_seed_is_stable_and_fits_every_generator(seed, name):
    derived = derive_seed(seed, name)
    assert derived == derive_seed(seed, name)
    assert 0 <= derived < 2**32


def test_derived_seeds_differ_by_seed_name_and_depth():
    names = ["train", "evaluate", "train-2", ""]
    seeds = {derive_seed(seed, name) for seed in range(50) for name in names}
    nested = {derive_seed(0, "evaluate", f"fold-{n}") for n in range(50)}
    assert len(seeds) == 200
    assert len(nested) == 50
    assert not seeds & nested


def test_derived_seed_is_the_same_on_every_machine():
    import hashlib

    expected = int.from_bytes(hashlib.sha256(b"0/train").digest()[:4], "little")
    assert derive_seed(0, "train") == expected
