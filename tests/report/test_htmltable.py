import pandas as pd

from fivefold.core.estimate import Estimate
from fivefold.report.htmltable import html_of


def test_a_table_brings_its_style_and_its_cells_are_text():
    score = Estimate(0.9, low=0.85, high=0.94, method="wilson", n=200)
    models = ["<1H OCEAN", "b" * 30]
    frame = pd.DataFrame(
        {"model": models, "f1": [score, score], "apart": [score, ""], "why": "", "train.lr": 0.5}
    )
    shown = html_of("Pass seed=3.", frame, svg="<svg><title>T</title></svg>", caption="Why <b>.")
    assert "Pass <code>seed=3</code>." in shown
    assert ">apart</th>" in shown
    assert ">train.<wbr>lr</th></tr>" in shown
    assert ">&lt;1H OCEAN</td>" in shown
    assert "Why &lt;b&gt;." in shown
    assert 'aria-label="T. Why &lt;b&gt;."' in shown
    assert "0.9000 [0.8500,\u00a00.9400]" in shown
    cells = [cell.split(">")[0] for cell in shown.split("<td ")[1:]]
    assert ["right" in one for one in cells[:3]] == [False, True, False]
