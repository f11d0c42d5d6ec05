"""Kinds of a user's own: one with a block, a size and an encoder; one that shares the numbers."""

import json
from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
import torch

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.core.store import whole
from fivefold.deploy.export import export_onnx
from fivefold.errors import ConfigError, ModelError
from fivefold.kinds.block import Block
from fivefold.kinds.codec import Codec
from fivefold.kinds.known import KINDS
from fivefold.models import parts as table
from fivefold.models.assemble import digest, read_network, write_network
from fivefold.models.defaults import choose
from fivefold.models.fixed import Fixed
from fivefold.models.inputs import Text, Width, from_json, to_json
from fivefold.models.mixture import Mixture
from fivefold.models.networks import NETWORKS
from fivefold.models.part import Part
from fivefold.models.parts import own_sizes, part_for, part_of
from fivefold.models.score import score
from fivefold.partition import Partition
from fivefold.preprocess.encode import encode_parts, summarise
from fivefold.train.augmentation import make_augment
from fivefold.train.resident import encodes_once, place
from fivefold.train.rules import decide_epochs
from own_points import Colour, Points, Route, Steps

CPU = torch.device("cpu")
ROWS = 240
Walk = type(Route.block.part())


@pytest.fixture(autouse=True)
def adopted(monkeypatch):
    """The two kinds, known for one test."""
    monkeypatch.setattr(KINDS, "_own", {})
    monkeypatch.setattr(table, "_OWN", {})
    KINDS.adopt(Route)
    KINDS.adopt(Colour)
    part_of(Route.block)


def collected(*names, seed=0):
    """Routes that go up or down, colours that are reddish or bluish, numbers that say nothing."""
    draw = np.random.default_rng(seed)
    up = draw.integers(0, 2, ROWS)
    cells = {name: np.empty(ROWS, object) for name in ("way", "home", "paint")}
    for row, sign in enumerate(2 * up - 1):
        for name in ("way", "home"):
            length = draw.integers(2, 6)
            steps = np.c_[draw.normal(size=length), sign + draw.normal(size=length) / 4]
            cells[name][row] = json.dumps(steps.cumsum(0).tolist()) if row % 9 else None
        bright, dark = 150 + draw.integers(0, 100), draw.integers(0, 100)
        red, blue = (bright, dark) if up[row] else (dark, bright)
        cells["paint"][row] = f"#{red:02x}80{blue:02x}" if row % 7 else None
    values = cells | {"x": draw.normal(size=ROWS), "note": np.array(["a word"] * ROWS, object)}
    kinds = {"way": "route", "home": "route", "paint": "colour", "x": "numeric", "note": "text"}
    columns = [Column(name=name, kind=kinds[name]) for name in names]
    schema = Schema(
        columns=(*columns, Column(name="y", kind="categorical", role="target")),
        targets=("y",),
        task="binary",
        classes=("down", "up"),
    )
    target = np.array(["down", "up"], object)[up]
    return Collected(
        table=Columns({name: values[name] for name in names} | {"y": target}),
        schema=schema,
        usable=np.ones(ROWS, bool),
        given=None,
        findings=(),
        provenance={},
    )


def encoded(*names, **settings) -> Preprocessed:
    cuts = np.split(np.arange(ROWS), [160, 200])
    partition = Partition(train=cuts[0], valid=cuts[1], test=cuts[2], how="")
    return encode_parts(collected(*names), partition, Settings(**settings))


MIXED = ("note", "home", "x", "way", "paint")


def test_fixed_of_an_own_block_scales_and_marks_what_is_there():
    data = encoded(*MIXED)
    fixed = Fixed(data.codec)
    assert [block.name for block in data.codec.blocks] == ["numeric", "note", "home", "way"]
    assert [*fixed.inputs] == ["table", "note", "home", "way"]
    assert fixed.inputs["way"] == Steps(5)
    assert fixed.inputs["table"] == Width(1 + 3 + 3)  # x, three of a colour and their flags
    assert fixed.inputs["table"].measured == 4
    assert {name.split(".")[0] for name in fixed.state_dict()} == {"numbers", "points"}
    assert "points.1.centre" in fixed.state_dict()
    array, found = data.train.inputs["way"], fixed(place(data.train, CPU))["way"].numpy()
    there = ~np.isnan(array[:, :, 0])
    known = array[there].astype(float)
    expected = np.zeros_like(array, dtype=float)
    expected[there] = (known - known.mean(0)) / known.std(0)
    np.testing.assert_allclose(found[:, :2].transpose(0, 2, 1), expected, atol=1e-5)
    np.testing.assert_array_equal(found[:, 2], there)


def test_fixed_with_an_own_block_is_rebuilt_from_its_description():
    data = encoded(*MIXED)
    fixed = Fixed(data.codec)
    again = Fixed.from_description(json.loads(json.dumps(fixed.description)))
    again.load_state_dict(fixed.state_dict())
    blocks = place(data.test, CPU)
    for name, tensor in fixed(blocks).items():
        assert torch.equal(again(blocks)[name], tensor)


def test_an_own_sizes_goes_through_json_and_names_its_part():
    inputs = {"way": Steps(7), "note": Text(2, 9)}
    assert from_json(json.loads(json.dumps(to_json(inputs))), own_sizes()) == inputs
    assert type(from_json(to_json(Steps(7)), own_sizes())) is Steps
    assert part_for(Steps(7)) is part_of(Route.block)
    assert (choose(Steps(7)), choose(inputs)) == ("mixture", "mixblend")


