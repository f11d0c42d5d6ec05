from dataclasses import replace

import torch

from fitting import feed
from fivefold.models.crossfitted import FOLDS, crossfitted
from fivefold.models.heads import make_head
from fivefold.models.learner import Lesson
from fivefold.tasks.known import task_of


def lesson(target, task="binary"):
    rows = torch.arange(len(target))[:, None].float()
    parts = {part: feed((rows, target), batch=8) for part in ("train", "valid")}
    head = make_head(task_of(task), (1,))
    return Lesson(**parts, head=head, seed=3, tell=lambda text: None)


def test_crossfitted_answers_each_row_once_by_models_that_have_not_seen_it():
    seen = []

    def fit(part):
        learnt, asked = (one.take(slice(None)).inputs[:, 0] for one in (part.train, part.valid))
        seen.append((set(learnt.tolist()), set(asked.tolist()), part.valid.target.mean().item()))
        return {"echo": asked[:, None]}

    target = (torch.arange(100) < 20).float()
    found = crossfitted(lesson(target), fit)
    assert found.answers["echo"][:, 0].tolist() == [*range(100)]  # in the order of the rows
    assert len(seen) == FOLDS
    for learnt, asked, share in seen:
        assert not learnt & asked
        assert len(learnt | asked) == 100
        assert abs(share - 0.2) < 1e-6  # of each class as many in each fold
    assert set.union(*(asked for _, asked, _ in seen)) == {float(row) for row in range(100)}
    assert torch.equal(found.feed.target, target)


def test_crossfitted_gives_nothing_where_a_model_cannot_be_fitted_to_a_part():
    taught = lesson((torch.arange(50) % 2).float())
    assert crossfitted(taught, lambda part: {}) is None
    calls = []

    def sometimes(part):
        calls.append(part)
        return {"one": torch.zeros(part.valid.rows, 1)} if len(calls) > 1 else {}

    assert crossfitted(taught, sometimes) is None
    few = replace(taught, train=feed((torch.zeros(3, 1), torch.zeros(3)), batch=8))
    assert crossfitted(few, lambda part: {"one": part.valid.target[:, None]}) is None


def test_crossfitted_rows_keep_their_weights():
    target = torch.randn(40)
    taught = lesson(target, "regression")
    weighed = feed((target[:, None], target), batch=8, weight=torch.arange(40.0))

    def fit(part):
        assert torch.equal(part.train.weight, part.train.take(slice(None)).weight)
        return {"weights": part.valid.weight[:, None]}

    found = crossfitted(replace(taught, train=weighed), fit)
    assert found.answers["weights"][:, 0].tolist() == [*range(40)]
