from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from fitting import feed
from fivefold.models.extratrees import SMOOTH, TREES, fit_forest
from fivefold.models.heads import make_head
from fivefold.models.inputs import Record, Signal, Width
from fivefold.models.kernels import Kernels
from fivefold.models.learner import Lesson
from fivefold.models.networks import build, describe
from fivefold.models.seriesblend import SeriesBlend
from fivefold.models.standard import Standard
from fivefold.tasks.known import task_of


@pytest.mark.parametrize("classes", [2, 4])
def test_forest_gives_the_logits_of_scikit_learns_shares(classes):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 5)).astype(np.float32)
    y = (x[:, 0] * classes).astype(np.int64) % classes
    outputs = 1 if classes == 2 else classes
    forest = fit_forest(x, y, "class", outputs, seed=3)
    shares = ExtraTreesClassifier(TREES, random_state=3).fit(x, y).predict_proba(x[:40] + 0.1)
    logits = np.log((shares + SMOOTH / classes) / (1 + SMOOTH))
    wanted = logits[:, 1:] - logits[:, :1] if classes == 2 else logits
    found = forest(torch.from_numpy(x[:40] + np.float32(0.1)))
    np.testing.assert_allclose(found, wanted, atol=2e-4)


def test_forest_of_numbers_gives_what_scikit_learn_gives():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 6)).astype(np.float32)
    y = x[:, :2] ** 2
    forest = fit_forest(x, y, "number", 2, seed=1)
    other = ExtraTreesRegressor(TREES, max_features=1 / 3, random_state=1).fit(x, y)
    np.testing.assert_allclose(forest(torch.from_numpy(x)), other.predict(x), atol=1e-4)


def test_blend_is_the_weighted_sum_in_eval_mode_and_the_network_in_training():
    torch.manual_seed(0)
    size = Record(4, 20, 7)
    blend = SeriesBlend(size, 1)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 7)).astype(np.float32)
    blend.forest = fit_forest(x, (x[:, 0] > 0).astype(np.int64), "class", 1)
    blend.kernels = Kernels(Signal(4, 20), 1, count=10).eval()
    blend.linear = Standard(7, 1)
    blend.weights.copy_(torch.tensor([0.2, 0.4, 0.1, 0.3]))
    blend.scales.copy_(torch.tensor([1.0, 2.0, 3.0, 0.5]))
    rows = torch.cat([torch.randn(6, 80), torch.from_numpy(x[:6])], dim=1)
    rows[:, 60:80] = 1
    blend.eval()
    lines, traits = rows[:, :80].view(6, 4, 20), rows[:, 80:]
    wanted = 0.2 * blend.network(lines) + 0.8 * blend.forest(traits)
    wanted = wanted + 0.3 * blend.linear(traits) + 0.15 * blend.kernels(lines)
    assert torch.allclose(blend(rows), wanted)
    assert blend.parts == pytest.approx(
        {"network": 0.2, "forest": 0.4, "linear": 0.1, "kernels": 0.3}
    )
    again = build(describe(blend)).eval()
    again.load_state_dict(blend.state_dict())
    assert torch.equal(again(rows), blend(rows))
    blend.train()
    blend.network.eval()
    assert torch.equal(blend(rows), blend.network(lines))


def test_blend_beside_a_table_lets_the_forest_read_both():
    torch.manual_seed(0)
    inputs = {"wave": Record(4, 20, 7), "table": Width(3, measured=3)}
    blend = SeriesBlend(inputs, 1)
    rows = {"wave": torch.randn(6, 87), "table": torch.randn(6, 3)}
    wanted = torch.cat([rows["wave"][:, 80:], rows["table"]], dim=1)
    assert torch.equal(blend.traits(rows), wanted)
    assert blend.lines(rows).shape == (6, 4, 20)
    blend.eval()
    assert torch.equal(blend(rows), blend.network({**rows, "wave": blend.lines(rows)}))
    assert describe(build(describe(blend))) == describe(blend)


@pytest.mark.parametrize("all_rows", [False, True])
def test_blend_weighs_by_rows_not_learnt_from_and_then_learns_from_all(all_rows, monkeypatch):
    monkeypatch.setattr("fivefold.models.extratrees.TREES", 60)
    torch.manual_seed(0)
    size = Record(4, 10, 6)
    rows = torch.randn(100, 46)
    rows[:, 30:40] = 1
    target = (rows[:, 40] + 0.5 * torch.randn(100) > 0).float()
    parts = {"train": slice(0, 80), "valid": slice(80, 100)}
    feeds = {name: feed((rows[part], target[part]), batch=16) for name, part in parts.items()}
    head, notes = make_head(task_of("binary"), (1,)), []
    taught = Lesson(**feeds, head=head, seed=3, tell=notes.append, beside=True, all_rows=all_rows)
    blend = SeriesBlend(size, 1)
    assert blend.begin(taught) is blend
    made, answers, (crossed,) = blend.fitted
    traits = rows[:, 40:].numpy()
    learnt = 100 if all_rows else 80
    wanted = fit_forest(traits[:learnt], target[:learnt].numpy().astype(int), "class", 1, seed=3)
    assert torch.equal(made["forest"](rows[:, 40:]), wanted(rows[:, 40:]))
    before = fit_forest(traits[:80], target[:80].numpy().astype(int), "class", 1, seed=3)
    assert torch.equal(answers["forest"], before(rows[80:, 40:]))
    alike = torch.allclose(made["linear"](rows[80:, 40:]), answers["linear"], atol=1e-4)
    assert alike == (not all_rows)
    again = SeriesBlend(size, 1)
    assert again.begin(replace(taught, alike=False)).fitted[2] == ()
    right = ((crossed.answers["forest"][:, 0] > 0) == (target[:80] > 0)).float().mean()
    assert 0.65 < right < 0.95  # of rows it has seen it would know all
    told = blend.eval().end(blend, taught)
    assert sum(blend.parts.values()) == pytest.approx(1)
    assert told["forest_weight"] > 0.1
    assert "100 rows not learnt from" in notes[-1]
