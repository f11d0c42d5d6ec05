"""`Train(prefer="simpler")` keeps the simplest model that validation rows do not tell apart."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import fivefold.models.answered
from fivefold.codecs.schema import Column, Schema
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.errors import ConfigError, PreflightError
from fivefold.models.assemble import digest
from fivefold.models.estimated import Estimated
from fivefold.train.byword import estimator_of
from fivefold.train.distil import Distil
from fivefold.train.misfits import find_misfits
from fivefold.train.train import Train


@pytest.fixture
def kept(monkeypatch):
    """A function: what is kept beside a network that answers so, and what was told."""

    asked = fivefold.models.answered.answered

    def keep(data, network=None, **said):
        told = []

        def answered(model, rows, codec, **more):
            if network is None or isinstance(model.body, Estimated):
                return asked(model, rows, codec, **more)
            return network(rows.target)

        monkeypatch.setattr(fivefold.models.answered, "answered", answered)
        session = Session(seed=0, observers=(told.append,))
        train = Train("mlp", **{"epochs": 1, "threads": 1, "prefer": "simpler", **said})
        trained = train.run(data, session)
        return trained, [event.text for event in told if isinstance(event, Noted)][-1]

    return keep


def sure(target):
    """The truth itself."""
    return np.eye(2)[target] * 0.98 + 0.01


def crossed(data, seed=0):
    """The same rows with a target that is one where exactly one of two numbers is above 0."""
    draw = np.random.default_rng(seed)

    def part(rows):
        numbers = draw.normal(size=rows.inputs["numeric"].shape).astype(np.float32)
        target = ((numbers[:, 0] > 0) != (numbers[:, 1] > 0)).astype(np.int64)
        return replace(rows, inputs={**rows.inputs, "numeric": numbers}, target=target)

    return data.replace(train=part(data.train), valid=part(data.valid))


def test_a_linear_model_that_is_as_good_is_kept_as_if_it_had_been_asked_for(make_data, kept):
    data = make_data()
    trained, said = kept(data, sure)
    assert trained.settings.preferred == "linear"
    assert said.startswith("By ROC-AUC of 40 validation rows: network 1, linear ")
    assert said.endswith("kept: linear.")
    asked = Train(LogisticRegression(max_iter=300)).run(data, Session(seed=0))
    assert digest(trained.model) == digest(asked.model)
    assert trained.settings.rows == len(data.train) + len(data.valid)
    assert kept(data, sure, all_rows=False)[0].settings.rows == len(data.train)
    network = Train("mlp", epochs=1, threads=1).run(data, Session(seed=0))
    assert trained.first_digest == network.first_digest


def test_what_no_linear_model_learns_is_left_to_trees(make_data, kept):
    data = crossed(make_data(train=600, valid=200))
    draw = np.random.default_rng(1)

    def fair(target):
        one = 1 / (1 + np.exp(-(2 * target - 1 + draw.normal(size=len(target)))))
        return np.stack([1 - one, one], 1)

    trained, said = kept(data, fair)
    assert trained.settings.preferred == "boosting"
    assert "(loses), boosting" in said


def test_the_network_is_kept_where_simple_models_lose_or_nothing_is_measured(make_data, kept):
    data = crossed(make_data(valid=60))
    chance = np.random.default_rng(0).permutation(data.train.target)
    hard = data.replace(train=replace(data.train, target=chance))
    few = make_data(task="regression", valid=20)
    for rows, network in (
        (hard, sure),
        (few, lambda target: target),
        (make_data(valid=0), None),
    ):
        trained, said = kept(rows, network)
        plain = Train("mlp", epochs=1, threads=1).run(rows, Session(seed=0))
        assert trained.settings.preferred == "network"
        assert digest(trained.model) == digest(plain.model)
        assert said.endswith(("kept: network.", "the network is kept."))
    trained, said = kept(few)  # of which the network has learnt little in an epoch
    assert trained.settings.preferred == "linear"
    assert "(not measured)" in said


def test_what_is_kept_does_not_depend_on_test_rows(make_data, kept):
    data = make_data()
    spoilt = data.replace(test=data.test.take(np.arange(len(data.test))[::-1]))
    assert digest(kept(data)[0].model) == digest(kept(spoilt)[0].model)


@pytest.mark.parametrize(
    ("task", "classes", "kind"),
    [("count", (), "numeric"), ("multilabel", ("a", "b"), "numeric"), ("regression", (), "text")],
)
def test_a_simple_model_is_refused_where_none_can_take_the_place(task, classes, kind):
    columns = (Column(name="x", kind=kind), Column(name="y", kind="numeric", role="target"))
    schema = Schema(columns=columns, targets=("y",), task=task, classes=classes)
    (fault,) = find_misfits(Train(prefer="simpler"), schema)
    assert isinstance(fault, PreflightError)
    assert "prefer='simpler'" in str(fault)
    assert f"found {task} of {kind}" in str(fault)
    assert not list(find_misfits(Train(), schema))


def test_a_simple_model_is_not_preferred_to_what_is_none_but_a_network():
    with pytest.raises(ConfigError, match="`prefer` has no effect on an estimator"):
        Train(LogisticRegression(), prefer="simpler")
    with pytest.raises(ConfigError, match="`prefer` has no effect: the teacher"):
        Distil(estimator_of("linear", "class"), prefer="simpler")


def test_copies_within_a_group_are_one_witness(make_data, kept):
    """Rows that tell a network from simple models one by one, and not as the groups they are."""
    data = make_data(train=200, valid=640)
    groups = np.repeat(np.arange(64), 10)
    copied = data.valid.take(groups * 10)  # ten copies of each of 64 rows
    draw = np.random.default_rng(0)
    wrong = np.repeat(draw.random(64) < 0.3, 10)

    def keep(bonds):
        rows = replace(copied, target=np.where(wrong, 1 - copied.target, copied.target))
        rows = replace(rows, bonds=bonds)
        return kept(data.replace(valid=rows), slightly_better)

    def slightly_better(target):
        half = np.where(wrong & (groups % 16 > 0), 1 - target, target)
        return np.eye(2)[half] * 0.5 + 0.25

    one_by_one, together = keep({}), keep({"group": groups})
    assert one_by_one[0].settings.preferred == "network"
    assert together[0].settings.preferred == "linear"
    assert "640 validation rows in 64 groups" in together[1]
