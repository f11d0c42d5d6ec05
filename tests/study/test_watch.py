"""When a trial is ended: never on little evidence, never where it may yet arrive."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.study.watch import FEWEST, bounds_of, course_of, is_beaten, measure_of

EPOCHS = 20


def falling(begin, end, pace=3.0, epochs=EPOCHS):
    """Losses that fall quickly at first."""
    return [end + (begin - end) * np.exp(-pace * epoch / epochs) for epoch in range(epochs)]


def ended(course, bounds, epochs=EPOCHS):
    """The epoch in which a trial is ended, or None."""
    epoch = (n for n in range(1, len(course)) if is_beaten(course[:n], bounds, epochs))
    return next(epoch, None)


@pytest.fixture
def bounds():
    courses = [falling(1.0, 0.2 + 0.02 * number, 6) for number in range(FEWEST)]
    return bounds_of(courses, [-course[-1] for course in courses], greater=True)


def test_bounds_are_the_worst_of_those_that_became_good(bounds):
    assert bounds[-1] == pytest.approx(falling(1.0, 0.32, 6)[-1])
    late = [falling(1.0, 0.5, 6)] * 5 + [falling(5.0, 0.1, 6)] + [falling(1.0, 0.6, 6)] * 4
    tolerant = bounds_of(late, [-course[-1] for course in late], greater=True)
    assert tolerant[0] == 5.0
    by_error = bounds_of(late, [course[-1] for course in late], greater=False)
    assert by_error == tolerant


def test_few_trials_are_no_evidence():
    courses = [falling(1.0, 0.2)] * (FEWEST - 1)
    assert bounds_of(courses, [0.5] * (FEWEST - 1), greater=True) == ()
    assert bounds_of([*courses, []], [0.5] * FEWEST, greater=True) == ()
    assert not is_beaten([9.0] * 19, (), EPOCHS)


def test_trial_without_hope_is_ended_after_a_third_of_its_epochs(bounds):
    assert ended([2.0] * EPOCHS, bounds) == EPOCHS // 3 + 3
    assert ended(course_of(falling(2.0, 0.9, 6)), bounds) in range(EPOCHS // 3 + 3, EPOCHS - 3)
    assert ended([2.0] * 5, bounds, 5) is None


def test_trial_that_learns_slowly_and_becomes_the_best_goes_on(bounds):
    slow = list(np.linspace(1.4, 0.1, EPOCHS))
    median = falling(1.0, 0.3, 6)
    assert sum(mine > theirs for mine, theirs in zip(slow[3:], median[3:], strict=True)) > 5
    assert ended(slow, bounds) is None


def test_one_good_epoch_among_the_last_three_is_enough(bounds):
    draw = np.random.default_rng(0)
    for _ in range(200):
        course = course_of(draw.uniform(0.2, 1.5, EPOCHS))
        epoch = ended(course, bounds)
        if epoch is not None:
            last = range(epoch - 3, epoch)
            assert all(course[place] > bounds[place] for place in last)
            assert course[epoch - 1] > bounds[-1]


def test_losses_of_one_name_are_other_measures():
    def by(power):
        return ff.Train(loss=lambda scores, target: (scores - target).abs().pow(power).mean())

    one, again, other = (measure_of([stage]) for stage in (by(1), by(1), by(2)))
    assert one == again != other
    assert measure_of([ff.Train(lr=0.1)]) == measure_of([ff.Train(lr=0.2, epochs=3)])
    assert measure_of([ff.Train(quality="fast")]) != measure_of([ff.Train()])
    assert measure_of([ff.Train(LogisticRegression())]) == ""
