"""A datasheet in what a run leaves, and rows that were saved learnt from as they were collected."""

import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import StoreError
from fivefold.report.card import SECTIONS

SAID = {"purpose": "To tell | shops <b>apart</b>.", "unfit": "Not for rents."}


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"x": draw.normal(size=90), "town": draw.choice(["A", "B"], 90)})
    frame["y"] = np.where(frame["x"] + draw.normal(size=90) > 0, "yes", "no")
    return frame


def stages(rows, **asked):
    deploy = [ff.Deploy(**asked)] if asked else []
    return [
        *(ff.Collect(rows, target="y"), ff.Preprocess()),
        *(ff.Train("mlp", epochs=1), ff.Evaluate(), *deploy),
    ]


@pytest.mark.slow
def test_datasheet_stands_in_bundle_card_and_report(rows, tmp_path):
    path = tmp_path / "shops.ff"
    card = {"intended_use": "To | <b>.", "reviewer": "Ada", "approved_on": "2026-11-28"}
    deploy = {"path": str(path), "datasheet": SAID, "card": card}
    deploy["require"] = ("purpose", "reviewer", "approved_on")
    pipeline = ff.Pipeline(stages(rows, **deploy))
    result = pipeline.run(seed=0, progress=False)
    model = ff.load(path)
    assert "Not for rents." in model.datasheet
    assert "- *known:* 90 rows, all usable." in model.datasheet
    assert "## Datasheet" in model.card
    assert "shops &lt;b&gt;apart" in model.card
    assert "<b>" not in model.card
    sections = [line[3:] for line in model.card.splitlines() if line.startswith("## ")]
    assert sections == ["Verdict", *SECTIONS]
    approval = model.card.split("## Approval")[1]
    assert "**Who has reviewed it?** Ada" in approval
    assert "Not said" not in approval
    assert "*Not said: `users`, `out_of_scope`.*" in model.card
    assert '<p class="answer">To | &lt;b&gt;.</p>' in result.report()
    page = result.report()
    assert '<p class="answer">Not for rents.</p>' in page
    assert "shops &lt;b&gt;apart" in page
    assert '<p class="answer">Not for rents.</p>' not in result.report(datasheet={})


@pytest.mark.slow
def test_rows_that_were_saved_are_learnt_from_to_the_same_bits(rows, tmp_path):
    whole = ff.Pipeline(stages(rows)).run(seed=0, progress=False)
    digest = whole[ff.Collected].save(tmp_path / "one")
    again = ff.Collected.load(tmp_path / "one")
    assert again.save(None) == digest
    assert again.version == whole[ff.Collected].version
    rest = ff.Pipeline(stages(rows)[1:], given=[ff.Collected])
    result = rest.run(seed=0, given=[again], progress=False)
    assert {n: str(v) for n, v in result.metrics.items()} == {
        n: str(v) for n, v in whole.metrics.items()
    }


def test_saved_rows_are_loaded_where_a_later_version_knows_more_and_not_where_one_is_lost(
    rows, tmp_path
):
    data = ff.Pipeline(stages(rows)[:1]).run(seed=0, progress=False)[ff.Collected]
    data.save(tmp_path / "one")
    manifest = json.loads((tmp_path / "one" / "artifact").read_text())
    for field in ("unlearnt", "table"):
        less = {**manifest, "fields": {n: v for n, v in manifest["fields"].items() if n != field}}
        (tmp_path / "one" / "artifact").write_text(json.dumps(less))
        if field == "unlearnt":
            assert ff.Collected.load(tmp_path / "one").unlearnt is None
        else:
            with pytest.raises(StoreError, match="expected the fields"):
                ff.Collected.load(tmp_path / "one")
