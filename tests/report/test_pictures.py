"""Pictures by name, pages, and what people read of rows."""

import re

import numpy as np
import pytest
from tests.report.conftest import make_run

import fivefold as ff
from fivefold.core.estimate import Estimate
from fivefold.report.drawing import with_unit
from fivefold.report.figures import comparison
from fivefold.report.passages import passages
from fivefold.report.pictures import figures_of
from fivefold.report.reported import Reported
from fivefold.report.reportpage import ReportPage, made_with
from fivefold.report.residuals import residuals

NAMES = {
    "binary": ["learning_curve", "confusion_matrix", "roc", "precision_recall", "calibration"],
    "regression": ["learning_curve", "predicted_against_true", "residuals"],
}


@pytest.mark.parametrize("task", list(NAMES))
def test_pictures_have_names_and_are_read_out(task, tmp_path):
    figures = figures_of(Reported(**make_run(task)))
    assert list(figures)[: len(NAMES[task])] == NAMES[task]
    for name, drawing in figures.items():
        told = re.match(r'<svg role="img" aria-label="([^"]*)"', drawing.svg)
        assert told is not None
        assert drawing.caption.split()[0] in told[1]
        assert figures[name] is drawing
    figures["learning_curve"].save(tmp_path / "curve.svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in (tmp_path / "curve.svg").read_text()
    with pytest.raises(ff.errors.MissingNameError, match='Write "learning_curve"'):
        figures["learningcurve"]


def test_residuals_have_quartiles_where_rows_are_many():
    draw = np.random.default_rng(0)
    told = draw.normal(size=400)
    assert "quartiles" in residuals(told + draw.normal(size=400), told)
    assert "quartiles" not in residuals(told[:5], told[:5])
    assert "true less predicted, $" in residuals(told, told, "$")
    assert with_unit("true", "") == "true"
    residuals(told[:0], told[:0])


def test_page_is_a_text_that_is_shown_in_a_line(tmp_path):
    page = ReportPage("<html>" + "x" * 9000, tmp_path / "r.html")
    assert len(repr(page)) < 200
    assert str(tmp_path) in repr(page)
    assert "&lt;" not in page._repr_html_()
    assert page == "<html>" + "x" * 9000
    assert made_with(7, "") == f"seed 7, fivefold {ff.__version__}"


@pytest.mark.slow
def test_texts_that_were_answered_worst_come_first_and_the_page_says_when_it_was_made():
    draw = np.random.default_rng(0)
    texts = [f"good {n} <b>" if n % 2 else f"bad {n} `x`" for n in draw.integers(0, 50, 300)]
    said = ["up" if text.startswith("good") else "down" for text in texts]
    said[:30] = ["up"] * 30  # some are wrong
    stages = [
        ff.Collect({"note": texts, "y": said}, target="y", kinds={"note": "text"}),
        ff.Preprocess(),
    ]
    judge = [ff.Train(epochs=3), ff.Evaluate(baselines=())]
    result = ff.Pipeline([*stages, *judge]).run(progress=False, seed=5)
    found = passages(result[ff.Collected], result[ff.Evaluated])
    assert found is not None
    headings, rows = found
    assert headings == ["true", "answered", "note"]
    wrong = [truth != answer for truth, answer, _ in rows]
    assert wrong == sorted(wrong, reverse=True)
    page = result.report()
    assert "answered worst" in page
    assert "<b>" not in page.split("answered worst")[1].split("</table>")[0].replace(
        "&lt;b&gt;", ""
    )
    assert re.search(r"seed 5, 20\d\d-\d\d-\d\d \d\d:\d\d UTC, fivefold", page)
    assert '{"' not in re.sub(r"<pre>.*?</pre>", "", page, flags=re.S)  # no mapping as it is


def test_large_numbers_have_one_form_on_the_axes_and_beside_the_dots():
    told = np.linspace(100_000, 500_000, 50)
    svg = residuals(told + 20_000, told)
    assert "300,000" in svg
    assert "300000" not in svg
    score = Estimate(46135.7, low=45000.0, high=47300.0, method="bca", n=50)
    assert "46,136" in comparison({"model": score, "mean": score}, metric="RMSE")
