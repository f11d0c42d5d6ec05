from dataclasses import replace

import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.models.defaults import choose
from fivefold.models.inputs import Codes, Image, Text, Width, parts
from fivefold.models.networks import NETWORKS
from fivefold.tasks.known import TASKS
from fivefold.train.misfits import find_misfits
from fivefold.train.train import Train


def schema(*kinds, task="binary"):
    columns = [Column(name=f"c{n}", kind=kind) for n, kind in enumerate(kinds)]
    columns.append(Column(name="y", kind="categorical", role="target"))
    classes = () if task == "regression" else ("no", "yes")
    return Schema(columns=tuple(columns), targets=("y",), task=task, classes=classes)


@pytest.mark.parametrize(
    ("kinds", "inputs"),
    [
        (["numeric", "categorical"], {"table": Width(3), "codes": Codes((4,))}),
        (["image"], Image(1, 8, 8)),
        (["text"], Text(4, 9)),
        (["text", "text"], {"a": Text(4, 9), "b": Text(4, 9)}),
        (["numeric", "image"], {"table": Width(3), "photo": Image(1, 8, 8)}),
    ],
)
def test_networks_that_fit_the_kinds_are_those_that_read_the_sizes(kinds, inputs):
    sizes = [type(size) for size in parts(inputs).values()]
    for name, network in NETWORKS.items():
        faults = list(find_misfits(Train(name), schema(*kinds)))
        assert (network.reads(sizes) and not network.detects) == (not faults)
        assert all(f'Train("{choose(inputs)}")' in fault.remedy for fault in faults)


def test_fitting_settings_have_no_misfits():
    stage = Train("convnet", augment=["shift"], class_weights={"yes": 2.0})
    assert not list(find_misfits(stage, schema("image")))
    assert not list(find_misfits(Train("mixture"), schema("numeric")))


@pytest.mark.parametrize(
    ("stage", "task", "message"),
    [
        (Train("convnet"), "binary", 'Use Train\\("blend"\\)'),
        (Train(augment=("flip",)), "binary", "expected an image column"),
        (Train(class_weights="balanced"), "regression", "found regression"),
        (Train(clean=True), "binary", 'expected task="anomaly" for clean=True'),
        (Train("oddity"), "binary", 'Use Train\\("blend"\\)'),
        (Train("mlp"), "anomaly", 'Use Train\\("oddity"\\)'),
        (Train(class_weights={"maybe": 2.0}), "binary", "no, yes, found one of 'maybe'"),
    ],
)
def test_misfit_is_named_with_its_remedy(stage, task, message):
    (fault,) = find_misfits(stage, schema("numeric", task=task))
    with pytest.raises(type(fault), match=message):
        raise fault


def test_odd_rows_are_sought_in_numbers_and_categories_only():
    assert not list(find_misfits(Train(clean=True), schema("numeric", task="anomaly")))
    (fault,) = find_misfits(Train(), schema("numeric", "text", task="anomaly"))
    assert "found numeric, text" in str(fault)


def test_misfits_come_all_at_once():
    stage = Train("textnet", augment=("flip",), class_weights={"maybe": 2.0})
    assert len(list(find_misfits(stage, schema("numeric")))) == 3


def mean(logits, target):
    return (logits - target).mean()


@pytest.mark.parametrize("task", TASKS.known)
def test_losses_that_fit_the_task_have_no_misfits(task):
    for name in (None, mean, *TASKS[task].losses):
        assert not list(find_misfits(Train(loss=name), schema("numeric", task=task)))


def test_settings_of_losses_fit_where_they_are_used():
    for stage, task in (
        (Train(loss="quantile", quantile=0.9), "regression"),
        (Train(label_smoothing=0.1), "binary"),
        (Train(loss="cross_entropy", label_smoothing=0.1), "multiclass"),
    ):
        assert not list(find_misfits(stage, schema("numeric", task=task)))


@pytest.mark.parametrize(
    ("settings", "task", "message"),
    [
        ({"loss": "huber"}, "binary", r"for binary \(cross_entropy, focal\), found 'huber'"),
        ({"loss": "focal"}, "regression", r'Use loss="squared", or leave it out'),
        ({"quantile": 0.9}, "regression", "for quantile=0.9, found the default"),
        ({"quantile": 0.9, "loss": "huber"}, "regression", "found 'huber'"),
        ({"label_smoothing": 0.1}, "regression", "label_smoothing=0.1, found regression"),
        ({"label_smoothing": 0.1, "loss": "focal"}, "binary", "found 'focal'"),
        ({"label_smoothing": 0.1, "loss": mean}, "multiclass", "found one of your own"),
    ],
)
def test_misfit_of_a_loss_is_named_with_its_remedy(settings, task, message):
    (fault,) = find_misfits(Train(**settings), schema("numeric", task=task))
    with pytest.raises(type(fault), match=message):
        raise fault


def test_own_loss_without_weights_misfits_rows_that_have_them():
    plain = schema("numeric")
    weighted = replace(
        plain, columns=(*plain.columns, Column(name="w", kind="numeric", role="weight"))
    )
    without, taking = lambda logits, target: 0.0, lambda logits, target, weight=None: 0.0
    (fault,) = find_misfits(Train(loss=without), weighted)
    assert "expected a loss that takes the weights of rows" in str(fault)
    for stage, known in ((Train(loss=without), plain), (Train(loss=taking), weighted)):
        assert list(find_misfits(stage, known)) == []
