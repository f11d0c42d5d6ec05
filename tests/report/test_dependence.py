"""Pictures of effects."""

import re

import pandas as pd
import pytest

from fivefold.core.estimate import Estimate
from fivefold.report.dependence import dependence


def lines(column, answers, cells):
    made = []
    for answer in answers:
        for number, (value, place) in enumerate(cells):
            effect = Estimate(0.1 * number, low=-0.05, high=0.5, method="bootstrap", n=90)
            made.append(
                {"column": column, "kind": "k", "answer_of": answer, "value": value, "place": place}
                | {"effect": effect, "mean": 0.3, "share": 0.2}
            )
    effects = pd.Series([line["effect"] for line in made], dtype=object)
    return pd.DataFrame(made).assign(effect=effects)


NUMBERS = [("1", 1.0), ("2.5", 2.5), ("9", 9.0), ("missing", float("nan"))]
WORDS = [("red", float("nan")), ("<blue>", float("nan"))]


@pytest.mark.parametrize("answers", [["one"], ["one", "two"], list("abcde")])
def test_each_column_has_a_picture_of_all_answers_that_are_drawn(answers):
    table = pd.concat([lines("size", answers, NUMBERS), lines("hue", answers, WORDS)])
    svg = dependence(table)
    drawn = min(len(answers), 3)
    assert svg.count("<g ") == 2
    assert svg.count("<polyline") == svg.count("<polygon") == drawn
    assert svg.count("<circle") == drawn * 3  # what is missing, and two words
    assert "&lt;blue&gt;" in svg
    assert "<blue>" not in svg


def test_curves_stay_within_the_picture_and_names_are_cut():
    svg = dependence(lines("a" * 60, ["one"], NUMBERS))
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())
    outline = re.search(r'<polygon[^>]*points="([^"]*)"', svg)[1].split()
    assert all(0 <= float(x) <= width for x in outline[::2])
    assert all(0 <= float(y) <= height for y in outline[1::2])
    assert "a" * 30 not in svg
