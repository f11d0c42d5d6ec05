"""Numbers of rows that arrive at once: those that are tried are those that training sends."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import fivefold as ff
from fitting import fit_tensors
from fivefold.core.session import Session
from fivefold.errors import ModelError
from fivefold.models.score import score
from fivefold.train.optimizer import adamw
from fivefold.train.pieces import sizes_of
from fivefold.train.train import Train


def run(data, *, seed=0, **stage):
    return Train(**stage).run(data=data, session=Session(seed=seed, device="cpu"))


def normed(outputs=1):
    return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, outputs))


class Seen(nn.Module):
    """A linear layer that remembers how many rows it was given, by mode."""

    def __init__(self):
        super().__init__()
        self.layer, self.sizes = nn.Linear(2, 1), {True: set(), False: set()}

    def forward(self, batch):
        self.sizes[self.training].add(len(batch))
        return self.layer(batch)


class Changed(nn.Module):
    """A linear layer with something done to its rows and its answer."""

    def __init__(self, change, outputs=1):
        super().__init__()
        self.layer, self.change = nn.Linear(2, outputs), change

    def forward(self, batch):
        return self.change(self, batch)


@settings(deadline=None, max_examples=40)
@given(rows=st.integers(1, 60), batch=st.integers(1, 70), accumulate=st.integers(1, 70))
def test_sizes_are_those_that_the_loop_sends(rows, batch, accumulate):
    body, x = Seen(), torch.randn(rows, 2)
    fit_tensors(
        body,
        (x, torch.zeros(rows)),
        (x, torch.zeros(rows)),
        loss=lambda outputs, target: F.mse_loss(outputs[:, 0], target),
        optimizer=adamw(body, lr=0.01, weight_decay=0.0),
        epochs=2,
        batch=batch,
        pieces=accumulate,
    )
    assert body.sizes[True] == {*sizes_of(min(batch, rows), accumulate)}


@pytest.mark.parametrize(
    ("steps", "rows", "words", "remedy"),
    [
        ((16, 16), 120, "pieces of 1 row, as batch=16, accumulate=16 and 120", "accumulate, 8"),
        ((16, 40), 120, "pieces of 1 row, as batch=16, accumulate=40 and 120", "accumulate, 8"),
        ((16, 9), 120, "pieces of 1 or 2 rows, as batch=16", "accumulate, 8"),
        ((1, 1), 120, "batch=1, accumulate=1 and 120 training rows give", "batch, 2"),
        ((64, 9), 9, "batch=9, accumulate=9 and 9 training rows give", "accumulate, 4"),
        ((None, 1), 1, "batch=1, accumulate=1 and 1 training row give", ""),
    ],
)
def test_batch_norm_on_one_row_is_refused_before_training(make_data, steps, rows, words, remedy):
    told, stage = [], dict(zip(("batch", "accumulate"), steps, strict=True))
    session = Session(device="cpu", observers=(told.append,))
    with pytest.raises(ModelError) as caught:
        Train(normed(), epochs=1, **stage).run(data=make_data(train=rows), session=session)
    assert words in caught.value.summary
    if remedy:
        name, number = remedy.split(", ")
        assert f"`{name}` to Train, such as {number}, or put nn.Layer" in caught.value.remedy
    else:
        assert caught.value.remedy == "Put nn.LayerNorm in the place of batch normalisation."
    assert "Expected more than 1 value per channel" in caught.value.evidence
    assert isinstance(caught.value.__cause__, ValueError)
    assert not told


@pytest.mark.parametrize(
    "stage",
    [
        {"batch": 16, "accumulate": 8},
        {"batch": 2},
        {"batch": 119},  # one row is left over, and left out
        {"batch": 17},
        {"batch": 500, "accumulate": 60},
    ],
)
def test_batch_norm_on_two_rows_or_more_is_trained(make_data, stage):
    trained = run(make_data(valid=41), model=normed(), epochs=1, **stage)
    assert np.isfinite(trained.history.train_loss).all()


def test_remedy_of_a_refused_piece_is_one_that_trains(make_data):
    data = make_data()
    for batch, accumulate in ((16, 16), (7, 4), (30, 17), (1, 1), (3, 5)):
        stage = {"model": normed(), "epochs": 1, "batch": batch, "accumulate": accumulate}
        with pytest.raises(ModelError) as caught:
            run(data, **stage)
        name, number = re.search(r"`(\w+)` to Train, such as (\d+)", caught.value.remedy).groups()
        assert run(data, **{**stage, name: int(number)}).settings["epochs_run"] == 1


def test_convolutions_with_batch_norm_on_one_pixel_are_refused_too(make_data):
    data = make_data("image")
    body = nn.Sequential(nn.Conv2d(1, 4, 8), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 1))
    with pytest.raises(ModelError, match="pieces of 1 row, as batch=4, accumulate=4"):
        run(data, model=body, epochs=1, batch=4, accumulate=4)
    assert run(data, epochs=1, batch=1).settings["network"] == "convnet"


SIZES = {
    "groups of one value": (
        nn.Sequential(nn.Linear(2, 8), nn.GroupNorm(8, 8), nn.Linear(8, 1)),
        "any number of rows in eval mode, found ValueError for 1",
        "fewer groups",
    ),
    "instances of one value": (
        nn.Sequential(nn.Unflatten(1, (2, 1)), nn.InstanceNorm1d(2), nn.Flatten(), nn.Linear(2, 1)),
        "found ValueError",
        "in the place of nn.InstanceNorm",
    ),
    "a squeeze of the rows": (
        Changed(lambda self, batch: self.layer(batch.squeeze())),
        r"expected logits \(1, 1\) for 1 row, found \(1,\)",
        "Name the axis in squeeze",
    ),
    "eight rows alone": (
        Changed(lambda self, batch: self.layer(batch.view(8, 2))),
        "any number of rows in eval mode, found RuntimeError for 1",
        r"Take the number of rows from the batch: x.flatten\(1\)",
    ),
    "the rows of a batch alone": (
        Changed(lambda self, batch: self.layer(batch.view(32, 2))),
        "any number of rows in eval mode, found RuntimeError for 8",
        "Take the number of rows",
    ),
    "other rows than those of a batch": (
        Changed(lambda self, batch: self.layer(batch.view(64, 2))),
        "pieces of 32 rows, as batch=32",
        "Pass a larger `batch` to Train, such as 64, or take the number of rows",
    ),
    "pairs of rows in training": (
        Changed(
            lambda self, batch: self.layer(
                batch.view(-1, 64, 2).flatten(0, 1) if self.training else batch
            )
        ),
        "pieces of 32 rows",
        "such as 64",
    ),
}


@pytest.mark.parametrize("case", SIZES)
def test_module_that_takes_some_numbers_of_rows_alone_says_so(make_data, case):
    body, message, remedy = SIZES[case]
    with pytest.raises(ModelError, match=message) as caught:
        run(make_data(), model=body, epochs=1, batch=32)
    assert re.search(remedy, caught.value.remedy), caught.value.remedy


def test_evidence_names_the_rows_that_a_fixed_module_answers(make_data):
    with pytest.raises(ModelError) as caught:
        run(make_data(), model=SIZES["the rows of a batch alone"][0], epochs=1, batch=32)
    assert caught.value.evidence.endswith("With 32 rows it answers.")


def test_module_that_eight_rows_do_not_fit_is_trained_where_its_batches_do(make_data):
    """Normalisation over ghost batches of 16, as Hoffer et al. have it, takes no eight rows."""

    def ghost(self, batch):
        answer = self.layer(batch)
        if not self.training:
            return answer
        pieces = answer.view(-1, 16, 1)
        return answer + 0 * pieces.mean(dim=1, keepdim=True).expand_as(pieces).reshape(-1, 1)

    data, body = make_data(), Changed(ghost)
    trained = run(data, model=body, epochs=2, batch=32)
    plain = run(data, model=body.layer, epochs=2, batch=32)
    wanted = score(plain.model, data.test.inputs)
    np.testing.assert_allclose(score(trained.model, data.test.inputs), wanted, rtol=1e-5)
    with pytest.raises(ModelError, match="pieces of 24 rows") as caught:
        run(data, model=body, epochs=1, batch=24)
    assert "`batch` to Train, such as 48" in caught.value.remedy


def pair_loss(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target) + (logits[0] - logits[1]) ** 2


def spread_loss(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target) + 0 * logits.std()


@pytest.mark.filterwarnings("ignore:std")
@pytest.mark.parametrize(
    ("loss", "found"), [(pair_loss, "row, found IndexError"), (spread_loss, "number, found nan")]
)
def test_loss_that_needs_two_rows_is_refused_where_one_arrives(make_data, loss, found):
    stage = {"model": "mlp", "loss": loss, "epochs": 1}
    with pytest.raises(ModelError, match=found) as caught:
        run(make_data(), batch=8, accumulate=8, **stage)
    assert "pieces of 1 row, as batch=8" in caught.value.summary
    assert "such as 4" in caught.value.remedy
    with pytest.raises(ModelError, match=f"{found}, in the last piece of the validation rows"):
        run(make_data(valid=1), batch=8, **stage)
    trained = run(make_data(), batch=8, accumulate=4, **stage)
    assert np.isfinite(trained.history.valid_loss).all()


def test_last_piece_of_many_validation_rows_is_tried(make_data):
    rows = 2**15 // 2 + 1  # two numbers a row
    sizes = []

    def loss(logits, target):
        sizes.append(len(target))
        return pair_loss(logits, target)

    data = make_data(valid=rows)
    with pytest.raises(ModelError, match="in the last piece of the validation rows"):
        run(data, model=nn.Linear(2, 1), loss=loss, epochs=1, batch=16)
    assert sizes[-1] == 1
    assert 16 not in sizes[1:]  # nothing was trained


@pytest.mark.slow
@pytest.mark.rehearsed
def test_refused_piece_stops_a_whole_pipeline_before_training_and_folds_train(tmp_path):
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, 150))
    frame = pd.DataFrame({"x": x, "z": z, "y": np.where(x > 0, "a", "b")})

    def pipeline(accumulate):
        return ff.Pipeline(
            [
                ff.Collect(frame, target="y"),
                ff.Preprocess(),
                ff.Train(normed(), epochs=1, batch=16, accumulate=accumulate),
                ff.Evaluate(folds=3, baselines=("constant",)),
                ff.Deploy(tmp_path / "t.ff"),
            ]
        )

    with pytest.raises(ModelError) as caught:
        pipeline(16).run(seed=0, progress=False)
    assert any("rehearsal of Train" in note for note in caught.value.__notes__)
    result = pipeline(8).run(seed=0, progress=False)
    assert {"roc_auc"} <= {*result.metrics}


def test_compiled_module_trains_to_the_bits_of_its_original(make_data):
    data, body = make_data(), nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's own compiler
        compiled = run(data, model=torch.compile(body, backend="eager"), epochs=2)
    plain = run(data, model=body, epochs=2)
    wanted = score(plain.model, data.test.inputs)
    np.testing.assert_allclose(score(compiled.model, data.test.inputs), wanted, rtol=1e-5)
