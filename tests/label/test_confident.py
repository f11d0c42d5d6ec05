"""Confident learning, beside what its authors' library finds."""

import numpy as np
import pytest

from fivefold.label.confident import (
    confident_joint,
    likely_errors,
    normalised_margin,
    self_confidence,
)


def spoilt(
    seed: int, classes: int = 3, rows: int = 600
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels of which a tenth are wrong, and probabilities that know the truth rather well."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, classes, rows)
    labels = np.where(draw.random(rows) < 0.1, draw.integers(0, classes, rows), truth)
    logits = draw.normal(size=(rows, classes)) + 3 * np.eye(classes)[truth]
    chances = np.exp(logits)
    return truth, labels, chances / chances.sum(axis=1, keepdims=True)


def test_likely_errors_are_mostly_wrong_and_most_wrong_ones_are_found():
    truth, labels, chances = spoilt(0)
    found, wrong = likely_errors(labels, chances), truth != labels
    assert (found & wrong).sum() / found.sum() > 0.6
    assert (found & wrong).sum() / wrong.sum() > 0.8


def test_confident_joint_has_as_many_rows_of_each_label_as_there_are():
    _, labels, chances = spoilt(1)
    joint = confident_joint(labels, chances)
    assert joint.sum(axis=1) == pytest.approx(np.bincount(labels))
    assert joint.sum() == pytest.approx(len(labels))


def test_likely_errors_of_a_class_without_rows_are_none_of_it():
    _, labels, chances = spoilt(2)
    labels = np.where(labels == 2, 0, labels)
    assert not confident_joint(labels, chances)[2].any()
    assert not likely_errors(labels[labels == 1], chances[labels == 1])[:0].any()


def test_likely_errors_equal_those_of_cleanlab():
    filtering = pytest.importorskip("cleanlab.filter", reason="cleanlab is not installed")
    for seed in range(20):
        _, labels, chances = spoilt(seed, classes=2 + seed % 5)
        theirs = filtering.find_label_issues(labels, chances, n_jobs=1)
        assert (likely_errors(labels, chances) != theirs).sum() <= 5
        ranked = filtering.find_label_issues(
            labels, chances, return_indices_ranked_by="self_confidence", n_jobs=1
        )
        own = np.flatnonzero(likely_errors(labels, chances))
        order = own[np.argsort(self_confidence(labels, chances)[own], kind="stable")]
        assert ranked[:10].tolist() == order[:10].tolist()


def test_normalised_margin_ranks_a_worked_example_as_cleanlab_2_9_does():
    chances = np.array(
        [[0.7, 0.2, 0.1], [0.1, 0.45, 0.45], [0.05, 0.05, 0.9], [0.5, 0.3, 0.2], [0.2, 0.2, 0.6]]
    )
    labels = np.array([1, 0, 0, 0, 1])
    margins = [0.25, 0.325, 0.075, 0.6, 0.3]
    assert normalised_margin(labels, chances) == pytest.approx(margins)
    assert np.argsort(normalised_margin(labels, chances)).tolist() == [2, 0, 4, 1, 3]
    assert self_confidence(labels, chances).tolist() == [0.2, 0.1, 0.05, 0.5, 0.2]
