"""A model that is refitted beside people who label."""

from threading import Event as Flag

from fivefold.core.estimate import Estimate
from fivefold.label.outlook import Outlook
from fivefold.label.proposals import Proposals


def outlook(labels: int) -> Outlook:
    score = Estimate(0.8, low=0.6, high=0.9, method="wilson", n=20)
    return Outlook(items=["a"], guesses=[labels], learnt=labels, metric="accuracy", score=score)


def test_proposals_are_refitted_after_every_so_many_labels_and_tell_their_curve():
    asked: list[int] = []

    def learn() -> Outlook:
        asked.append(len(asked))
        return outlook(10 * len(asked))

    proposals = Proposals(learn, every=10)
    for labels in (5, 10, 12, 19, 20):
        proposals.heed(labels)
        assert proposals.wait(5)
    assert len(asked) == 2
    assert [line["labels"] for line in proposals.curve] == [10, 20]
    assert proposals.curve[0] == {
        **{"labels": 10, "metric": "accuracy", "score": 0.8},
        **{"low": 0.6, "high": 0.9, "rows": 20},
    }


def test_proposals_in_the_midst_of_a_fit_begin_the_next_one_after_it():
    gate, asked = Flag(), []

    def learn() -> Outlook:
        asked.append(1)
        gate.wait(5)
        return outlook(len(asked))

    proposals = Proposals(learn, every=10)
    proposals.heed(10)
    proposals.heed(20)
    assert len(asked) == 1
    assert proposals.outlook is None
    gate.set()
    while len(proposals.curve) < 2:
        assert proposals.wait(5)
    assert len(asked) == 2


def test_proposals_tell_why_a_fit_failed_and_keep_the_one_before():
    ways = iter([lambda: outlook(10), lambda: 1 / 0, lambda: None])
    proposals = Proposals(lambda: next(ways)(), every=10)
    for labels in (10, 20, 30):
        proposals.heed(labels)
        assert proposals.wait(5)
        if labels == 20:
            assert "division" in proposals.fault
    assert proposals.fault == ""
    assert proposals.outlook is not None
    assert len(proposals.curve) == 1


def test_proposals_that_are_closed_begin_no_fit():
    proposals = Proposals(lambda: outlook(1), every=1)
    proposals.close()
    proposals.heed(5)
    assert proposals.wait(1)
    assert proposals.curve == []
