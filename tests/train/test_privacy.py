import pytest
from torch import nn

import fivefold as ff
from fivefold.errors import ConfigError, LeakError
from fivefold.train.misfits import find_misfits
from fivefold.train.mix import Mix
from fivefold.train.privacy import Privacy, default_delta
from fivefold.train.private import settle

ASKED = Privacy(noise_multiplier=1)
VAIN = {
    **{"patience": 3, "time_limit": 9.0, "sampler": "balanced", "augment": ("flip",)},
    **{"accumulate": 2, "precision": "bf16", "prefer": "simpler", "clip": 0.3, "lr": "find"},
    "model": ff.Pretrained("a.ff"),
}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "neither"),
        ({"epsilon": 1, "noise_multiplier": 1}, "both"),
        ({"epsilon": 0}, "epsilon above 0, found 0"),
        ({"epsilon": float("nan")}, "epsilon above 0, found nan"),
        ({"epsilon": True}, "epsilon as a number"),
        ({"epsilon": 1, "delta": 1}, "delta between 0 and 1, found 1"),
        ({"epsilon": 1, "clip": -1.0}, "clip above 0"),
        ({"epsilon": 1, "accountant": "gdp"}, "accountant='rdp' or 'prv', found 'gdp'"),
        ({"epsilon": 1, "seeded": 1}, "seeded=True or False"),
    ],
)
def test_wrong_argument_is_named(arguments, said):
    with pytest.raises(ConfigError, match=said):
        Privacy(**arguments)


def test_settings_that_look_at_rows_or_count_nothing_are_refused_beside_it():
    for name, value in VAIN.items():
        with pytest.raises(ConfigError, match=f"`{name}` beside|begins with random"):
            ff.Train(**{name: value, "privacy": ASKED})
    with pytest.raises(ConfigError, match="its teacher has seen the rows"):
        ff.Distil("mlp", privacy=ASKED)
    with pytest.raises(ConfigError, match="`privacy` of some members"):
        Mix([{"model": "mlp", "privacy": ASKED}, {"model": "mlp"}])


def test_recipe_holds_what_was_asked_for():
    begin = [ff.Collect("a.csv", target="y"), ff.Preprocess()]
    asked = ff.Train(privacy=Privacy(epsilon=3, clip=0.5))
    *_, stage = ff.Pipeline.from_json(ff.Pipeline([*begin, asked]).to_json()).stages
    assert isinstance(stage.privacy, Privacy)
    assert dict(stage.privacy) == {"epsilon": 3.0, "clip": 0.5}


def test_delta_is_below_one_over_the_rows():
    assert [default_delta(rows) for rows in (2, 50, 51, 5000, 30_000)] == [
        *(0.1, 0.01, 0.001, 1e-4, 1e-5)
    ]
    budget = settle(ASKED, rows=1000, batch=300, epochs=4)
    assert (budget.delta, budget.sample_rate, budget.steps) == (1e-4, 0.3, 12)
    with pytest.raises(ConfigError, match=r"delta below one over the 1,000 training rows, 0\.001"):
        settle(Privacy(noise_multiplier=1, delta=0.001), rows=1000, batch=300, epochs=4)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("tabm", "found 'tabm'.\nUse Train(\"mlp\")"),
        (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1)), "found BatchNorm1d"),
        ("mlp", None),
        (None, None),
    ],
)
def test_network_in_which_rows_meet_is_refused_in_preflight(make_data, model, said):
    schema = make_data().codec.schema
    faults = [str(one) for one in find_misfits(ff.Train(model, privacy=ASKED), schema)]
    assert len(faults) == (said is not None)
    assert said is None or (said in faults[0] and "leave `privacy` out" in faults[0])


def test_noise_that_nobody_can_draw_again_is_no_leak_probe():
    stages = [ff.Collect({"x": [1, 2], "y": [1, 2]}, target="y"), ff.Preprocess()]
    with pytest.raises(LeakError, match=r"Privacy\(seeded=True\)"):
        ff.Pipeline([*stages, ff.Train(privacy=ASKED)]).check(leak=True)
