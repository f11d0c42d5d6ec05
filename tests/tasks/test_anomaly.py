import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.errors import DataError
from fivefold.metrics.estimates import estimate
from fivefold.metrics.intervals import wilson
from fivefold.metrics.metric import FALSE_ALARM_RATE
from fivefold.tasks.known import ANOMALY
from fivefold.tasks.target import Target, Targets

SCHEMA = Schema(
    columns=(Column(name="x", kind="numeric"), Column(name="y", kind="categorical", role="target")),
    targets=("y",),
    task="anomaly",
    classes=("normal", "not normal"),
)


def targets(cells, **asked):
    values = objects(cells)
    column = Target(
        name="y",
        values=values,
        present=np.array([cell is not None for cell in cells]),
        what="categorical values",
        reads_as=frozenset({"labels"}),
        cells=values,
    )
    return Targets(
        columns=(column,), usable=np.ones(len(cells), bool), source="t", asked=True, **asked
    )


@pytest.mark.parametrize(
    ("cells", "asked", "classes"),
    [
        ([0, 0, 1], {}, (0, 1)),
        ([0, 1, 1], {}, (0, 1)),
        ([0, 1, 1], {"positive": 0}, (1, 0)),
        ([-1, -1, 1], {}, (-1, 1)),
        ([-1, 1, 1], {}, (1, -1)),
        (["attack", "attack", "Benign"], {}, ("Benign", "attack")),
        (["a", "b", "b"], {}, ("b", "a")),
        (["smurf", "smurf", "normal.", "back"], {}, ("normal.", "not normal.")),
        (["smurf", "smurf", "calm", "back"], {"normal": "calm"}, ("calm", "not calm")),
        (["smurf", "smurf", "calm", "back"], {"positive": "back"}, ("not back", "back")),
    ],
)
def test_settle_finds_which_label_is_usual_and_takes_the_others_together(cells, asked, classes):
    settled = ANOMALY.settle(targets(cells, **asked))
    assert settled.classes == classes
    schema = Schema(columns=(), targets=("y",), task="anomaly", classes=classes)
    odd = ANOMALY.encode(settled.values, schema)
    if isinstance(classes[1], str) and classes[1].startswith("not "):
        assert odd.tolist() == [int(cell != classes[0]) for cell in cells]
    else:
        assert odd.tolist() == [int(cell == classes[1]) for cell in cells]


def test_settle_refuses_a_normal_label_that_is_not_there_and_names_the_nearest():
    with pytest.raises(DataError, match='normal="calm"'):
        ANOMALY.settle(targets(["smurf", "calm", "back"], normal="clam"))


def test_metrics_of_alarms_are_those_of_counts():
    target = np.array([0] * 90 + [1] * 10)
    scores = np.stack([np.full(100, 2.0), np.zeros(100)], axis=1)
    scores[:9, 1] = scores[90:97, 1] = 3.0
    named = {metric.name: metric(target, scores) for metric in ANOMALY.metrics}
    assert named["recall"] == pytest.approx(0.7)
    assert named["false_alarm_rate"] == pytest.approx(0.1)
    assert named["precision"] == pytest.approx(7 / 16)


def test_the_interval_of_false_alarms_is_wilsons_over_usual_rows():
    target = np.array([0] * 90 + [1] * 10)
    scores = np.stack([np.full(100, 2.0), np.where(np.arange(100) < 9, 3.0, 0.0)], axis=1)
    found = estimate(target, scores, [FALSE_ALARM_RATE])["false_alarm_rate"]
    low, high = wilson(9, 90)
    assert (float(found), found.low, found.high, found.n) == pytest.approx((0.1, low, high, 90))


def test_row_losses_are_how_far_a_row_is_on_the_wrong_side():
    scores = np.array([[2.0, 5.0], [2.0, 1.0], [2.0, 5.0], [2.0, 1.0]])
    target = np.array([0, 0, 1, 1])
    assert ANOMALY.row_losses(target, scores).tolist() == [3.0, 0.0, 0.0, 1.0]
    assert ANOMALY.errors(target, scores).tolist() == [1.0, 0.0, 0.0, 1.0]


def test_reply_has_answers_and_surprise_in_plain_values():
    scores = np.array([[2.0, 3.5], [2.0, np.nan]], np.float32)
    assert ANOMALY.reply(scores, SCHEMA) == {
        "predictions": ["not normal", "not normal"],
        "surprise": [3.5, None],
        "threshold": 2.0,
    }
