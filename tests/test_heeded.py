"""Every setting that speaks of the target or of learning is honoured or refused, by each task."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch

import fivefold as ff
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.tasks.known import TASKS
from fivefold.train.choices import LOSSES
from fivefold.train.options import Options

ROWS = 90
ANYWAY = {  # settings that no task gives another meaning, or that need a run of their own
    *("model", "patience", "freeze", "threads", "time_limit", "checkpoint_seconds", "callbacks"),
    "prefer",  # of more rows than these: tests/train/test_simpler.py
    "all_rows",  # True takes validation rows too; tables and positions learn from none of them
    *(
        "hold_back",
        "hold_half",
    ),  # changes nothing where few validation rows are learnt from by nothing anyway
}
ALTERED = {
    **{"quality": "fast", "epochs": 4, "batch": 6, "lr": 0.1, "weight_decay": 0.9, "ema": 0.5},
    **{"schedule": "constant", "clip": 1e-6, "accumulate": 2, "members": 3, "quantile": 0.3},
    **{"label_smoothing": 0.2, "class_weights": "balanced", "sampler": "balanced", "clean": True},
    **{"calibrate": "temperature", "false_alarms": 0.2, "precision": "bf16", "augment": ("noise",)},
    "optimizer": lambda weights: torch.optim.SGD(weights, lr=0.01),
    "privacy": ff.Privacy(noise_multiplier=1.0),
}


@cache
def sets():
    """Small data for each task, as Collect takes it; what is said of labels is apart."""
    draw = np.random.default_rng(0)
    x, noise = draw.normal(size=(2, ROWS))
    table = {"x": x, "c": draw.choice(list("abc"), ROWS), "hours": np.exp(draw.normal(size=ROWS))}
    two = np.where(x + noise > 0, "up", "down")
    three = np.array(["poor", "fair", "fine"])[np.digitize(x + noise / 2, [-0.5, 0.5])]
    both = [
        [n for n, so in (("r", a > 0), ("w", b > 0)) if so] for a, b in zip(x, noise, strict=True)
    ]
    words = [["Ann", "saw", "Bob", "run"][: 2 + k % 3] for k in range(ROWS)]
    tags = [["B-p", "O", "B-p", "O"][: len(row)] for row in words]
    hours = pd.date_range("2024-01-01", periods=ROWS, freq="h")
    told = [["up", "down", "up"][k % 2 : 1 + k % 3] or ["down"] for k in range(ROWS)]
    seen = ["T".join("AAA" if word == "up" else "CCC" for word in row) for row in told]
    masks = (np.arange(64).reshape(8, 8) // 8 + np.arange(ROWS)[:, None, None]) % 3
    photos = (60 * masks + draw.integers(0, 40, masks.shape)).astype(np.uint8)
    wave = pd.DataFrame({"t": hours, "y": np.sin(np.arange(ROWS) / 3) + noise / 5})
    return {
        "binary": {"source": {**table, "y": two}},
        "multiclass": {"source": {**table, "y": three}},
        "regression": {"source": {**table, "y": x + noise}},
        "multilabel": {"source": {**table, "y": both}},
        "ordinal": {"source": {**table, "y": np.digitize(x + noise / 2, [-0.5, 0.5])}},
        "count": {"source": {**table, "y": draw.poisson(np.exp(1 + x / 2))}},
        "several": {"source": {**table, "y": x + noise, "g": two}, "target": ("y", "g")},
        "tagging": {"source": {"words": words, "y": tags}},
        "transcription": {"source": {"seen": seen, "y": told}, "kinds": {"seen": "sequence"}},
        "returns": {
            "source": wave.assign(y=np.exp(wave["y"])),
            **{"time": "t", "horizon": 2, "history": 4},
        },
        "segmentation": {"source": {"photo": [*photos], "y": [*masks]}},
        "forecast": {"source": wave, "time": "t", "horizon": 2, "history": 4},
        "anomaly": {"source": {**table, "y": two}},
        "unlabelled": {"source": table, "target": None, "task": "anomaly"},
    }


def collect(task, **said):
    asked = {"target": "y", "task": task, **sets()[task], **said}
    return ff.Collect(asked.pop("source"), **asked)


def settled(task, **said):
    schema = ff.Pipeline([collect(task, **said)]).run(seed=0, progress=False)[ff.Collected].schema
    return schema.task, schema.classes, schema.each, schema.named("exposure")


def test_every_task_is_in_the_matrix_and_every_setting_of_train():
    assert set(sets()) == {task.name for task in TASKS.known.values()}
    assert set(Options.model_fields) == {*ALTERED, *ANYWAY, "loss"}


@pytest.mark.parametrize("task", list(sets()))
def test_what_is_said_of_labels_is_honoured_or_refused_by_each_task(task):
    """`order=` with a declared regression went unheard."""
    usual = settled(task)
    first, *_, last = usual[1] or ("up", "down")
    order = {"g": ("down", "up")} if task == "several" else (last, *usual[1][1:-1], first)
    asked = {"order": order, "positive": first, "normal": last, "exposure": "hours"}
    for setting, said in asked.items():
        hears = setting in TASKS[task].heeds and task != "unlabelled"
        if hears:
            changed = settled(task, **{setting: said})
            assert changed != usual or changed[2][1] == order["g"]
        else:
            with pytest.raises((FivefoldError, ValueError), match=f"{setting}=|`{setting}`"):
                settled(task, **{setting: said})


def test_tasks_that_are_none_of_one_target_beside_others_are_refused():
    for task in ("tagging", "forecast", "anomaly", "several"):
        with pytest.raises(ConfigError, match=f"each of several targets as one of .* '{task}'"):
            ff.Collect({"y": [1, 2], "z": [1, 2]}, target=("y", "z"), task={"y": task})


@cache
def first_run(task):
    """A run with the settings that are not asked for; other settings train on its rows."""
    stages = [collect(task), ff.Preprocess(), ff.Train(epochs=2, threads=1)]
    return ff.Pipeline(stages).run(seed=0, progress=False).execution


def learnt(task, **said):
    train = ff.Train(
        **{"epochs": 2, "threads": 1, **said} | ({"epochs": None} if "quality" in said else {})
    )
    execution = first_run(task)
    for fault in train.preflight(execution.session, execution.context):
        raise fault
    return execution.again(stages={"train": train})[ff.Trained].model.state_dict()


def alike(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


@pytest.mark.slow
@pytest.mark.parametrize("task", list(sets()))
def test_settings_of_train_change_what_is_learnt_or_are_refused(task):
    before, silent = first_run(task).context[ff.Trained].model.state_dict(), []
    assert alike(learnt(task), before)  # with the same settings nothing changes
    own = next(iter(TASKS[task].losses))
    asked = [{name: value} for name, value in ALTERED.items()]
    for said in [*asked, *({"loss": name} for name in LOSSES if name != own)]:
        try:
            other = learnt(task, **said)
        except (FivefoldError, ValueError):
            continue
        silent += [said] if alike(other, before) else []
    assert not silent


@pytest.mark.parametrize(
    ("cells", "change", "wanted"),
    [
        (["ACGTACGT"] * 40, "turn", "turn"),
        (["ACGTACGT"] * 40, "shift", "shift"),
        (list(np.random.default_rng(0).normal(size=(40, 8, 2))), "speed", "speed"),
    ],
)
def test_changes_that_move_positions_are_refused_where_each_has_an_answer(cells, change, wanted):
    """`speed` stretched the steps of series and left their labels where they were."""
    table = {"x": cells, "y": ["a b b a a b a b"] * 20 + ["b b b a a b a b"] * 20}
    kind = {"x": "sequence"} if isinstance(cells[0], str) else {}
    stages = [
        ff.Collect(table, target="y", task="tagging", kinds=kind),
        ff.Preprocess(),
        ff.Train(epochs=1, augment=(change,)),
    ]
    with pytest.raises(PreflightError, match=f"leave positions .* found augment='{wanted}'"):
        ff.Pipeline(stages).run(seed=0, progress=False)


def test_both_strands_are_refused_where_each_position_has_an_answer():
    draw = np.random.default_rng(0)
    cells = ["".join(draw.choice(list("ACGT"), 4 + k % 4)) for k in range(40)]
    table = {"x": cells, "y": [" ".join("ab"[c in "GC"] for c in cell) for cell in cells]}
    collect = ff.Collect(table, target="y", task="tagging", kinds={"x": "sequence"})
    stages = [collect, ff.Preprocess(strand="both"), ff.Train(epochs=1)]
    with pytest.raises(PreflightError, match="strand='both' expects one strand"):
        ff.Pipeline(stages).run(seed=0, progress=False)
    data = ff.Pipeline([collect, ff.Preprocess()]).run(seed=0, progress=False)[ff.Preprocessed]
    assert data.codec.columns["x"].state.rule == "the first 7 of each, with an answer for each"
