import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff


@pytest.fixture(scope="module")
def seen():
    draw = np.random.default_rng(0)
    rows = 60
    frame = pd.DataFrame(
        {
            "surname": [f"{name}{end}" for name in ("Ander", "Berg", "Holm") for end in ALL],
            "born": pd.date_range("1950-01-01", periods=rows, freq="97D"),
            "notes": ["nothing to say of it"] * 57 + [f"to {who}@mail.org now" for who in "abc"],
            "phone": draw.integers(4_150_000_000, 4_159_999_999, rows),
            "lat": draw.uniform(47, 48, rows),
            "lon": draw.uniform(11, 12, rows),
            "orders": draw.integers(10**9, 10**10, rows),
            "y": ["a", "b"] * 30,
        }
    ).rename(columns={"born": "date_of_birth"})
    return ff.look(frame, target="y", kinds={"notes": "text"}), frame


ALL = tuple("abcdefghijklmnopqrst")


def test_personal_data_is_told_by_column_with_rows_and_a_remedy(seen):
    seen, _ = seen
    (found,) = (one for one in seen.findings if one.code == "personal_data")
    told = found.numbers["columns"]
    assert {name: set(kinds) for name, kinds in told.items()} == {
        "surname": {"name"},
        "date_of_birth": {"date of birth"},
        "notes": {"e-mail address"},
        "phone": {"telephone number"},
        "lat": {"exact place"},
        "lon": {"exact place"},
    }
    assert told["notes"]["e-mail address"]["rows"] == [57, 58, 59]
    assert 'Collect(drop=["date_of_birth", "phone"])' in found.sentence  # `surname` is left out


def test_evidence_shows_no_whole_value(seen):
    seen, frame = seen
    (found,) = (one for one in seen.findings if one.code == "personal_data")
    told = found.sentence + json.dumps(dict(found.numbers))
    values = {*frame["surname"], *map(str, frame["phone"]), "a@mail.org"}
    assert not [value for value in values if value in told]
