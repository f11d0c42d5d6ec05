from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

import fivefold as ff
from fivefold.errors import ConfigError, ModelError, PreflightError
from fivefold.kinds.clips import CLIPS
from fivefold.kinds.pixels import PIXELS
from fivefold.kinds.tokens import TOKENS
from fivefold.models.choice import BinaryHead, ChoiceHead
from fivefold.models.fixed import Fixed
from fivefold.models.inputs import Image
from fivefold.models.learner import Piece
from fivefold.models.losses import mean_of
from fivefold.models.networks import NETWORKS
from fivefold.models.parts import PARTS
from fivefold.train.augmentation import decide_augment, make_augment, make_later, make_mix
from fivefold.train.feed import Feed
from fivefold.train.resident import encodes_once, place
from fivefold.train.train import Train

CPU = torch.device("cpu")


def test_augment_changes_images_and_nothing_else(make_data):
    torch.manual_seed(0)
    data = make_data("mixture")
    entries = Fixed(data.codec).entries
    blocks = place(data.train, CPU)
    kept = {name: block.clone() for name, block in blocks.items()}
    changed = make_augment(("shift", "flip"), entries)(blocks)
    assert not torch.equal(changed["photo"], blocks["photo"])
    assert all(changed[name] is blocks[name] for name in blocks if name != "photo")
    assert all(torch.equal(blocks[name], kept[name]) for name in blocks)
    assert next(entry.size for entry in entries if entry.array == "photo") == Image(1, 8, 8)


@pytest.mark.parametrize(("kind", "changes"), [("mixture", ()), ("numeric", ("flip",))])
def test_augment_of_nothing_is_none(make_data, kind, changes):
    assert make_augment(changes, Fixed(make_data(kind).codec).entries) is None


def test_changes_after_fixed_keep_rows_encoded_once_and_are_made_in_training_alone():
    later = {"double": lambda batch, _: 2 * batch}
    part = SimpleNamespace(changes={}, later=later, ahead=True, amount=lambda size: 1)
    entries = [SimpleNamespace(array="clip", tensor="clip", part=part, size=(3,))]
    change = make_later(("double", "mask"), entries)
    assert make_later(("mask",), entries) is None
    assert encodes_once(SimpleNamespace(entries=entries), 4)
    both = {"clip": torch.ones(2, 3), "x": torch.ones(2, 1)}
    assert change(both)["clip"].tolist() == [[2.0] * 3] * 2
    assert change(both)["x"] is both["x"]
    feed = Feed(inputs=torch.ones(4, 3), target=torch.zeros(4), later=change)
    assert feed.take(slice(0, 2), training=True).inputs.tolist() == [[2.0] * 3] * 2
    assert feed.take(slice(0, 2)).inputs.tolist() == [[1.0] * 3] * 2


def test_blocks_list_the_changes_that_their_parts_make():
    for block, part in PARTS.items():
        assert {*block.changes} == {*part.every_change}
        assert {*block.usual} <= {*block.changes}


@pytest.fixture
def usual(monkeypatch):
    """Changes that are made where nothing is said: one of pictures mixes rows."""
    monkeypatch.setattr(type(PIXELS), "changes", ("shift", "flip", "blend"))
    monkeypatch.setattr(type(PIXELS), "usual", ("blend", "flip"))
    monkeypatch.setattr(type(PIXELS), "doubtful", ())
    monkeypatch.setattr(type(CLIPS), "usual", ("mask",))
    monkeypatch.setattr(type(PARTS[PIXELS]), "mixes", {"blend": halves})


def halves(rows, partners, size):
    share = torch.linspace(0, 1, len(rows), device=rows.device)
    return torch.lerp(partners, rows, share.view(-1, *[1] * (rows.ndim - 1))), share


@pytest.mark.parametrize(
    ("settings", "blocks", "found"),
    [
        ({}, [PIXELS], ("blend", "flip")),
        ({"model": "convnet"}, [PIXELS], ("blend", "flip")),
        ({"model": torch.nn.Linear}, [PIXELS], ()),
        ({"model": torch.nn.Linear, "augment": ("flip",)}, [PIXELS], ("flip",)),
        ({"augment": ()}, [PIXELS], ()),
        ({}, [PIXELS, CLIPS, PIXELS], ("flip", "mask")),
        ({}, [TOKENS], ()),
        ({"loss": lambda logits, target: logits.mean()}, [PIXELS], ("flip",)),
        ({"loss": lambda a, b, weight=None: (a.sum(), 1)}, [PIXELS], ("blend", "flip")),
    ],
)
def test_usual_changes_are_made_where_nothing_is_said(usual, settings, blocks, found):
    assert decide_augment(Train(**settings), blocks) == found


