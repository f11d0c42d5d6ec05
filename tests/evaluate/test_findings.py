from dataclasses import replace

import numpy as np

from fivefold.core.estimate import Estimate
from fivefold.evaluate.baselines import fit_baselines
from fivefold.evaluate.evidence import Rival
from fivefold.evaluate.finders.score_findings import (
    baseline_wins,
    fraction,
    overfitting,
    poor_calibration,
)
from fivefold.evaluate.finders.subgroups import weak_subgroup
from fivefold.metrics.comparison import compare
from fivefold.metrics.estimates import estimate


def _beside(evidence, kind):
    rivals = []
    for baseline in fit_baselines(evidence.data, (kind,)):
        metrics = estimate(evidence.target, baseline.scores, evidence.task.metrics)
        outcome = compare(
            evidence.headline,
            evidence.target,
            evidence.scores,
            baseline.scores,
            evidence.resamples,
        )
        rivals.append(Rival(baseline=baseline, metrics=metrics, comparison=outcome))
    return replace(evidence, rivals=tuple(rivals))


def _sharper(function, power):
    def sharpened(inputs):
        scores = function(inputs) ** power
        return scores / scores.sum(1, keepdims=True)

    return sharpened


def test_poor_calibration_of_probabilities_that_are_too_sharp_is_found(numbers, sensible):
    assert poor_calibration(numbers.evidence(sensible)) == []
    found = poor_calibration(numbers.evidence(_sharper(sensible, 8)))
    assert [finding.code for finding in found] == ["poor_calibration"]
    numbers_found = found[0].numbers
    assert numbers_found["error"] > numbers_found["by_chance_99"] > numbers_found["by_chance"] > 0


def test_poor_calibration_of_numbers_is_not_judged(world):
    values = np.random.default_rng(0).normal(size=400)
    made = world({"x": values}, {"x": "numeric"}, values, task="regression")
    assert poor_calibration(made.evidence(lambda inputs: inputs["numeric"][:, 0])) == []


def test_weak_subgroup_that_is_planted_names_the_column_and_both_scores(numbers, sensible):
    weak = numbers.columns["category"] == "b"
    numbers.target = np.where(weak, 1 - numbers.target, numbers.target)
    found = weak_subgroup(numbers.evidence(sensible))
    assert [finding.numbers["column"] for finding in found] == ["category"]
    assert "where `category` is `b`, accuracy is 0." in found[0].sentence
    assert found[0].numbers["inside"] > 0.5 > found[0].numbers["outside"]


def test_overfitting_of_a_network_that_knows_its_training_rows_is_found(numbers, sensible):
    assert overfitting(numbers.evidence(sensible)) == []
    known = {
        row.tobytes(): label
        for row, label in zip(
            numbers.data.train.inputs["numeric"], numbers.data.train.target, strict=True
        )
    }

    def memory(inputs):
        guesses = np.array([known.get(row.tobytes(), 0.5) for row in inputs["numeric"]])
        return np.stack([1 - guesses, guesses], 1)

    found = overfitting(numbers.evidence(memory))
    assert [finding.code for finding in found] == ["overfitting"]
    assert found[0].numbers["train"] == 1
    assert found[0].numbers["test"] == 0.5


def test_baseline_that_wins_is_found_with_the_difference(numbers, sensible):
    def poor(inputs):
        return sensible({"numeric": inputs["numeric"] + 1.5 * inputs["numeric"][:, [1]]})

    found = baseline_wins(_beside(numbers.evidence(poor), "linear"))
    assert [finding.code for finding in found] == ["baseline_wins"]
    assert found[0].numbers["model"] == "logistic regression"
    assert found[0].numbers["high"] < 0
    assert baseline_wins(_beside(numbers.evidence(sensible), "constant")) == []


def test_network_no_better_than_a_constant_is_serious(numbers):
    def guess(inputs):
        positive = np.abs(np.sin(1000 * inputs["numeric"][:, 1].astype(float)))
        return np.stack([1 - positive, positive], 1)

    found = baseline_wins(_beside(numbers.evidence(guess), "constant"))
    assert [(finding.code, finding.severity) for finding in found] == [
        ("no_better_than_constant", "serious")
    ]


def test_fraction_shows_both_counts_and_the_share():
    assert fraction(3752, 22544) == "3,752 of 22,544 (16.6%)"


def test_evidence_takes_the_first_headline_metric_to_compare_by(numbers, sensible):
    evidence = numbers.evidence(sensible)
    assert evidence.headline.name == "roc_auc"
    assert isinstance(evidence.metrics["roc_auc"], Estimate)
    assert evidence.train_counts.tolist() == np.bincount(numbers.target[:640]).tolist()
