import numpy as np

from fivefold.metrics.metric import ACCURACY
from fivefold.metrics.resampling import resample
from fivefold.tasks.choice import Choice
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import BINARY


class Tags(Choice):
    name = "tags"
    metrics = (ACCURACY,)
    sequence = True


TARGET = np.array([[0, 1, -1], [1, -1, -1], [-1, -1, -1], [1, 0, 1]])
SCORES = np.stack([np.full(TARGET.shape, 0.2), np.full(TARGET.shape, 0.8)], 2)


def test_judged_rows_are_the_rows_themselves():
    target, scores = np.array([0, 1]), np.eye(2)
    judged = Judged.of(BINARY, target, scores)
    assert judged.target is target
    assert judged.scores is scores
    assert (judged.row, judged.noun) == (None, "rows")
    resamples = resample(2, seed=0)
    assert judged.drawn(resamples) is resamples


def test_judged_positions_stand_one_after_another_with_their_rows():
    judged = Judged.of(Tags(), TARGET, SCORES)
    assert judged.target.tolist() == [0, 1, 1, 1, 0, 1]
    assert judged.scores.shape == (6, 2)
    assert judged.row.tolist() == [0, 0, 1, 3, 3, 3]
    errors = Tags().errors(judged.target, judged.scores)
    assert judged.by_row(errors).tolist() == [0.5, 0.0, 0.0, 1 / 3]


def test_resamples_of_positions_hold_a_row_whole_as_often_as_the_row_was_drawn():
    resamples = resample(4, seed=0)
    drawn = Judged.of(Tags(), TARGET, SCORES).drawn(resamples)
    assert (drawn.kind, drawn.independent, len(drawn)) == ("cluster", 4, 6)
    assert drawn.too_few == "too few rows"
    seen = []
    drawn.over(lambda counts: (seen.append(counts), counts.sum(1))[1])
    counts = seen[0]
    assert (counts[:, 0] == counts[:, 1]).all()
    assert (counts[:, 3:] == counts[:, 3:4]).all()
    assert (counts[:, [0, 2, 3]] == resamples.drawn[:, [0, 1, 3]]).all()


def test_resamples_of_positions_in_groups_stay_groups():
    resamples = resample(4, seed=0, group=np.array(["a", "a", "b", "b"]))
    drawn = Judged.of(Tags(), TARGET, SCORES).drawn(resamples)
    assert (drawn.kind, drawn.independent) == ("group", 2)
    assert drawn.unit_of_row.tolist() == [0, 0, 0, 1, 1, 1]
