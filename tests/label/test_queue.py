"""Which item comes next: the random part, the model's choice, overlap and repeats."""

from collections.abc import Sequence

import numpy as np

from fivefold.label.event import Event
from fivefold.label.outlook import Outlook
from fivefold.label.queue import GAP, Queue
from fivefold.label.standing import parts

ITEMS = [f"i{number:03d}" for number in range(200)]


class Log:
    """Events as a file keeps them."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, item: str, who: str, act: str = "label", **more: object) -> None:
        given = {"value": "a"} if act in ("label", "settle") else {}
        number = len(self.events) + 1
        self.events.append(Event(item=item, who=who, act=act, number=number, **{**given, **more}))


def outlook(unsure: Sequence[float], items: Sequence[str] = ITEMS) -> Outlook:
    """A model that is so unsure of each item: 0 is certain, 1 is not."""
    high = 1 - np.asarray(unsure) / 2
    return Outlook(
        items=items, guesses=["a"] * len(items), probabilities=np.stack([high, 1 - high], axis=1)
    )


def label(
    queue: Queue, log: Log, count: int, who: str = "ann", model: Outlook | None = None
) -> list[str]:
    """Label so many items one by one, and tell how each came."""
    came = []
    for _ in range(count):
        turns = queue.upcoming(who, log.events, 1, outlook=model)
        if not turns:
            break
        log.add(turns[0].item, who, part=turns[0].part)
        came.append(turns[0].part)
    return came


def test_queue_at_random_draws_all_at_random_and_the_same_by_seed():
    first, again, other = (
        Queue(ITEMS, seed=seed, strategy="random", repeats=0) for seed in (1, 1, 2)
    )
    drawn = [[turn.item for turn in q.upcoming("ann", [], 50)] for q in (first, again, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] != sorted(drawn[0])
    assert {turn.part for turn in first.upcoming("ann", [], 50)} == {"random"}


def test_queue_until_there_is_a_model_draws_what_it_will_learn_from_apart():
    queue, log = Queue(ITEMS, repeats=0), Log()
    came = label(queue, log, 50)
    assert (came.count("random"), came.count("chosen")) == (10, 40)
    whole = Queue(ITEMS, strategy="random", repeats=0).upcoming("x", [], 200)
    drawn = [turn.item for turn in whole]
    assert [e.item for e in log.events if e.part == "random"] == drawn[:10]
    assert [e.item for e in log.events if e.part == "chosen"] == drawn[40:80]


def test_queue_with_a_model_gives_a_fifth_at_random_at_every_moment():
    unsure = np.random.default_rng(0).random(len(ITEMS))
    queue, log = Queue(ITEMS, repeats=0), Log()
    came = label(queue, log, 120, model=outlook(unsure))
    random = np.cumsum([part == "random" for part in came])
    assert (random >= 0.2 * np.arange(1, 121)).all()
    assert random[-1] == 24
    chosen = [unsure[ITEMS.index(e.item)] for e in log.events if e.part == "chosen"]
    assert chosen == sorted(chosen, reverse=True)


def test_queue_random_part_is_what_was_drawn_whatever_the_model_thinks():
    rng, told = np.random.default_rng(0), []
    for unsure in (rng.random(200), -np.arange(200) / 200 + 1, np.arange(200) / 200):
        queue, log = Queue(ITEMS, seed=3, repeats=0), Log()
        label(queue, log, 20)
        label(queue, log, 100, model=outlook(unsure))
        told.append([e.item for e in log.events if e.part == "random"])
    whole = Queue(ITEMS, seed=3, strategy="random", repeats=0).upcoming("x", [], 200)
    drawn = [turn.item for turn in whole]
    assert all(part == drawn[: len(part)] for part in told)
    assert {len(part) for part in told} == {24}


def test_queue_items_beyond_a_chosen_one_are_no_part_of_the_random_sample():
    few = ITEMS[:10]
    queue, log = Queue(few, seed=0, repeats=0), Log()
    came = label(queue, log, 10, model=outlook(np.linspace(0, 1, 10), few))
    first = next(place for place, part in enumerate(came) if part == "chosen")
    whole = Queue(few, seed=0, strategy="random", repeats=0).upcoming("x", [], 10)
    drawn = [turn.item for turn in whole]
    bound = min(drawn.index(e.item) for e in log.events if e.part == "chosen")
    assert first >= 1
    assert {e.item for e in log.events if e.part == "random"} == set(drawn[:bound])


def test_queue_overlap_asks_a_second_person_for_these_items_and_no_others():
    queue, log = Queue(ITEMS, overlap=0.3, repeats=0), Log()
    label(queue, log, 60, "ann")
    label(queue, log, 60, "bob")
    who = {item: [e.who for e in log.events if e.item == item] for item in ITEMS}
    twice = {item for item, people in who.items() if len(people) > 1}
    first = {item for item, people in who.items() if people[:1] == ["ann"]}
    assert twice == {item for item in first if queue.wanted_labels(item) == 2}
    assert 0.1 < len(twice) / 60 < 0.5
    assert all(len(people) == len(set(people)) for people in who.values())


def test_queue_repeats_three_of_a_hundred_after_a_while_and_each_once():
    queue, log = Queue(ITEMS, seed=5), Log()
    came = label(queue, log, 150)
    assert came.count("repeat") == 4
    again = [e for e in log.events if e.part == "repeat"]
    assert len({e.item for e in again}) == 4
    for event in again:
        first = next(e for e in log.events if e.item == event.item)
        assert event.number - first.number >= GAP


def test_queue_skipped_item_comes_to_another_person_and_not_again_to_the_same():
    queue, log = Queue(ITEMS, repeats=0), Log()
    (turn,) = queue.upcoming("ann", [], 1)
    log.add(turn.item, "ann", "skip", part=turn.part)
    assert turn.item not in [t.item for t in queue.upcoming("ann", log.events, 300)]
    queue.upcoming("ann", log.events, 0)
    assert queue.upcoming("bob", log.events, 1)[0] == turn


def test_queue_undone_item_comes_next_again_with_its_part():
    queue, log = Queue(ITEMS, repeats=0), Log()
    (turn,) = queue.upcoming("ann", [], 1)
    log.add(turn.item, "ann", part=turn.part)
    log.add(turn.item, "ann", "undo", part=turn.part)
    assert queue.upcoming("ann", log.events, 1) == [turn]


def test_queue_hands_no_item_to_two_people_until_nothing_else_is_left():
    queue = Queue(ITEMS[:50], repeats=0)
    ann = [turn.item for turn in queue.upcoming("ann", [], 20)]
    bob = [turn.item for turn in queue.upcoming("bob", [], 40)]
    assert not set(ann) & set(bob[:30])
    assert set(bob[30:]) <= set(ann)
    more = [turn.item for turn in queue.upcoming("ann", [], 5, held=ann)]
    assert not set(more) & set(ann)


def test_queue_budget_ends_new_items_but_not_second_labels():
    queue, log = Queue(ITEMS, budget=30, overlap=0.5, repeats=0), Log()
    assert len(label(queue, log, 100, "ann")) == 30
    seconds = label(queue, log, 100, "bob")
    assert len(seconds) == sum(queue.wanted_labels(e.item) == 2 for e in log.events[:30])


def test_queue_settled_item_is_asked_no_more():
    queue, log = Queue(ITEMS, overlap=1, repeats=0), Log()
    (turn,) = queue.upcoming("ann", [], 1)
    log.add(turn.item, "ann", part=turn.part)
    assert queue.upcoming("bob", log.events, 1) == [turn]
    log.add(turn.item, "cat", "settle", part=turn.part)
    assert turn.item not in [t.item for t in queue.upcoming("bob", log.events, 300)]


def test_queue_imported_labels_spare_what_is_chosen_and_not_the_random_part():
    queue, log = Queue(ITEMS, seed=1, repeats=0), Log()
    for item in ITEMS[:150]:
        log.add(item, "other", part="imported")
    came = label(queue, log, 50, model=outlook(np.linspace(1, 0, 200)))
    people = log.events[150:]
    assert came.count("random") == 10
    assert not {e.item for e in people if e.part == "chosen"} & set(ITEMS[:150])
    random = {e.item for e in people if e.part == "random"}
    assert random & set(ITEMS[:150])
    assert {item for item, part in parts(log.events).items() if part == "random"} == random


def test_queue_again_shows_these_first_in_order_and_each_once():
    log = Log()
    label(Queue(ITEMS, repeats=0), log, 30)
    wrong = [log.events[9].item, log.events[2].item]
    queue = Queue(ITEMS, again=wrong, repeats=0)
    assert [turn.item for turn in queue.upcoming("ann", log.events, 2)] == wrong
    log.add(wrong[0], "ann", part="chosen")
    assert [turn.item for turn in queue.upcoming("ann", log.events, 1)] == wrong[1:]
    log.add(wrong[1], "ann", part="chosen")
    assert queue.upcoming("ann", log.events, 1)[0].item not in {e.item for e in log.events}


def test_queue_again_leaves_imported_items_of_the_random_part_to_it():
    log = Log()
    for item in ITEMS:
        log.add(item, "other", part="imported")
    queue = Queue(ITEMS, again=ITEMS, strategy="random", repeats=0)
    came = [turn.item for turn in queue.upcoming("ann", log.events, 200) if turn.part == "chosen"]
    whole = Queue(ITEMS, strategy="random", repeats=0).upcoming("x", [], 200)
    assert set(came[:160]) == {turn.item for turn in whole[40:]}


def test_queue_estimate_from_the_random_part_is_unbiased_and_from_all_is_not():
    truth = np.random.default_rng(7).random(200) < 0.3
    unsure = np.where(truth, 0.9, 0.1)  # the model doubts most where the answer is yes
    part, every = [], []
    for seed in range(150):
        queue, log = Queue(ITEMS, seed=seed, repeats=0), Log()
        turns = queue.upcoming("ann", log.events, 60, outlook=outlook(unsure))
        said = {turn: truth[ITEMS.index(turn.item)] for turn in turns}
        part.append(np.mean([yes for turn, yes in said.items() if turn.part == "random"]))
        every.append(np.mean([*said.values()]))
    deviation = np.std(part) / np.sqrt(len(part))
    assert abs(np.mean(part) - truth.mean()) < 3 * deviation
    assert np.mean(every) - truth.mean() > 0.3
