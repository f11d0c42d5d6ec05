import copy
import json

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from fivefold.models.boosting import Boosting
from fivefold.models.flat import Pooled
from fivefold.models.gathered import Gathered, Held
from fivefold.models.heads import make_head
from fivefold.models.inputs import Codes, Image, Passage, Record, Symbols, Text, Width
from fivefold.models.joint import STRENGTHS, Joint, fit_joint
from fivefold.models.learner import Lesson
from fivefold.models.mixblend import NAMES, MixBlend
from fivefold.models.networks import build, describe
from fivefold.models.score import score_parts
from fivefold.tasks.known import task_of

INPUTS = {
    "table": Width(2),
    "codes": Codes((4,)),
    "note": Passage(3, 12, 2, 10),
    "photo": Image(1, 8, 8),
    "dna": Symbols(6, 16, 1, 0, 0),
    "move": Record(4, 5, 3),
}


def batch(rows, seed=1):
    torch.manual_seed(seed)
    packed = torch.zeros(rows, 5, dtype=torch.int64)
    packed[:, :3] = torch.randint(1, 12, (rows, 3))
    packed[:, 3] = -(torch.randint(0, 10, (rows,)) * 256 + 1)
    return {
        "table": torch.rand(rows, 2),
        "codes": torch.randint(0, 4, (rows, 1)),
        "note": packed,
        "photo": torch.rand(rows, 1, 8, 8),
        "dna": torch.randint(2, 6, (rows, 6)),
        "move": torch.rand(rows, 23),
    }


class Rows:
    """Rows as `Feed` has them."""

    def __init__(self, inputs, target):
        self.inputs, self.target, self.weight = inputs, target, None
        self.rows, self.device = len(target), target.device

    def take(self, rows):
        from fivefold.models.learner import Piece

        inputs = {name: tensor[rows] for name, tensor in self.inputs.items()}
        return Piece(inputs, self.target[rows])


def lesson(train, valid, **more):
    head = make_head(task_of("binary"), (1,))
    settings = {"beside": True, "boosting": Boosting(rounds=30, boosters=1, leaf_rows=5)}
    return Lesson(
        train=train, valid=valid, head=head, seed=0, tell=lambda _: None, **{**settings, **more}
    )


def test_gathered_stands_the_table_and_what_each_block_offers_side_by_side():
    gathered, rows = Gathered(INPUTS), batch(4)
    matrix = gathered(rows)
    assert gathered.widths | {"dna": 0} == {
        "table": 2,
        "codes": 1,
        "photo": 64,
        "dna": 0,
        "move": 3,
    }
    assert matrix.shape == (4, gathered.width)
    np.testing.assert_array_equal(matrix[:, :2], rows["table"])
    np.testing.assert_array_equal(matrix[:, 2], rows["codes"][:, 0])
    np.testing.assert_array_equal(matrix[:, 3:67], rows["photo"].flatten(1))
    shares = matrix[:, 68:72]  # behind the length: of each letter
    by_hand = np.stack([(rows["dna"] == 2 + letter).float().mean(1) for letter in range(4)], 1)
    np.testing.assert_allclose(shares, by_hand, rtol=1e-6)
    np.testing.assert_array_equal(matrix[:, -3:], rows["move"][:, -3:])


def test_gathered_puts_numbers_that_differ_between_runtimes_behind_those_for_trees(monkeypatch):
    monkeypatch.setattr(
        "fivefold.models.pixels.PixelsPart.traits", lambda self, size: Pooled(size, side=2)
    )
    gathered = Gathered(INPUTS)
    assert list(gathered.widths)[-1] == "photo"
    assert gathered.exact == gathered.width - 4


def test_gathered_of_texts_alone_is_an_empty_matrix():
    gathered = Gathered({"a": Text(3, 9), "b": Text(4, 9)})
    assert gathered({"a": torch.ones(5, 3, dtype=int), "b": torch.ones(5, 4)}).shape == (5, 0)


