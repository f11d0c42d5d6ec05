"""What is shown of columns that point to people, at every door of a run."""

import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.codecs.schema import Column
from fivefold.core.finding import finding
from fivefold.report.described import described
from fivefold.report.veiling import without_people

PHONE = r"41500(?!00000)\d{5}\b"  # rounded ones are no one's
WHOLE = re.compile(rf"person\d+@mail|4111 1111 1111 1111|\+49 30 12345\d|{PHONE}|Lindq\w")


def test_columns_of_people_show_neither_cells_nor_numbers_nor_bins():
    numbers = described(
        Column(name="phone", kind="numeric"), np.arange(4_150_000_001.0, 4.15e9 + 9)
    )
    words = described(
        Column(name="surname", kind="categorical"), np.array(["Lindqvist"] * 9, object)
    )
    held = {"cells": 9, "of": 9}
    told = {"phone": {"telephone number": held}, "surname": {"name": held}}
    found = [finding("personal_data", "Some.", columns=told)]
    shown = json.dumps([one.to_json() for one in without_people([numbers, words], found)])
    assert "4150000" not in shown
    assert "indqvist" not in shown
    assert "L*******t" in shown


@pytest.mark.slow
def test_no_door_of_a_run_shows_a_whole_value(tmp_path):
    draw, rows = np.random.default_rng(0), 300
    said = np.where(draw.random(rows) < 0.5, "good", "bad")
    note = [f"{word} one, to person{k}@mail{k % 40}.org" for k, word in enumerate(said)]
    note[::3] = [
        f"{text} or +49 30 12345{k}, card 4111 1111 1111 1111" for k, text in enumerate(note[::3])
    ]
    frame = pd.DataFrame(
        {
            "mail": [f"person{k}@mail{k % 40}.org" for k in range(rows)],
            "surname": [f"Lindq{chr(97 + k % 26)}{chr(97 + k // 26)}" for k in range(rows)],
            "note": note,
            "phone": 4_150_000_000 + draw.integers(0, 10**5, rows),
            "x": draw.normal(size=rows),
        }
    )
    frame["y"] = np.where((said == "good") & (frame["x"] > -1), "yes", "no")
    seen = ff.look(frame, target="y")
    path = tmp_path / "people.ff"
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(epochs=1)]
    stages += [ff.Evaluate(baselines=(), robustness=0), ff.Deploy(path)]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    doors = {
        "look": str(seen) + seen._repr_html_() + seen.frame().to_string() + str(seen.report()),
        "look as JSON": json.dumps(seen.to_json(), default=str),
        "report": str(result.report()),
        "notebook": result._repr_html_() + str(result),
        "findings": json.dumps([dict(one.numbers) for one in result.findings], default=str),
    }
    doors |= {name: result.tables[name].to_string(max_colwidth=None) for name in result.tables}
    with zipfile.ZipFile(path) as bundle:
        for name in ("parity.json", "background.json", "card.md", "manifest.json"):
            doors[name] = bundle.read(name).decode()
    assert {name: set(WHOLE.findall(text)) for name, text in doors.items()} == {
        name: set() for name in doors
    }
