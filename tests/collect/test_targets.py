"""Several targets, and tasks of one's own."""

import numpy as np
import pytest

from fivefold.artifacts import Collected
from fivefold.codecs.coded import objects
from fivefold.codecs.settings import Settings
from fivefold.collect.collect import Collect
from fivefold.core.context import Context
from fivefold.core.key import Key
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError
from fivefold.kinds.codec import Codec
from fivefold.partition import Partition
from fivefold.preprocess.encode import encode_parts
from fivefold.preprocess.preprocess import Preprocess
from fivefold.tasks.known import REGRESSION, TASKS, task_of
from fivefold.tasks.quantity import Quantity
from fivefold.testing import corrupt
from own_tasks import Tags

ROWS = 60


class Pair(Quantity):
    """Two numbers."""

    name = "pair"
    metrics = REGRESSION.metrics


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(TASKS, "_own", {})


def houses():
    x = np.random.default_rng(0).normal(size=ROWS)
    heating, cooling = 10 + x, 20 - 3 * x
    heating[0], cooling[1] = np.nan, np.nan
    return {"x": x, "heating": heating, "cooling": cooling}


def sentences():
    words, tags = np.array(["the", "dog", "barks"]), np.array(["D", "N", "V"])
    picks = [np.random.default_rng(n).integers(0, 3, 2 + n % 4) for n in range(ROWS)]
    return {
        "text": objects(" ".join(words[pick]) for pick in picks),
        "tags": objects(" ".join(tags[pick]) for pick in picks),
    }


@pytest.mark.parametrize("target", [("cooling", "heating"), (2, 1), ["cooling", "heating"]])
def test_targets_stand_in_the_order_asked_for_and_rows_lacking_one_are_not_used(target):
    collected = Collect(houses(), target=target, task=Pair).run(Session(seed=0))
    schema = collected.schema
    assert (schema.targets, schema.task, schema.classes) == (("cooling", "heating"), "pair", ())
    assert [column.name for column in schema.inputs] == ["x"]
    assert {column.name for column in schema.columns if column.role == "target"} == {
        "heating",
        "cooling",
    }
    assert collected.usable.tolist() == [False, False, *[True] * (ROWS - 2)]
    missing = [f.numbers["column"] for f in collected.findings if f.code == "target_missing"]
    assert sorted(missing) == ["cooling", "heating"]
    rows = np.flatnonzero(collected.usable)
    codec = Codec.fit(collected.table, schema, rows)
    source = houses()
    wanted = np.stack([source["cooling"], source["heating"]], 1)[rows]
    assert codec.encode_target(collected.table.take(rows)).tolist() == wanted.tolist()
    assert codec.outputs == (2,)


def test_several_targets_are_divided_at_random_and_said_to_be():
    session = Session(seed=0)
    collected = Collect(houses(), target=("heating", "cooling"), task=Pair).run(session)
    assert Partition.derive(collected, session).how.startswith("random ")


def test_targets_that_lack_a_number_are_refused_by_row():
    collected = Collect(houses(), target=("heating", "cooling"), task=Pair).run(Session(seed=0))
    codec = Codec.fit(collected.table, collected.schema, np.arange(2, ROWS))
    with pytest.raises(DataError, match=r"Target `heating` and `cooling`, row 0: .* found nan and"):
        codec.encode_target(collected.table)


def test_columns_that_give_one_of_several_targets_away_are_found():
    source = houses()
    source["leak"] = source["cooling"] * 2
    collected = Collect(source, target=("heating", "cooling"), task=Pair).run(Session(seed=0))
    leaks = [f.sentence for f in collected.findings if f.code == "target_leakage"]
    assert any("`leak`" in sentence and "`cooling`" in sentence for sentence in leaks)


def test_task_for_positions_has_a_row_of_indices_as_long_as_the_encoded_text():
    kinds = {"text": "text", "tags": "text"}
    collected = Collect(sentences(), target="tags", task=Tags(), kinds=kinds).run(Session(seed=0))
    schema = collected.schema
    assert (schema.task, schema.classes) == ("tags", ("D", "N", "V"))
    codec = Codec.fit(collected.table, schema, np.arange(ROWS))
    target = codec.encode_target(collected.table)
    steps = max(len(words.split()) for words in sentences()["tags"])
    assert target.shape == (ROWS, steps)
    assert codec.outputs == (steps, 3)
    assert codec.encode(collected.table)["text"].shape[1] >= steps  # terms come behind them
    first = sentences()["tags"][0].split()
    assert target[0, : len(first)].tolist() == ["DNV".index(tag) for tag in first]
    assert (target[0, len(first) :] == -1).all()


def test_task_of_ones_own_goes_into_a_recipe_by_name_and_comes_back():
    stage = Collect("energy.csv", target=("heating", "cooling"), task=Pair)
    text = write_recipe([stage])
    assert '"task": "pair"' in text
    again = read_recipe(text, [Collect])[0]
    assert again.task is stage.task
    assert again.target == ("heating", "cooling")
    assert write_recipe([again]) == text


