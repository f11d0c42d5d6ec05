"""Why a trained model answers as it does: beside sums over all orders, and of its parts."""

import copy
from dataclasses import replace
from functools import partial
from itertools import permutations

import numpy as np
import pytest
import torch

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.deploy.carried import pack_bundle
from fivefold.explaining import background_of
from fivefold.models.score import score, score_parts
from fivefold.requested import requested

pytestmark = [pytest.mark.explained, pytest.mark.few_trees, pytest.mark.unrehearsed]
NAMES = ("size", "town", "age")


@pytest.fixture(scope="module")
def run():
    draw = np.random.default_rng(0)
    size, age = draw.normal(size=400), draw.normal(size=400)
    town = draw.choice(["A", "B", "C"], 400)
    logit = 2 * size - age + size * (town == "A")
    rows = {"size": size, "town": town, "age": age, "rich": logit + draw.logistic(size=400) > 0}
    judge = ff.Evaluate(baselines=[], explain=3, robustness=0)
    stages = [ff.Collect(rows, target="rich"), ff.Preprocess(), ff.Train(epochs=2), judge]
    return ff.Pipeline(stages).run(seed=0, progress=False), rows


def asked_row(run, place=0):
    return {name: run[1][name][place].item() for name in NAMES}


def others_of(result):
    data = result[Preprocessed]
    told = background_of(requested(result[Collected], data), data.train.index)
    columns = [told["columns"][name] for name in NAMES]
    return [dict(zip(NAMES, cells, strict=True)) for cells in zip(*columns, strict=True)]


def by_all_orders(predict, row, others):
    """The definition: what each column adds when it comes in, over all orders."""

    def worth(inside):
        rows = [{n: row[n] if n in inside else other[n] for n in NAMES} for other in others]
        chances = predict(rows).astype(float)
        return (np.log(chances[:, 1]) - np.log(chances[:, 0])).mean()

    added = dict.fromkeys(NAMES, 0.0)
    orders = list(permutations(NAMES))
    for order in orders:
        for place, name in enumerate(order):
            added[name] += worth(order[: place + 1]) - worth(order[:place])
    return {name: total / len(orders) for name, total in added.items()}


def test_values_are_the_mean_over_all_orders_and_add_up(run):
    result, row = run[0], asked_row(run)
    [found] = result.explain([row])
    wanted = by_all_orders(result.predict_proba, row, others_of(result))
    assert found.exact
    for name in NAMES:
        assert found[name] == pytest.approx(wanted[name], abs=1e-5)
    assert found.base + sum(map(found.__getitem__, NAMES)) == pytest.approx(found.score, abs=1e-5)


@pytest.mark.slow
def test_a_bundle_explains_as_the_run_does(run):
    result, row = run[0], asked_row(run)
    made = result[Collected], result[Preprocessed], result[Trained]
    bundle = ff.load(pack_bundle(*made, recipe="{}"))
    [here], [there] = result.explain([row]), bundle.explain([row])
    for name in NAMES:
        assert there[name] == pytest.approx(here[name], abs=1e-5)


def test_of_a_blend_each_part_counts_by_its_weight(run):
    """One value function for all parts, in the score in which the blend is linear."""
    result = run[0]
    network, row = result[Trained].model, asked_row(run, 1)
    weights = network.body.parts
    assert len(weights) > 1
    whole = result._explainer
    rows = result._explaining([row], None)[1]
    [pieces] = rows
    [together] = whole.explain(pieces)
    summed = dict.fromkeys(NAMES, 0.0)
    for part, weight in weights.items():
        alone = replace(whole, scores=lambda blocks, part=part: score_parts(network, blocks)[part])
        [found] = alone.explain(pieces)
        for name in NAMES:
            summed[name] += weight * found[name]
    for name in NAMES:
        assert together[name] == pytest.approx(summed[name], abs=1e-5)


def test_a_planted_order_of_columns_is_found(run):
    result = run[0]
    some = [asked_row(run, place) for place in range(12)]
    told = result.explain(some)
    strength = {name: np.mean([abs(one[name]) for one in told]) for name in NAMES}
    assert sorted(strength, key=strength.get) == ["town", "age", "size"]
    assert result.explain(some, rows=2)[1].to_json() == told[1].to_json()


def test_explanations_change_when_weights_are_drawn_anew(run):
    result = run[0]
    explainer = result._explainer
    [pieces] = result._explaining([asked_row(run)], None)[1]
    [trained] = explainer.explain(pieces)
    other = copy.deepcopy(result[Trained].model)
    with torch.no_grad():
        for weight in other.parameters():
            weight.copy_(torch.randn_like(weight))
    drawn = replace(explainer, scores=partial(score, other))
    [random] = drawn.explain(pieces)
    ours, theirs = (np.array([one[name] for name in NAMES]) for one in (trained, random))
    assert np.abs(ours - theirs).max() > 0.1 * np.abs(ours).max()


def test_rows_answered_worst_and_best_are_explained_in_a_table_and_a_picture(run):
    result, rows = run
    table = result.tables["explanations"]
    some = table.drop_duplicates("row")
    assert len(some) == 3
    assert (some["true"] != some["answered"]).tolist() == [True, True, False]
    for row, parts in table.groupby("row"):
        asked = {name: rows[name][row].item() for name in NAMES}
        [wanted] = result.explain([asked])
        told = dict(zip(parts["name"], parts["added"], strict=True))
        error = dict(zip(parts["name"], parts["error"], strict=True))
        for name in NAMES:
            assert told[name] == pytest.approx(wanted[name], abs=max(4 * error[name], 1e-5))
    assert f"row {some['row'].iloc[0]}: " in result.figures["explanations"].svg


def test_gradients_add_up_to_the_answer_of_the_network_less_that_for_a_mean_row(run):
    result = run[0]
    for one in result.gradients([asked_row(run, place) for place in range(3)], steps=200):
        added = sum(array.sum() for array in one.added.values())
        assert added == pytest.approx(one.score - one.base, abs=0.01)
