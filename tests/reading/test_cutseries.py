import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import ConfigError
from fivefold.partition import draw


def engines(units=20, seed=0) -> pd.DataFrame:
    """Engines that run until they fail, with two sensors that tell how worn they are."""
    rng = np.random.default_rng(seed)
    tables = []
    for unit in range(units):
        life = int(rng.integers(30, 60))
        cycle = np.arange(1, life + 1)
        worn = np.exp(0.1 * (cycle - life)) + rng.normal(0, 0.02, life)
        table = {"unit": unit, "cycle": cycle, "heat": worn, "speed": rng.normal(size=life)}
        tables.append(pd.DataFrame({**table, "left": life - cycle, "plant": unit % 2}))
    return pd.concat(tables, ignore_index=True)


def collected(table, **more):
    asked = {"target": "left", "series_id": "unit", "step": "cycle", "history": 10, **more}
    return ff.Pipeline([ff.Collect(table, **asked)]).run(seed=0, progress=False)[ff.Collected]


def test_pieces_hold_the_last_steps_and_the_target_of_the_last_of_them():
    table = engines(units=12)
    found = collected(table, stride=3)
    one = table[table["unit"] == 4].reset_index(drop=True)
    rows = np.flatnonzero(found.table.column("unit") == 4)
    ends = [*range(9, len(one), 3)]
    assert found.table.column("left")[rows].tolist() == one["left"][ends].tolist()
    cell = found.table.column("series")[rows[1]]
    np.testing.assert_allclose(np.asarray(cell), one[["heat", "speed"]][3:13], rtol=1e-6)
    assert found.schema.named("group") == "unit"
    assert found.schema["plant"].role == "input"


def test_pieces_of_one_unit_lie_on_one_side():
    found = collected(engines())
    parts = draw(found, seed=0)
    units = [
        set(found.table.column("unit")[rows]) for rows in (parts.train, parts.valid, parts.test)
    ]
    assert not units[0] & units[1]
    assert not (units[0] | units[1]) & units[2]


def test_unit_shorter_than_a_piece_is_one_piece():
    table = engines()
    short = table[(table["unit"] > 0) | (table["cycle"] <= 4)]
    found = collected(short)
    assert (found.table.column("unit") == 0).sum() == 1


def test_history_without_series_or_horizon_is_refused():
    with pytest.raises(ConfigError, match="asks for `horizon`"):
        ff.Collect(engines(), target="left", history=10)


@pytest.mark.slow
def test_remaining_life_is_learnt_served_and_answered_for_the_last_step(tmp_path):
    table = engines(units=30)
    asked = {"target": "left", "series_id": "unit", "step": "cycle", "history": 10, "stride": 4}
    stages = [ff.Collect(table, **asked), ff.Preprocess(), ff.Train(epochs=3), ff.Evaluate()]
    result = ff.Pipeline([*stages, ff.Deploy(tmp_path / "m.ff")]).run(seed=0, progress=False)
    assert result[ff.Deployed].parity["source_rows"] > 0
    assert result.metrics["r2"] > 0.2
    running = table[table["cycle"] <= 25].drop(columns="left")
    found = ff.load(tmp_path / "m.ff").predict(running)
    assert found.shape == (30,)
    np.testing.assert_allclose(found, result.predict(running), rtol=1e-3)
