"""Events: what a run tells those who listen."""

from dataclasses import FrozenInstanceError

import pytest

from fivefold.core.events import (
    Event,
    Found,
    Noted,
    Progress,
    StageFinished,
    StageStarted,
)
from fivefold.core.finding import Finding

EVENTS = [
    StageStarted(number=1, total=2),
    StageFinished(number=1, total=2, seconds=0.5, wrote="Trained"),
    Progress(done=1, total=10, unit="epoch", values={"train_loss": 0.5}),
    Noted(text="positive is 'yes', the rarer class"),
    Found(finding=Finding(code="constant", severity="note", sentence="Column `a` is 1.")),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_event_of_each_kind_is_frozen_and_belongs_to_the_run_at_first(event):
    assert isinstance(event, Event)
    assert event.path == ()
    with pytest.raises(FrozenInstanceError):
        event.path = ("train",)


def test_progress_without_values_has_none():
    assert dict(Progress(done=1, total=2, unit="row").values) == {}
