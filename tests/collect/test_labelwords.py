import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.collect.labelwords import find_label_words

ROWS = 400
COMMON = ["the", "of", "and", "to", "in", "is", "it", "was", "for", "on", "are", "with", "his"]


def found(texts, target, kind="text"):
    schema = Schema(
        columns=(
            Column(name="note", kind=kind),
            Column(name="y", kind="categorical", role="target"),
        ),
        targets=("y",),
        task="multiclass",
        classes=tuple(sorted(set(target))),
    )
    values = {"note": objects(texts), "y": objects(target)}
    return find_label_words(values, schema, np.ones(len(texts), bool))


@pytest.fixture
def rows():
    draw = np.random.default_rng(0)
    target = draw.choice(["cat", "dog", "owl"], ROWS).tolist()
    return draw, target, [" ".join(draw.choice(COMMON, 9)) for _ in range(ROWS)]


def test_names_of_files_that_begin_with_the_class_are_found(rows):
    _, target, _ = rows
    names = [f"scans/{label}_{n:05}.png" for n, label in enumerate(target)]
    for kind in ("text", "categorical"):
        (leak,) = found(names, target, kind)
        assert (leak.code, leak.severity, leak.numbers["columns"]) == (
            *("target_leakage", "serious"),
            ["note"],
        )
    assert not found([f"scans/{n:05}.png" for n in range(ROWS)], target)


def test_names_of_classes_in_a_part_of_the_texts_are_found(rows):
    draw, target, texts = rows
    held = draw.random(ROWS) < 0.4
    told = [f"{a} {b}" if own else a for a, b, own in zip(texts, target, held, strict=True)]
    (leak,) = found(told, target)
    assert leak.numbers["share"] == pytest.approx(held.mean())
    anyone = draw.choice(["cat", "dog", "owl"], ROWS)
    assert not found([f"{a} {b}" for a, b in zip(texts, anyone, strict=True)], target)


def test_a_word_that_only_rows_of_a_class_have_is_found_and_likely_words_are_not(rows):
    draw, target, texts = rows
    own = {"cat": "granted", "dog": "denied", "owl": "postponed"}
    (leak,) = found([f"{a} {own[b]}" for a, b in zip(texts, target, strict=True)], target)
    assert set(leak.numbers["words"]) <= set(own.values())
    likely = [own[b] if draw.random() < 0.8 else "none" for b in target]
    assert not found([f"{a} {b}" for a, b in zip(texts, likely, strict=True)], target)


@pytest.mark.parametrize("task", ["segmentation", "tagging", "multilabel"])
def test_answers_that_are_no_single_label_are_left_alone(task):
    answers = objects([["cat"], ["dog", "cat"]] * ROWS)
    columns = (Column(name="note", kind="text"), Column(name="y", kind="image", role="target"))
    schema = Schema(columns=columns, targets=("y",), task=task, classes=("cat", "dog"))
    values = {"note": objects(["a cat", "a dog"] * ROWS), "y": answers}
    assert find_label_words(values, schema, np.ones(2 * ROWS, bool)) == []
