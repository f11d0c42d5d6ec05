import numpy as np
import pandas as pd
import torch
from torch import nn

import fivefold as ff
from fivefold.study.leftout import redrawn
from fivefold.study.questions import questions


def frame(rows=120):
    random = np.random.default_rng(0)
    made = pd.DataFrame(random.normal(size=(rows, 2)), columns=["a", "b"])
    made["c"] = random.choice(["x", "y"], rows)
    made["y"] = np.where(made["a"] > 0, "up", "down")
    return made


def asked(train, *, quick=False, source=None, preprocess=None):
    collect = ff.Collect(frame(), target="y") if source is None else source
    pipeline = ff.Pipeline([collect, preprocess or ff.Preprocess(), train])
    result = pipeline.run(seed=0, progress=False)
    return {question.table: question for question in questions(pipeline, result, quick=quick)}


def test_questions_vary_what_changes_something_for_these_columns():
    found = asked(ff.Train("mlp", epochs=1))
    prepared = found["preprocessing_comparison"]
    assert list(prepared.variants)[:2] == ["scale=quantile", "categories=embed"]
    assert not any("missing_indicator" in name for name in prepared.variants)  # none is missing
    assert not any("vocabulary" in name for name in prepared.variants)  # there are no texts
    assert set(prepared.costs) == {"as given", *prepared.variants}
    changed = prepared.variants["scale=quantile"]["preprocess"]
    assert changed.scale == "quantile"
    rivals = found["architectures"].variants
    assert {"blend", "tabm", "logistic regression", "gradient boosting"} == set(rivals)
    assert found["augmentation_effect"].why == "no input here is changed at random in training"
    assert not found["augmentation_effect"].applies
    assert "random weights" in found["transfer_learning"].why


def test_questions_in_a_hurry_are_fewer():
    found = asked(ff.Train("mlp", epochs=1), quick=True)
    assert len(found["preprocessing_comparison"].variants) == 2
    assert len(found["architectures"].variants) == 2


def test_weights_learnt_elsewhere_are_compared_with_random_ones():
    torch.manual_seed(0)
    module = nn.Linear(6, 1)
    found = asked(ff.Train(module, epochs=1, freeze="weight"))["transfer_learning"]
    other = found.variants["random weights"]["train"]
    assert other.freeze == ()
    assert not torch.equal(other.model.weight, module.weight)


def test_redrawn_names_a_layer_that_cannot_draw_its_weights():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2))

    given = nn.Linear(2, 2)
    state = torch.random.get_rng_state()
    first, stuck = redrawn(given, 3)
    assert stuck == ""
    assert torch.equal(first.weight, redrawn(given, 3)[0].weight)
    assert not torch.equal(first.weight, given.weight)
    assert torch.equal(state, torch.random.get_rng_state())
    assert redrawn(nn.Sequential(given, Own()), 0)[1] == "Own"


def test_pictures_are_asked_about_changes_and_what_is_given_without_them():
    pixels = np.random.default_rng(0).integers(0, 255, (40, 8, 8, 1), dtype=np.uint8)
    source = ff.Collect({"picture": pixels, "y": np.arange(40) % 2}, target="y")
    every = asked(ff.Train("convnet", epochs=1), source=source)
    found, prepared = every["augmentation_effect"], every["preprocessing_comparison"]
    assert prepared.variants["image_size=4"]["preprocess"].image_size == 4
    assert prepared.costs["image_size=4"].digest != prepared.costs["as given"].digest
    assert set(found.variants) == {"with shift", "with flip", "with crop", "with rotate"}
    assert found.variants["with flip"]["train"].augment == ("flip",)
    given = ff.Train("convnet", epochs=1, augment=("shift",))
    found = asked(given, source=source)["augmentation_effect"]
    assert found.variants["without"]["train"].augment == ()
