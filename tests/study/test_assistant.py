"""A model that is fitted to what is labelled so far."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.errors import WiringError
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events
from fivefold.label.queue import Queue


def rows(count: int = 240) -> tuple[ff.Collected, list[str], np.ndarray]:
    draw = np.random.default_rng(1)
    truth = np.array(["no", "yes"])[draw.integers(0, 2, count)]
    frame = pd.DataFrame(draw.normal(size=(count, 3)), columns=list("abc"))
    frame["a"] += 2 * (truth == "yes")
    stages = [ff.Collect(frame.assign(kind=truth), target="kind")]
    collected = ff.Pipeline(stages).run(progress=False)[ff.Collected]
    return collected, [f"i{row}" for row in range(count)], truth


def marked(count: int, *places: int) -> np.ndarray:
    found = np.zeros(count, bool)
    found[list(places)] = True
    return found


def test_assistant_answers_for_all_items_and_is_judged_by_the_random_part_alone():
    collected, ids, truth = rows()
    labelled, random = marked(240, *range(60)), marked(240, *range(30))
    assistant = ff.Assistant([ff.Preprocess(), ff.Train(LogisticRegression())], folds=3)
    found = assistant(collected.replace(usable=labelled), ids, random)
    assert found is not None
    assert list(found.items) == ids
    assert found.learnt == 30
    assert (found.metric, found.score.n, found.score.method) == ("accuracy", 30, "wilson")
    assert found.probabilities.sum(axis=1) == pytest.approx(1)
    assert np.mean(np.array(found.guesses)[60:] == truth[60:]) > 0.75
    assert set(found.guesses) == {"no", "yes"}
    assert found.features.shape[0] == 240


def test_assistant_owes_nothing_to_the_random_part_where_rows_are_chosen():
    collected, ids, truth = rows()
    labelled, random = marked(240, *range(60)), marked(240, *range(30))
    other = np.where(np.arange(240) < 30, np.where(truth == "no", "yes", "no"), truth)
    turned = collected.replace(table=collected.table.replace({"kind": other.astype(object)}))
    assistant = ff.Assistant([ff.Preprocess(), ff.Train(LogisticRegression())])
    one, two = (assistant(c.replace(usable=labelled), ids, random) for c in (collected, turned))
    assert (one.probabilities == two.probabilities).all()
    assert float(one.score) == pytest.approx(1 - float(two.score))


def test_assistant_never_judges_a_row_by_a_model_that_learnt_from_it():
    collected, ids, truth = rows()
    labelled = random = marked(240, *range(60))
    alone = LogisticRegression(C=1e9)
    assistant = ff.Assistant([ff.Preprocess(), ff.Train(alone)], folds=3)
    told = np.random.default_rng(5).permutation(truth[:60])  # nothing that could be learnt
    cells = np.concatenate([told, truth[60:]]).astype(object)
    spoilt = collected.replace(table=collected.table.replace({"kind": cells}), usable=labelled)
    found = assistant(spoilt, ids, random)
    assert found.score.n == found.learnt == 60
    assert 0.2 < float(found.score) < 0.8


def test_assistant_keeps_equal_rows_in_one_fold_and_answers_an_item_once():
    collected, ids, _ = rows(60)
    twice = collected.table.take(np.repeat(np.arange(60), 2))
    items = [item for item in ids for _ in range(2)]
    every = np.ones(120, bool)
    doubled = collected.replace(table=twice, usable=every)
    assistant = ff.Assistant([ff.Preprocess(), ff.Train(LogisticRegression())])
    found = assistant(doubled, items, every)
    assert list(found.items) == ids
    assert found.learnt == 60
    folds = assistant._fold_of(items)
    assert (folds[::2] == folds[1::2]).all()
    assert np.bincount(folds).tolist() == [40, 40, 40]


def test_assistant_waits_for_ten_labels_of_two_classes():
    collected, ids, truth = rows()
    assistant = ff.Assistant([ff.Preprocess(), ff.Train(LogisticRegression())])
    few, alike = marked(240, *range(9)), marked(240, *np.flatnonzero(truth == "no")[:30])
    for labelled in (few, alike):
        assert assistant(collected.replace(usable=labelled), ids, labelled) is None
    many, random = marked(240, *range(60)), marked(240, *range(51))
    assert assistant(collected.replace(usable=many), ids, random) is None


def test_assistant_of_numbers_guesses_numbers_and_knows_who_is_alike():
    draw = np.random.default_rng(2)
    frame = pd.DataFrame(draw.normal(size=(120, 2)), columns=["a", "b"])
    frame["size"] = 3 * frame["a"] + draw.normal(size=120)
    stages = [ff.Collect(frame, target="size")]
    collected = ff.Pipeline(stages).run(progress=False)[ff.Collected]
    random = marked(120, *range(60, 120))
    found = ff.Assistant()(collected, [f"i{n}" for n in range(120)], random)
    assert found.probabilities is None
    assert np.corrcoef(found.guesses, frame["a"])[0, 1] > 0.7
    assert found.score.n == 60


class Said:
    """A stage that knows what was said."""

    def __init__(self, usable: np.ndarray, ids: list[str]) -> None:
        self.usable, self.ids = usable, ids

    def items(self, collected: ff.Collected) -> list[str]:
        return self.ids

    def run(self, collected: ff.Collected, session: ff.Session) -> ff.Collected:
        return collected.replace(usable=self.usable)


def test_assistant_learner_judges_by_what_people_labelled_at_random_and_nothing_else():
    collected, ids, _ = rows()
    assistant = ff.Assistant([ff.Preprocess(), ff.Train(LogisticRegression())])
    parts = ["imported"] * 10 + ["random"] * 20 + ["chosen"] * 10
    events = [
        Event(item=item, who="ann", act="label", value="no", part=part, number=number)
        for number, (item, part) in enumerate(zip(ids, parts, strict=False), 1)
    ]
    events.append(Event(item=ids[10], who="ann", act="undo", part="random", number=99))
    events.append(Event(item=ids[50], who="ann", act="skip", part="random", number=100))
    learn = assistant.learner(Said(marked(240, *range(60)), ids), collected, lambda: events)
    found = learn()
    assert (found.learnt, found.score.n) == (41, 19)
    assert assistant.learner(Said(marked(240), ids), collected, lambda: events[:9])() is None


def test_assistant_learns_from_a_stage_of_labels_as_they_come(tmp_path):
    draw = np.random.default_rng(3)
    truth = draw.integers(0, 2, 100)
    frame = pd.DataFrame(draw.normal(size=(100, 2)) + 3 * truth[:, None], columns=["a", "b"])
    stage = ff.Label(["low", "high"], directory=tmp_path)
    collected = stage.rows(frame)
    items = stage.items(collected)
    assistant = ff.Assistant([ff.Preprocess(), ff.Train(LogisticRegression())])
    queue = Queue(items, strategy="margin")
    with Events(tmp_path / FILE) as events:
        learn = assistant.learner(stage, collected, events.all)
        found = [learn()]
        for _ in range(2):
            for turn in queue.upcoming("ann", events.all(), 20, outlook=found[-1]):
                said = ["low", "high"][truth[items.index(turn.item)]]
                events.append(
                    Event(item=turn.item, who="ann", act="label", value=said, part=turn.part)
                )
            found.append(learn())
    assert found[0] is None
    assert [(one.learnt, one.score.n) for one in found[1:]] == [(16, 4), (31, 8)]
    right = np.array(found[2].guesses) == np.array(["low", "high"])[truth]
    assert right.mean() > 0.9


def test_assistant_of_stages_that_do_not_fit_is_refused_at_once():
    with pytest.raises(WiringError, match="Preprocessed is missing"):
        ff.Assistant([ff.Train()])