@pytest.mark.parametrize("names", [["table", "codes"], ["note", "table"], ["note"]])
def test_joint_is_logistic_regression_on_scaled_columns_and_terms(names):
    inputs = {name: INPUTS[name] for name in names}
    rows = {name: tensor for name, tensor in batch(200).items() if name in names}
    first = rows[names[0]]
    y = (first[:, 0] > first[:, 0].float().median()).float()
    if "note" in names:
        y = ((-rows["note"][:, 3] // 256) > 4).float()
    feeds = [
        Rows({n: t[part] for n, t in rows.items()}, y[part])
        for part in (slice(0, 150), slice(150, 200))
    ]
    gathered = Gathered(inputs)
    matrices = [Held(gathered(feed.inputs), feed.target, None) for feed in feeds]
    joint = Joint(inputs, 1, gathered)
    answers = fit_joint(
        joint, feeds, matrices, make_head(task_of("binary"), (1,)), seconds_left=lambda: None
    )
    again = torch.cat([joint(feeds[1].inputs, matrices[1].inputs)])
    np.testing.assert_allclose(answers, again.detach(), atol=1e-5)
    if "note" not in names:
        hot = np.eye(4)[rows["codes"][:, 0]]
        table = rows["table"].double().numpy()
        wide = []
        for block in (table, hot):
            own = block[:150]
            scaled = (block - own.mean(0)) / np.maximum(own.std(0), 1e-3)
            wide.append(scaled / np.sqrt(block.shape[1]))
        x = np.concatenate(wide, axis=1)
        gaps = []
        for strength in STRENGTHS.classes:
            peer = LogisticRegression(C=strength, max_iter=2000, tol=1e-8).fit(x[:150], y[:150])
            gaps.append(np.abs(peer.decision_function(x[150:]) - answers[:, 0].numpy()).max())
        assert min(gaps) < 0.02


def test_blend_in_training_and_before_it_has_learnt_is_its_network():
    blend, rows = MixBlend(INPUTS, 1), batch(5)
    assert blend.names == ("network",)
    torch.manual_seed(3)
    taught = blend(rows)
    torch.manual_seed(3)
    assert torch.equal(blend.network(blend.plain(rows)), taught)


@pytest.fixture(scope="module")
def learnt():
    """A blend whose network knows nothing, of a class that the table and a text tell together."""
    rows = batch(600)
    told = (rows["table"][:, 0] > 0.5).float() + ((-rows["note"][:, 3] // 256) > 4).float()
    y = (told + 0.3 * torch.randn(600) > 1).float()
    feeds = [
        Rows({n: t[p] for n, t in rows.items()}, y[p]) for p in (slice(0, 400), slice(400, 600))
    ]
    blend = MixBlend(INPUTS, 1)
    asked = lesson(*feeds)
    taught = blend.begin(asked)
    settings = blend.eval().end(taught, asked)
    return blend, feeds[1], settings


def test_blend_lets_simple_models_answer_where_the_network_knows_nothing(learnt):
    blend, valid, settings = learnt
    assert blend.parts["network"] < 0.3
    assert settings["linear_weight"] == pytest.approx(blend.parts["linear"], abs=1e-6)
    with torch.no_grad():
        answers = blend(valid.inputs)[:, 0]
    assert ((answers > 0) == (valid.target > 0.5)).float().mean() > 0.8


def test_blend_is_the_weighted_sum_of_its_parts(learnt):
    blend, valid, _ = learnt
    blend, apart = copy.deepcopy(blend), []
    with torch.no_grad():
        whole, weights = blend(valid.inputs), blend.weights.clone()
        for place, name in enumerate(NAMES):
            if name in blend.names:
                blend.weights.copy_(torch.eye(len(NAMES))[place])
                apart.append(weights[place] * blend(valid.inputs))
    torch.testing.assert_close(sum(apart), whole, rtol=1e-4, atol=1e-5)


def test_blend_is_rebuilt_from_plain_values(learnt):
    blend, valid, _ = learnt
    twin = build(json.loads(json.dumps(describe(blend)))).eval()
    twin.load_state_dict(blend.state_dict())
    assert torch.equal(twin(valid.inputs), blend(valid.inputs))


def test_blend_without_validation_rows_is_its_network():
    rows, y = batch(50), torch.arange(50) % 2
    none = {name: tensor[:0] for name, tensor in rows.items()}
    blend = MixBlend(INPUTS, 1)
    asked = lesson(Rows(rows, y), Rows(none, y[:0]))
    assert blend.end(blend.begin(asked), asked) == {}
    assert blend.parts == {"network": 1.0}


def test_blend_without_a_part_is_the_sum_of_the_others_as_heavy_as_all(learnt):
    blend, valid, _ = learnt

    class Answering:
        body, device, threads = copy.deepcopy(blend), torch.device("cpu"), None
        parameters, buffers, modules = body.parameters, body.buffers, body.modules

        def scores(self, blocks):
            return self.body(blocks)

    arrays = {name: tensor.numpy() for name, tensor in valid.inputs.items()}
    alone = score_parts(Answering(), arrays)
    without = score_parts(Answering(), arrays, without=True)
    weights = dict(zip(NAMES, blend.weights.tolist(), strict=True))
    assert set(without) == set(alone) == set(blend.names)
    for name, answers in without.items():
        rest = {other: weights[other] for other in blend.names if other != name}
        total = sum(weights.values()) / sum(rest.values())
        wanted = sum(total * one * alone[other] for other, one in rest.items())
        np.testing.assert_allclose(answers, wanted, rtol=1e-3, atol=1e-4)
