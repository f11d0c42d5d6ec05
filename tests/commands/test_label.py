"""`fivefold label`."""

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold import cli
from fivefold.commands.label import opened
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events


@pytest.mark.slow
def test_label_relabel_shows_rows_first_whose_labels_are_likely_wrong(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 2, 120)
    frame = pd.DataFrame(draw.normal(size=(120, 3)) + 4 * truth[:, None], columns=list("abc"))
    frame.to_csv("rows.csv", index=False)
    stage = ff.Label(["low", "high"], directory="labels")
    items = stage.items(stage.rows("rows.csv"))
    wrong = set(range(3, 120, 20))
    with Events(f"labels/{FILE}") as kept:
        kept.extend(
            Event(
                item=item,
                who="me",
                act="label",
                value=["low", "high"][truth[row] ^ (row in wrong)],
                part="chosen" if row % 5 else "random",
            )
            for row, item in enumerate(items)
        )
    words = ["label", "rows.csv", "--classes", "low,high", "--relabel", "--port", "0", "--no-model"]
    with opened(cli.parser().parse_args(words)) as room:
        shown = [one["item"] for one in room.desk.next("me", [])]
    assert len(shown) >= 4
    assert {items.index(item) for item in shown} <= wrong
