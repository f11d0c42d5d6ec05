from types import SimpleNamespace

from fivefold.core.events import Noted, Progress
from fivefold.core.session import Session
from fivefold.train.progress import Reporter


def rows(seconds, losses):
    for epoch, loss in enumerate(losses, 1):
        yield {"epoch": epoch, "train_loss": 1.0, "valid_loss": loss, "seconds": seconds}


def heard(seconds, losses, epochs):
    events = []
    reporter = Reporter(Session(observers=(events.append,)))
    for row in rows(seconds, losses):
        reporter.epoch(SimpleNamespace(epochs=epochs, row=row))
    return events


def test_reporter_tells_the_best_loss_and_the_time_left():
    events = [e for e in heard(2.0, [0.9, 0.5, 0.7], 10) if isinstance(e, Progress)]
    assert [(event.done, event.total, event.unit) for event in events] == [
        (1, 10, "epoch"),
        (2, 10, "epoch"),
        (3, 10, "epoch"),
    ]
    assert [event.values["best"] for event in events] == [0.9, 0.5, 0.5]
    assert [event.values["seconds_left"] for event in events] == [18.0, 16.0, 14.0]


def test_reporter_estimates_once_and_only_where_it_takes_long():
    (noted,) = [e for e in heard(30.0, [0.9, 0.5], 10) if isinstance(e, Noted)]
    assert noted.text == "One epoch takes 30.0 s, all 10 of them 5 minutes at most."
    assert not [e for e in heard(0.1, [0.9, 0.5], 10) if isinstance(e, Noted)]
