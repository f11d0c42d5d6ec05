from typing import Any

import pandas as pd

from fivefold.core.finding import finding
from fivefold.report.drifted import drifted
from fivefold.report.html import render
from fivefold.report.reported import Reported


def test_report_shows_both_distributions_of_columns_that_drift(a_run: Any) -> None:
    run = a_run("win")
    assert drifted(Reported(**run)) == []
    first, *others = run["collected"].schema.inputs
    numbers = {"columns": {first.name: 0.3}, "told_by": [column.name for column in others]}
    lines = [
        {"column": column.name, "compared": "cells", "distance": 0.3, "psi": 0.2, "p_corrected": 0}
        for column in (first, *others)
    ]
    tables = {**run["evaluated"].tables, "drift": pd.DataFrame(lines)}
    found = (finding("drift", "One differs.", **numbers),)
    run["evaluated"] = run["evaluated"].replace(findings=found, tables=tables)
    told = drifted(Reported(**run))
    assert [line["name"] for line in told] == [first.name, *(one.name for one in others)]
    assert {line["note"] for line in told[1:]} <= {"with other columns"}
    assert (told[0]["note"], told[0]["distance"], told[0]["psi"]) == ("", "0.3", "0.2")
    assert told[0]["bars"].count("<path") == 2  # training rows and test rows
    page = render(Reported(**run))
    assert "Where test rows are not like training rows" in page
    assert told[0]["bars"] in page
