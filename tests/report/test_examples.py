import re
from dataclasses import replace

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.kinds.audio import Audio
from fivefold.kinds.image import Image
from fivefold.report.examples import ROWS, contact_sheet, examples, worst_and_best
from report.conftest import EVIL, make_run


def seen(task: str, column: Column, cells):
    """A run whose rows have such a column too."""
    run = make_run(task)
    collected, evaluated = run["collected"], run["evaluated"]
    table = collected.table
    every = {name: table.column(name) for name in table.names} | {column.name: cells}
    schema = replace(collected.schema, columns=(column, *collected.schema.columns))
    return collected.replace(table=Columns(every), schema=schema), evaluated


def noises(rows: int):
    rng = np.random.default_rng(0)
    return objects([rng.integers(-9000, 9000, 900).astype(np.int16) for _ in range(rows)])


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_sounds_of_test_rows_are_shown_with_truth_and_answer(task):
    column = Column(name="clip", kind="audio", format="8000 Hz")
    collected, evaluated = seen(task, column, noises(1000))
    [(svg, caption)] = examples(collected, evaluated)
    wrong = 4 if task != "regression" else ROWS
    assert svg.count("<text") == ROWS + wrong + 1  # an answer on a line of its own
    assert "data:image/png;base64," in svg
    assert svg.count("→") == wrong
    assert "clip" in caption
    assert EVIL not in svg


def test_worst_answers_come_first_and_the_rest_are_right():
    column = Column(name="clip", kind="audio", format="8000 Hz")
    collected, evaluated = seen("binary", column, noises(1000))
    scores = np.full_like(evaluated.scores, 0.5)
    scores[np.arange(len(scores)), evaluated.target] = 0.9
    wrong = [7, 40]
    scores[wrong] = scores[wrong][:, ::-1] * [[1.0], [1.1]]
    [(svg, _)] = examples(collected, evaluated.replace(scores=scores))
    assert svg.count("→") == 2
    told = re.findall(r">([^<]+)</text>", svg)[: ROWS + 2]
    assert [("→" in words) for words in told] == [False, True] * 2 + [False] * 6


def test_right_answers_that_are_shown_are_the_surest():
    collected, evaluated = seen("binary", Column(name="clip", kind="audio"), noises(1000))
    scores = np.full_like(evaluated.scores, 0.4)
    scores[np.arange(len(scores)), evaluated.target] = 0.6
    sure = [11, 90, 120, 300, 301, 302, 303, 304]
    scores[sure, evaluated.target[sure]] = np.linspace(0.9, 0.99, 8)
    shown, truths, answers = worst_and_best(collected, evaluated.replace(scores=scores))
    assert shown == sure[::-1]
    assert truths.tolist() == answers.tolist()


def test_rows_of_kinds_that_cannot_be_seen_are_not_shown():
    run = make_run()
    assert examples(run["collected"], run["evaluated"]) == []


def test_a_sound_is_drawn_with_its_low_bands_at_the_bottom_and_a_picture_as_it_is():
    time = np.arange(4000) / 8000
    tone = (9000 * np.sin(2 * np.pi * 200 * time)).astype(np.int16)
    drawn = Audio().drawn(tone, Column(name="clip", kind="audio", format="8000 Hz"))
    assert drawn.dtype == np.uint8
    assert drawn.shape[0] == 40
    assert drawn.mean(axis=1).argmax() > 30
    column = Column(name="photo", kind="image")
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert np.array_equal(Image().drawn(pixels, column), pixels)
    deep = np.array([[[0], [40_000]]], np.uint16)
    assert Image().drawn(deep, column).tolist() == [[0, 255]]


def test_tiles_are_cut_down_and_a_missing_one_leaves_its_place():
    tiles = [np.zeros((4, 8), np.uint8), None]
    svg = contact_sheet(tiles, [("a", "a"), ("b", "<c>")], title="Two")
    assert re.findall(r">([^<]+)</text>", svg) == ["a", "b", "→ &lt;c&gt;", "Two"]
