import numpy as np

from fivefold.evaluate.finders.row_findings import (
    duplicates_across_parts,
    few_test_groups,
    rare_classes,
    too_few_test_rows,
    unseen_labels,
)


def test_duplicates_across_parts_are_counted_with_the_score_without_them(numbers, sensible):
    assert duplicates_across_parts(numbers.evidence(sensible)) == []
    for values in numbers.columns.values():
        values[800:840] = values[:40]
    evidence = numbers.evidence(sensible)
    found = duplicates_across_parts(evidence)
    assert found[0].numbers["rows"] == 40
    assert found[0].severity == "warning"
    fresh = evidence.headline(evidence.target[40:], evidence.scores[40:])
    assert found[0].numbers["score_without"] == fresh
    assert found[0].sentence.startswith("40 of 200 (20.0%) test rows")


def test_duplicates_that_are_all_test_rows_are_counted_without_a_score(numbers, sensible):
    for values in numbers.columns.values():
        values[800:] = values[:200]
    found = duplicates_across_parts(numbers.evidence(sensible))
    assert found[0].numbers == {"rows": 200, "test_rows": 200}


def test_rare_classes_are_named_with_their_training_rows(numbers, sensible):
    assert rare_classes(numbers.evidence(sensible)) == []
    numbers.target[:] = 0
    numbers.target[::50] = 1
    [found] = rare_classes(numbers.evidence(sensible))
    assert found.sentence == "1 class has fewer than 30 training rows: `yes`."
    assert found.numbers == {"labels": ["yes"], "rows": [13]}


def test_too_few_test_rows_are_found_below_200(numbers, sensible):
    assert too_few_test_rows(numbers.evidence(sensible)) == []
    numbers.parts = (np.arange(600), np.arange(600, 801), np.arange(801, 1000))
    found = too_few_test_rows(numbers.evidence(sensible))
    assert found[0].numbers["rows"] == 199
    assert "ROC-AUC is only known to be 0." in found[0].sentence
    assert "Evaluate(folds=5)" in found[0].sentence
    assert "Evaluate" not in too_few_test_rows(numbers.evidence(sensible, folds=5))[0].sentence


def test_unseen_labels_bound_the_accuracy(numbers, sensible):
    assert unseen_labels(numbers.evidence(sensible)) == []
    numbers.classes = ("no", "yes", "new", "newer")
    numbers.task = "multiclass"
    numbers.target[-50:-20], numbers.target[-20:] = 2, 3

    def wide(inputs):
        return np.hstack([sensible(inputs), np.zeros((len(inputs["numeric"]), 2))])

    found = unseen_labels(numbers.evidence(wide))
    assert found[0].severity == "serious"
    assert found[0].numbers == {"labels": ["new", "newer"], "rows": 50, "most_accuracy": 0.75}


def test_few_groups_of_test_rows_are_told_with_their_number(world):
    draw = np.random.default_rng(0)
    x, who = draw.normal(size=1000), np.repeat(np.arange(10.0), 100)
    columns = {"x": x, "who": who}
    made = world(
        columns, {"x": "numeric", "who": "numeric"}, (x > 0).astype(int), roles={"who": "group"}
    )
    parts = (np.arange(600), np.arange(600, 800), np.arange(800, 1000))
    made.parts = parts

    def answer(inputs):
        return np.stack([1 - (inputs["numeric"][:, 0] > 0), inputs["numeric"][:, 0] > 0], 1) * 0.8

    [found] = few_test_groups(made.evidence(answer))
    assert found.numbers == {"column": "who", "rows": 200, "groups": 2}
    made.parts = (np.arange(400), np.arange(400, 500), np.arange(500, 1000))
    assert few_test_groups(made.evidence(answer)) == []