def test_a_block_is_asked_for_its_part_once(monkeypatch):
    monkeypatch.setattr(Points, "asked", 0)
    monkeypatch.setattr(table, "_OWN", {})
    for _ in range(3):
        Fixed(encoded("way", "home").codec)
    assert Points.asked == 1


@pytest.mark.parametrize(
    "names", [pytest.param((name,), marks=pytest.mark.slow) for name in ("way", "paint")] + [MIXED]
)
def test_own_kinds_train_export_and_reload(names, tmp_path):
    data = encoded(*names)
    trained = ff.Train(epochs=12).run(data=data, session=Session(seed=1))
    model = trained.model
    inner = getattr(model.body, "network", model.body)
    assert isinstance(inner, Mixture) == (names != ("paint",))
    found = score(model, data.test.inputs)
    assert np.mean(found.argmax(1) == data.test.target) > 0.85
    graph = export_onnx(model, data.test.inputs)  # which compares the two
    assert all(name.encode() in graph for name in data.test.inputs)
    with whole(tmp_path / "network.safetensors") as file:
        write_network(model, file)
    again = read_network(tmp_path / "network.safetensors")
    np.testing.assert_array_equal(score(again, data.test.inputs), found)
    assert digest(again) == digest(model)


def test_encoders_of_own_blocks_learn():
    data = encoded(*MIXED)
    before, after = (
        ff.Train(epochs=epochs, lr=lr, batch=40).run(data=data, session=Session(seed=1)).model
        for epochs, lr in ((1, 1e-9), (3, 0.01))
    )
    for place_, (one, other) in enumerate(
        zip(before.body.network.encoders, after.body.network.encoders, strict=True)
    ):
        pairs = zip(one.parameters(), other.parameters(), strict=True)
        assert any(not torch.allclose(a, b, atol=1e-3) for a, b in pairs), place_


def test_random_changes_of_an_own_block_are_made_to_its_array_and_nothing_else():
    data = encoded(*MIXED)
    fixed = Fixed(data.codec)
    blocks = place(data.train, CPU)
    changed = make_augment(("jitter", "flip"), fixed.entries)(blocks)
    assert {name for name in blocks if changed[name] is not blocks[name]} == {"way", "home"}
    assert torch.equal(changed["way"].isnan(), blocks["way"].isnan())
    assert not encodes_once(fixed, 10)
    assert encodes_once(Fixed(encoded("paint", "note").codec), 10)


def test_epochs_keep_to_the_budget_of_an_own_block():
    habit = NETWORKS["mixture"].habit
    for inputs in (Steps(10), {"a": Steps(4), "b": Steps(6), "x": Width(9)}):
        assert decide_epochs(habit, 1000, 100, inputs, gpu=False) == 10  # 1e5 / (1000 * 10)


def test_summary_and_remarks_name_own_kinds():
    data = encoded("way", "x", "paint", text_length=3)
    assert summarise(data.codec, 9) == (
        "Fitted on 9 training rows: 4 numbers (+ 3 missing), route 'way' (3x2)."
    )
    assert [finding.code for finding in data.findings] == ["cut_routes"]
    assert encoded("way").findings == ()


def test_settings_that_change_an_own_kind_are_not_idle():
    stage = ff.Preprocess(text_length=3, scale="robust", vocabulary=9)

    def idle(*names):
        found = Context.of([collected(*names)])
        return [fault.setting for fault in stage.preflight(Session(), found)]

    assert Counter(idle("way", "x")) == Counter(["vocabulary"])
    assert Counter(idle("paint")) == Counter(["text_length", "vocabulary"])
    assert Counter(idle("note")) == Counter(["scale"])


class Bare(Block):
    name, dtype = "bare", "float32"

    def shape(self, columns):
        return (1,)


def test_a_block_without_a_part_is_refused_with_what_to_write():
    with pytest.raises(ConfigError, match="Bare: expected a half in torch"):
        part_of(Bare())


def test_a_part_without_encoder_is_refused_in_a_mixture():
    class Paces(NamedTuple):
        length: int

    class Blind(Walk):
        size = Paces
        encoder = Part.encoder

    class Dark(Points):
        part = Blind

    part_of(Dark())
    with pytest.raises(ModelError, match=r"Blind: expected an encoder for Paces\(length=4\)"):
        Mixture(Paces(4), 2)


@pytest.mark.parametrize("wrong", [Text, Steps, "steps", None])
def test_a_part_whose_size_is_no_class_of_its_own_is_refused(wrong):
    class Odd(Walk):
        size = wrong

    class Strange(Bare):
        part = Odd

    with pytest.raises(ModelError, match=r"Strange: expected .* size"):
        part_of(Strange())


@pytest.mark.parametrize("name", ["numbers", "inputs", "forward", "two words", "entries"])
def test_a_block_whose_name_is_taken_is_refused(name, monkeypatch):
    codec = encoded("way", "x").codec
    monkeypatch.setattr(Points, "name", name)
    with pytest.raises(ModelError, match=f"Points: expected a block .*{name!r}"):
        Fixed(codec)


def test_codec_of_own_kinds_comes_back_from_its_state():
    data = encoded(*MIXED)
    again = Codec.from_state(*data.codec.state())
    assert again.digest() == data.codec.digest()
    assert Fixed(again).description == Fixed(data.codec).description
