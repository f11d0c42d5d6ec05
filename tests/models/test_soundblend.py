import json

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from fitting import feed
from fivefold.models.heads import make_head
from fivefold.models.inputs import Spectrum, Width
from fivefold.models.learner import Lesson
from fivefold.models.networks import build, describe
from fivefold.models.pooled import STRETCHES, pooled
from fivefold.models.soundblend import SoundBlend
from fivefold.models.standard import STRENGTHS
from fivefold.tasks.known import task_of

BANDS, FRAMES = 12, 32


def spectra(rows: int, *, seed: int = 0) -> torch.Tensor:
    """Noise of several lengths, 0 behind the end."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, FRAMES + 1, rows)
    present = (np.arange(FRAMES) < counts[:, None])[:, None]
    loud = rng.normal(size=(rows, BANDS, FRAMES)) * present
    return torch.from_numpy(np.concatenate([loud, present], axis=1).astype(np.float32))


def by_hand(spectrum: np.ndarray) -> np.ndarray:
    """What is pooled of one sound, in a loop over its frames."""
    loud = spectrum[:-1, spectrum[-1] == 1].T.astype(np.float64)
    places = STRETCHES * np.arange(len(loud)) // len(loud)
    stretches = [
        loud[places == part].mean(axis=0) if (places == part).any() else np.zeros(BANDS)
        for part in range(STRETCHES)
    ]
    steps = np.abs(np.diff(loud, axis=0))
    change = steps.mean(axis=0) if len(steps) else np.zeros(BANDS)
    spread = np.sqrt(loud.var(axis=0) + 1e-6)
    return np.stack([loud.mean(axis=0), spread, change, *stretches], axis=1).ravel()


def test_pooled_tells_what_a_loop_over_frames_tells():
    rows = spectra(30)
    wanted = np.stack([by_hand(row) for row in rows.numpy()])
    np.testing.assert_allclose(pooled(rows), wanted, atol=1e-5)


def test_pooled_does_not_depend_on_how_far_a_sound_is_filled_up():
    rows = spectra(8)
    longer = torch.cat([rows, torch.zeros(8, BANDS + 1, 16)], dim=2)
    torch.testing.assert_close(pooled(longer), pooled(rows))


def lesson(inputs, target, *, outputs, told=None, beside=True):
    parts = [slice(0, 160), slice(160, None)]

    def taken(part):
        named = {k: v[part] for k, v in inputs.items()} if isinstance(inputs, dict) else inputs
        return named if isinstance(inputs, dict) else named[part]

    train, valid = (feed((taken(part), target[part]), batch=64, seed=0) for part in parts)
    task = "binary" if outputs == 1 else "multiclass"
    head = make_head(task_of(task), (outputs,))
    tell = (told if told is not None else []).append
    return Lesson(train=train, valid=valid, head=head, seed=0, tell=tell, beside=beside)


def test_linear_model_is_that_of_scikit_learn_on_what_is_pooled():
    torch.manual_seed(0)
    rows, target = spectra(240), torch.arange(240) % 3
    rows[:, :-1] += 0.4 * target[:, None, None] * rows[:, -1:]
    blend, told = SoundBlend(Spectrum(BANDS + 1, FRAMES), 3), []
    taught = lesson(rows, target, outputs=3, told=told)
    assert blend.begin(taught) is blend
    assert blend.parts == {"network": 1.0}
    linear, answers = blend.fitted
    features = np.stack([by_hand(row) for row in rows.numpy()])
    x = StandardScaler().fit(features[:160]).transform(features).clip(-10, 10)
    costs = {}
    for strength in STRENGTHS.classes:
        model = LogisticRegression(C=strength, max_iter=2000).fit(x[:160], target[:160])
        found = model.predict_proba(x[160:])
        costs[-np.log(found[np.arange(80), target[160:]]).mean()] = found
    np.testing.assert_allclose(torch.softmax(answers, 1), costs[min(costs)], atol=0.03)
    ended = blend.eval().end(blend, taught)
    assert ended == {"linear_weight": pytest.approx(blend.parts["linear"])}
    assert ended["linear_weight"] > 0.6  # the network has learnt nothing
    assert any("counts" in sentence for sentence in told)
    twin = build(json.loads(json.dumps(describe(blend)))).eval()
    twin.load_state_dict(blend.state_dict())
    with torch.no_grad():
        assert torch.equal(twin(rows), blend(rows))
        mixed = blend.network(rows) * (1 - blend.weight) + blend.weight * linear(pooled(rows))
        torch.testing.assert_close(blend(rows), mixed)
        blend.train()
        blend.network.eval()
        assert torch.equal(blend(rows), blend.network(rows))


def test_linear_model_reads_numbers_beside_a_sound():
    inputs = {"audio": Spectrum(BANDS + 1, FRAMES), "table": Width(9, measured=9)}
    size = torch.randn(240, 1)
    rows = {"audio": spectra(240), "table": size + 0.3 * torch.randn(240, 9)}
    target = (size[:, 0] > 0).float()
    blend = SoundBlend(inputs, 1)
    taught = lesson(rows, target, outputs=1)
    blend.begin(taught)
    _, answers = blend.fitted
    assert ((answers[:, 0] > 0) == (target[160:] > 0)).float().mean() > 0.85
    assert blend.eval().end(blend, taught)["linear_weight"] >= 0.5


def test_soundblend_that_nothing_is_fitted_beside_is_its_network():
    rows, target = spectra(200), torch.arange(200) % 3
    blend = SoundBlend(Spectrum(BANDS + 1, FRAMES), 3).eval()
    taught = lesson(rows, target, outputs=3, beside=False)
    assert blend.begin(taught) is blend
    assert blend.end(blend, taught) == {}
    with torch.no_grad():
        assert torch.equal(blend(rows), blend.network(rows))


def test_soundblend_of_a_table_is_refused():
    with pytest.raises(TypeError, match="reads sounds"):
        SoundBlend(Width(4), 2)