def test_recipe_with_a_task_that_nobody_defined_is_refused(monkeypatch):
    text = write_recipe([Collect("energy.csv", target="y", task=Pair)])
    monkeypatch.setattr(TASKS, "_own", {})
    with pytest.raises(ConfigError, match="task"):
        read_recipe(text, [Collect])


@pytest.mark.parametrize("task", ["binery", int, 3])
def test_task_that_is_none_is_refused(task):
    with pytest.raises(ConfigError):
        Collect("a.csv", target="y", task=task)


def test_several_targets_without_a_task_are_each_their_own():
    both = ("heating", "cooling")
    schema = Collect(houses(), target=both).run(Session(seed=0)).schema
    assert [part.task.name for part in task_of(schema).parts] == ["regression"] * 2
    with pytest.raises(DataError, match="expected a target that a built-in task predicts"):
        Collect(houses(), target=both, positive=1).run(Session(seed=0))


def test_wrong_and_repeated_targets_are_refused():
    for target, match in [(("heating", "heatin"), "'heatin'"), (("heating", 1), "twice")]:
        with pytest.raises(DataError, match=match):
            Collect(houses(), target=target, task=Pair).run(Session(seed=0))


@pytest.mark.parametrize("task", ["pair", "tags"])
def test_targets_are_corrupted_within_their_types(task):
    kinds = {"text": "text", "tags": "text"}
    collect = {
        "pair": Collect(houses(), target=("heating", "cooling"), task=Pair),
        "tags": Collect(sentences(), target="tags", task=Tags, kinds=kinds),
    }[task]
    collected = collect.run(Session(seed=0))
    rows = np.flatnonzero(collected.usable)[20:]
    changed = collected.replace(table=corrupt(collected, rows, seed=0))
    codec = Codec.fit(collected.table, collected.schema, rows)
    before, after = (
        codec.encode_target(one.table.take(np.flatnonzero(collected.usable)))
        for one in (collected, changed)
    )
    assert before[:20].tolist() == after[:20].tolist()
    assert before[20:].tolist() != after[20:].tolist()


def test_positions_of_a_row_are_as_many_as_its_words():
    kinds = {"text": "text", "tags": "text"}
    collected = Collect(sentences(), target="tags", task=Tags, kinds=kinds).run(Session(seed=0))
    codec = Codec.fit(collected.table, collected.schema, np.arange(ROWS))
    arrays = codec.encode(collected.table)
    scores = codec.cut(np.zeros((ROWS, codec.steps, 3)), arrays)
    lengths = (~np.isnan(scores[:, :, 0])).sum(axis=1)
    assert lengths.tolist() == [len(t.split()) for t in sentences()["text"]]


@pytest.mark.parametrize("more", [{}, {"other": ["red house", "blue door"] * 30}])
def test_positions_need_exactly_one_sequence_among_the_inputs(more):
    source = sentences()
    columns = {"tags": source["tags"], "x": np.arange(ROWS) % 7 + 0.5}
    columns |= {"text": source["text"], **more} if more else {}
    kinds = {name: "text" for name in columns if name != "x"}
    collected = Collect(columns, target="tags", task=Tags, kinds=kinds).run(Session(seed=0))
    codec = Codec.fit(collected.table, collected.schema, np.arange(ROWS))
    assert codec.steps is None
    with pytest.raises(DataError, match="expected one sequence among the inputs"):
        codec.encode_target(collected.table)


def test_positions_are_read_from_the_first_one_on():
    kinds = {"text": "text", "tags": "text"}
    source = sentences()
    source["text"][0], source["tags"][0] = "the dog " * 200, "D N " * 200
    collected = Collect(source, target="tags", task=Tags, kinds=kinds).run(Session(seed=0))
    rows = np.arange(ROWS)
    part = Partition(train=rows[:40], valid=rows[40:50], test=rows[50:], how="as they stand")
    data = encode_parts(collected, part, Settings(text_length=20))
    assert data.codec.settings.truncation == "head"
    assert data.train.target[0].tolist() == [0, 1] * 10
    given = Context({Key(Collected): collected})
    [fault] = Preprocess(truncation="both").preflight(Session(seed=0), given)
    assert "expects the first ones to be read, found truncation='both'" in str(fault)
    assert Preprocess(truncation="head").preflight(Session(seed=0), given) == []


def test_positions_with_more_labels_than_words_are_told():
    source = sentences()
    source["tags"] = source["tags"].copy()
    source["tags"][:5] = [f"{tags} D" for tags in source["tags"][:5]]
    kinds = {"text": "text", "tags": "text"}
    collected = Collect(source, target="tags", task=Tags, kinds=kinds).run(Session(seed=0))
    nothing = np.arange(0)
    told = []
    for first in (0, 5):
        rows = np.arange(first, ROWS)
        partition = Partition(train=rows, valid=nothing, test=nothing, how="")
        told.append(encode_parts(collected, partition).findings)
    [found] = [finding for finding in told[0] if finding.code == "positions_apart"]
    assert (found.severity, found.numbers["training"]) == ("warning", ROWS)
    assert 0 < found.numbers["rows"] <= 5  # a label behind the last word that is read is cut off
    assert "positions_apart" not in {finding.code for finding in told[1]}
