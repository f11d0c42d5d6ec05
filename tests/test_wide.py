"""A wide table from its file to its served model."""

import json
import re

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.testing import check_no_leak

pytestmark = pytest.mark.slow
MOST = 1_000_000
"""Bytes of a report."""


def counts_of(columns: int = 2500) -> pd.DataFrame:
    """Counts, mostly zeros, of which ten are higher in one class; a cell in fifty is missing."""
    draw = np.random.default_rng(0)
    sick = draw.random(120) < 0.5
    rate = np.tile(draw.gamma(0.3, 1.0, columns), (120, 1))
    rate[:, :10] = np.where(sick[:, None], 6.0, 1.0)
    frame = pd.DataFrame(draw.poisson(rate).astype(float)).add_prefix("g")
    frame = frame.mask(draw.random(frame.shape) < 0.02)
    frame["state"] = np.where(sick, "sick", "well")
    return frame


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wide")
    frame = counts_of()
    frame.to_csv(folder / "genes.csv", index=False)
    pipeline = ff.Pipeline(
        [
            ff.Collect(folder / "genes.csv", target="state"),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "genes.ff"),
        ]
    )
    return frame, pipeline.run(seed=0, progress=False), folder


def test_wide_table_finds_the_planted_markers_and_tells_of_false_ones(served):
    _, result, _ = served
    markers = result.tables["markers"]
    planted = {f"g{place}" for place in range(10)}
    assert set(markers["column"].head(10)) == planted
    sure = markers[markers["q"] <= 0.1]
    assert planted <= set(sure["column"])
    assert len(set(sure["column"]) - planted) <= 4
    assert (markers["share"].head(10) > 0.9).all()
    assert float(result.metrics["roc_auc"]) > 0.95


def test_wide_bundle_is_asked_for_the_chosen_columns_alone(served):
    frame, _, folder = served
    model = ff.load(folder / "genes.ff")
    chosen = list(model.contract.names)
    assert len(chosen) < 1700
    assert set(chosen) <= set(frame)
    assert not set(model.contract.columns) - {*chosen, "state"}
    whole, some = model.predict_proba(frame), model.predict_proba(frame[chosen])
    assert np.array_equal(whole, some)
    row = json.loads(frame[chosen].head(1).to_json(orient="records"))
    np.testing.assert_allclose(model.predict_proba(row)[0], whole[0], atol=1e-6)


def test_wide_report_and_card_stay_small_and_name_the_markers(served):
    _, result, _ = served
    assert len(result.report().encode()) < MOST
    card = ff.load(served[2] / "genes.ff").card
    assert len(card.encode()) < MOST
    assert re.search(r"from \d+ of 2\d{3} columns", card)


def test_wide_table_leaks_nothing():
    pipeline = ff.Pipeline(
        [ff.Collect(counts_of(1200), target="state"), ff.Preprocess(), ff.Train(epochs=2)]
    )
    check_no_leak(pipeline)


def test_wide_table_of_a_number_is_learnt():
    draw = np.random.default_rng(1)
    frame = pd.DataFrame(draw.normal(size=(150, 3000))).add_prefix("g")
    frame["y"] = frame.iloc[:, :3].sum(axis=1) + 0.3 * draw.normal(size=150)
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(), ff.Evaluate()]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    assert float(result.metrics["r2"]) > 0.4
    assert not [f for f in result.findings if f.code == "target_leakage"]
    assert {"g0", "g1", "g2"} <= set(result.tables["markers"]["column"].head(6))
