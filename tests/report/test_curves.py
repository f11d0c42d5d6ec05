import xml.etree.ElementTree as ET
from unittest import mock

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from fivefold.report import curves


def words(svg: str) -> list[str]:
    return [e.text or "" for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def scored(rows: int = 300, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    target = rng.integers(0, classes, rows)
    logits = rng.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[target]
    share = np.exp(logits.round(1))  # rounded: ties among scores
    return target, share / share.sum(axis=1, keepdims=True)


def test_roc_two_classes_states_the_area_of_sklearn() -> None:
    target, scores = scored()
    area = roc_auc_score(target, scores[:, 1])
    assert f"yes: area {area:.3f}" in words(curves.roc(target, scores, ["no", "yes"]))


def test_roc_many_classes_names_the_weakest() -> None:
    target, scores = scored(classes=4)
    areas = [roc_auc_score(target == k, scores[:, k]) for k in range(4)]
    shown = words(curves.roc(target, scores, list("abcd")))
    assert f"{'abcd'[int(np.argmin(areas))]}: area {min(areas):.3f}" in shown
    assert "the 3 other classes" in shown


def test_precision_recall_two_classes_states_average_precision_of_sklearn() -> None:
    target, scores = scored()
    area = average_precision_score(target, scores[:, 1])
    assert f"1: area {area:.3f}" in words(curves.precision_recall(target, scores, [0, 1]))


@pytest.mark.parametrize("picture", [curves.roc, curves.precision_recall])
def test_curves_one_class_only_says_so(picture) -> None:
    target, scores = np.zeros(5, dtype=int), np.tile([0.7, 0.3], (5, 1))
    assert "not defined: one class only" in words(picture(target, scores, ["a", "b"]))


def test_calibration_many_classes_judges_the_predicted_one() -> None:
    target, scores = scored(classes=3)
    assert "probability of the predicted class" in words(curves.calibration(target, scores))


def test_predicted_against_true_large_set_is_sampled_and_says_so() -> None:
    target = np.linspace(0, 1, 5_000)
    svg = curves.predicted_against_true(target, target)
    assert "Predicted against true (600 of 5,000 rows)" in words(svg)
    assert svg.count("<use") < 700
    assert "Predicted against true" in words(curves.predicted_against_true(target[:9], target[:9]))


def test_calibration_of_weighted_rows_is_that_of_repeated_rows_with_wider_lines() -> None:
    rng = np.random.default_rng(0)
    target, weight = rng.integers(0, 2, 200), rng.integers(1, 4, 200)
    scores = rng.random((200, 1)) * [[1.0, -1.0]] + [[0.0, 1.0]]
    again = np.repeat(np.arange(200), weight)
    with mock.patch.object(curves, "draw") as draw:
        axes = [mock.Mock(), mock.Mock()]
        curves.calibration(target, scores, weight=weight)
        curves.calibration(target[again], scores[again])
        for call, drawn in zip(draw.call_args_list, axes, strict=True):
            call.args[0](drawn)
    (_, low, high), (_, narrow_low, narrow_high) = (a.vlines.call_args.args for a in axes)
    for found, wanted in zip(*(a.plot.call_args.args[:2] for a in axes), strict=True):
        np.testing.assert_allclose(found, wanted)
    assert (high - low > narrow_high - narrow_low).all()