@pytest.mark.parametrize(
    ("epochs", "made"),
    [(11, ()), (12, ("shift", "colour", "flip")), (40, ("shift", "colour", "erase", "flip"))],
)
def test_pictures_are_changed_where_they_are_seen_often_enough(epochs, made):
    assert decide_augment(Train(), [PIXELS], NETWORKS["resnet"].habit, epochs) == made
    assert decide_augment(Train(), [PIXELS], NETWORKS["convnet"].habit, epochs) == ()
    said = decide_augment(Train(), [CLIPS], NETWORKS["spellnet"].habit, epochs)
    assert said == ("mask", "pitch", "noise")
    asked = Train(augment=("speed",))
    assert decide_augment(asked, [CLIPS], NETWORKS["spellnet"].habit, epochs) == ("speed",)


def test_mixed_rows_cost_what_their_parts_cost_by_their_shares(usual):
    entries = [SimpleNamespace(part=PARTS[PIXELS], size=Image(1, 2, 2))]
    mix = make_mix(("flip", "blend"), entries)
    assert make_mix(("flip",), entries) is None
    rows, share = torch.randn(6, 3), torch.linspace(0, 1, 6)
    for head, target in (
        (ChoiceHead((3,)), torch.tensor([0, 1, 2, 0, 1, 1])),
        (BinaryHead(), torch.tensor([0.0, 1, 1, 0, 1, 0])),
    ):
        for weight in (None, torch.tensor([1.0, 2, 0.5, 3, 1, 1])):
            torch.manual_seed(3)
            piece = mix(Piece(rows, target, weight))
            torch.manual_seed(3)
            order = torch.randperm(6)
            wanted = rows * share[:, None] + rows[order] * (1 - share[:, None])
            torch.testing.assert_close(piece.inputs, wanted)
            outputs = rows[:, : head.outputs[0]]
            loss = head.loss("cross_entropy")
            counts = torch.ones(6) if weight is None else weight

            def each(truth, outputs=outputs):
                if outputs.shape[1] > 1:
                    return F.cross_entropy(outputs, truth, reduction="none")
                return F.binary_cross_entropy_with_logits(outputs[:, 0], truth, reduction="none")

            own, other = share * counts, (1 - share) * counts[order]
            total = (own * each(target) + other * each(target[order])).sum()
            found = mean_of(piece.cost(loss, outputs))
            torch.testing.assert_close(found, total / (own + other).sum())


def test_rows_are_mixed_in_training_alone(usual):
    mix = make_mix(("blend",), [SimpleNamespace(part=PARTS[PIXELS], size=None)])
    feed = Feed(inputs=torch.randn(8, 2), target=torch.arange(8), mix=mix)
    assert torch.equal(feed.take(slice(0, 4)).inputs, feed.inputs[:4])
    assert feed.take(slice(0, 4)).weight is None
    assert len(feed.take(slice(0, 4), training=True).target) == 8


def test_a_change_that_no_kind_knows_is_refused_when_built():
    with pytest.raises(ConfigError, match="did you mean 'flip'"):
        Train(augment=["flib"])


def test_mixing_is_refused_where_rows_are_of_several_arrays_or_cannot_count_in_part(usual):
    pixels = torch.randint(0, 255, (40, 8, 8, 1), dtype=torch.uint8).numpy()
    table = {"picture": pixels, "y": [0, 1] * 20}

    def run(table, **settings):
        stages = [ff.Collect(table, target="y"), ff.Preprocess(), Train(epochs=16, **settings)]
        return ff.Pipeline(stages).run(seed=0, progress=False)[ff.Trained]

    with pytest.raises(PreflightError, match="found 2"):
        run({**table, "x": [0.5, 1.5] * 20}, augment=("blend",))
    with pytest.raises(ModelError, match="weights of rows"):
        run(table, augment=("blend",), loss=lambda logits, target: logits.mean())
    made = run({**table, "x": [0.5, 1.5] * 20})
    assert made.settings["augment"] == ["flip"]
    assert run(table, model="mixture").settings["augment"] == ["blend", "flip"]
    assert run(table).settings["augment"] == []  # small pictures are seen as they are
