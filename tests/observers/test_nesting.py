import pytest

from fivefold.core.events import Event
from fivefold.observers.nesting import refit_of, scalar_name


@pytest.mark.parametrize(
    ("path", "refit"),
    [
        ((), ""),
        (("train",), ""),
        (("evaluate", "fold-1"), ""),
        (("evaluate", "fold-1", "train"), "evaluate/fold-1"),
        (("tune", "trial-2", "evaluate", "fold-1", "train"), "tune/trial-2/evaluate/fold-1"),
    ],
)
def test_refit_is_what_stands_before_a_stage_of_it(path, refit):
    assert refit_of(Event(path=path)) == refit


def test_scalars_of_a_stage_are_told_apart_by_what_is_counted():
    event = Event(path=("evaluate",))
    assert scalar_name(event, "f1", "fold") == "evaluate/fold/f1"
    assert scalar_name(Event(), "f1") == "f1"
