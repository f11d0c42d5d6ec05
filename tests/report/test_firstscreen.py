"""What a notebook shows of a run, as a parser reads it."""

from html.parser import HTMLParser

import pytest
from tests.report.conftest import EVIL, make_run

from fivefold.report.firstscreen import BYTES, PICTURES, chosen, first_screen
from fivefold.report.judgement import verdict_of
from fivefold.report.pictures import Drawing, Figures, figures_of
from fivefold.report.reported import Reported


class Reader(HTMLParser):
    """Which elements there are, what a screen reader says of pictures, and whether all close."""

    def __init__(self):
        super().__init__()
        self.tags, self.labels, self.text, self.open = [], [], "", []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "svg":
            self.labels.append(dict(attrs).get("aria-label"))
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(run, figures=None):
    reported = Reported(**run)
    page = first_screen(
        verdict_of(reported),
        reported.evaluated,
        reported.collected.schema,
        reported.collected.findings,
        figures or figures_of(reported),
    )
    reader = Reader()
    reader.feed(page)
    return page, reader


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_first_screen_has_answers_scores_and_pictures_that_are_read_out(task):
    page, reader = read(make_run(task))
    assert not reader.open
    assert not {"script", "style"} & {*reader.tags}
    assert EVIL not in page
    questions = ("Is it good?", "Better than", "Can I trust it?", "What is wrong", "What next?")
    places = [reader.text.index(question) for question in questions]
    assert places == sorted(places)
    assert reader.text.startswith(questions[0])
    assert 2 <= len(reader.labels) <= PICTURES
    assert all(label and len(label) > 20 for label in reader.labels)
    assert len(page.encode()) < 200_000
    first, *_ = make_run(task)["evaluated"].metrics
    assert reader.text.index(first) > places[-1]
    assert "#24292f" not in page  # ink would be lost on dark ground


def test_times_have_the_decimals_of_the_summary():
    run = make_run("binary")
    run["evaluated"].tables["model_comparison"]["milliseconds_per_row"] = 4.055e-06
    _, reader = read(run)
    assert "ms a row" in reader.text
    assert "e-06" not in reader.text


def test_pictures_are_chosen_by_what_they_show_and_by_their_bytes():
    def figures(**sizes):
        return Figures(
            {
                name: lambda n=name, s=size: Drawing(n, "It.", "x" * s)
                for name, size in sizes.items()
            }
        )

    some = {"learning_curve": 9, "roc": 9, "calibration": 9, "importance": 9, "comparison": 9}
    names = [one.name for one in chosen(figures(**some))]
    assert names == ["roc", "importance", "calibration"]
    names = [one.name for one in chosen(figures(**some, examples=9, examples_2=9))]
    assert names == ["examples", "roc", "importance"]
    names = [one.name for one in chosen(figures(**some | {"roc": BYTES + 1}))]
    assert names == ["importance", "calibration", "comparison"]
    assert [one.name for one in chosen(figures(learning_curve=9))] == ["learning_curve"]
