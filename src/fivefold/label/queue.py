"""Which item comes next to a person who labels."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from threading import Lock

import numpy as np

from fivefold.label.doubt import Strategy, most_wanted
from fivefold.label.event import Event, Part
from fivefold.label.outlook import Outlook
from fivefold.label.standing import kept_acts, parts

LEAST_RANDOM = 0.2
"""Share of items that are drawn at random: what a model is judged by comes from these alone."""

GAP = 10
"""Labels of a person at least before one of theirs is shown again."""


@dataclass(frozen=True)
class Turn:
    """An item that comes to a person.

    Args:
        item: its id.
        part: how it came to them, as their event has it.
    """

    item: str
    part: Part


class Queue:
    """Which items come next: some at random, others by what a model has most to learn from.

    The order of the random part is drawn once, by seed and ids. An item belongs to the part only
    where it stands before every item that was chosen, and the first fifth of them is never chosen;
    so those of the part that were labelled are a random sample of all items, whatever a model
    thinks. Labels that were imported do not spare them. The others are drawn at random too until
    there is a model; they are learnt from, and the random part is not: a model that had learnt from
    it would choose what suits it.

    Args:
        items: ids of all items.
        seed: of what is drawn.
        strategy: by which the others are chosen once there is a model; `random` draws all items,
            which are the random part then.
        random: share of items that are drawn at random, at least 0.2.
        overlap: share of items that a second person labels too.
        repeats: share of turns in which a person is shown an item again, without being told.
        budget: items that are to be labelled in all; None for all there are.
        again: items to be looked at again, in this order, before any other; those that the random
            part will come to are left to it.

    Example:
        >>> queue = Queue(["a", "b", "c", "d"], seed=1)
        >>> [turn.item for turn in queue.upcoming("ann", [], 2)]
        ['b', 'a']
        >>> [turn.item for turn in queue.upcoming("bob", [], 3)]  # what ann holds comes last
        ['d', 'c', 'b']
    """

    def __init__(
        self,
        items: Sequence[str],
        *,
        seed: int = 0,
        strategy: Strategy = "margin",
        random: float = LEAST_RANDOM,
        overlap: float = 0.0,
        repeats: float = 0.03,
        budget: int | None = None,
        again: Sequence[str] = (),
    ) -> None:
        self.items, self.seed, self.strategy = tuple(dict.fromkeys(items)), seed, strategy
        self.random = 1.0 if strategy == "random" else max(random, LEAST_RANDOM)
        self.overlap, self.repeats = overlap, repeats
        self.budget, self.again = budget, tuple(again)
        self._draws: dict[tuple[str, str], float] = {}
        self._order = sorted(self.items, key=lambda item: self._drawn("order", item))
        self._rank = {item: rank for rank, item in enumerate(self._order)}
        self._reserve = math.ceil(max(random, LEAST_RANDOM) * len(self._order))
        self._held: dict[str, tuple[str, Part]] = {}
        self._since: int | None = None
        self._wanted: tuple[Outlook | None, list[str]] = (None, [])
        self._lock = Lock()

    def upcoming(
        self,
        who: str,
        events: Iterable[Event],
        count: int = 20,
        *,
        held: Collection[str] = (),
        outlook: Outlook | None = None,
    ) -> list[Turn]:
        """The next items for a person, after those that they hold already.

        What is handed to one person comes to others only when nothing else is left.

        Args:
            who: the person.
            events: all of them, in order.
            count: items at most.
            held: items that were handed to the person and still lie before them; any others that
                were handed to them go back.
            outlook: of the model; None while there is none.
        """
        with self._lock:
            events = list(events)
            if self._since is None:
                self._since = max((event.number for event in events), default=0)
            state = _State(events, who, self._since)
            self._held = {
                item: (whose, part)
                for item, (whose, part) in self._held.items()
                if (item in held if whose == who else (item, whose) not in state.done)
            }
            turns = list(islice(self._turns(state, outlook, set(held)), count))
            for turn in turns:
                if turn.part != "repeat":
                    self._held.setdefault(turn.item, (who, turn.part))
            return turns

    def wanted_labels(self, item: str) -> int:
        """How many people are to label an item: 1, or 2 where labels are to overlap."""
        return 1 + (self._drawn("overlap", item) < self.overlap)

    def _turns(self, state: "_State", outlook: Outlook | None, given: set[str]) -> Iterator[Turn]:
        """All turns of a person from here on; `given` are items that are theirs already."""
        for item in self.again:
            is_kept = item not in state.first and self._rank.get(item, 0) < self._reserve
            if not (item in state.seen_again or item in given or is_kept):
                given.add(item)
                yield Turn(item, "chosen")
        shown = {item: part for item, (_, part) in self._held.items()} | state.first
        shown = {item: part for item, part in shown.items() if item in self._rank}
        bound = self._bound(shown)
        counted = {item for item in (*state.labels, *self._held) if item in self._rank}
        counts = Counter(shown[item] for item in counted)
        pending = len(given.intersection(state.own))  # repeats that lie before the person
        repeated, turns = len(state.shown_again) + pending, len(state.own) + len(given)
        second, at_random = self._second(state), self._at_random(state)
        again = self._again(state)
        chosen = self._chosen(state, outlook)
        while True:
            turns += 1
            if item := next((i for i in second if i not in given), ""):
                yield Turn(item, state.first[item])
            elif int(self.repeats * turns) > repeated and (
                item := next((i for i in again if i not in given), "")
            ):
                repeated += 1
                yield Turn(item, "repeat")
            elif self.budget is not None and len(counted) >= self.budget:
                return
            else:
                by_chance = self.random * (len(counted) + 1) > counts["random"]
                ways = (at_random, chosen) if by_chance else (chosen, at_random)
                found = ((i, way) for way in ways for i in way if i not in given)
                item, way = next(found, ("", chosen))
                if not item:
                    return
                is_drawn = way is at_random and self._rank[item] < bound
                part = shown.get(item, "random" if is_drawn else "chosen")
                bound = bound if part == "random" else min(bound, self._rank[item])
                counts[part] += item not in counted
                counted.add(item)
                yield Turn(item, part)
            given.add(item)

    def _bound(self, shown: dict[str, Part]) -> int:
        """Where the random part ends: before the first item that was chosen."""
        chosen = [self._rank[item] for item, part in shown.items() if part == "chosen"]
        return min(chosen, default=len(self._order))

    def _is_open(self, item: str, state: "_State") -> bool:
        """Whether a person may be asked of an item that nobody has labelled yet."""
        return not (item in state.settled or item in state.mine or item in state.labels)

    def _at_random(self, state: "_State") -> Iterator[str]:
        """Open items in the order that was drawn; what others hold at the end."""
        for held in (False, True):
            for item in self._order:
                if self._is_open(item, state) and self._is_anothers(item, state) is held:
                    yield item

    def _chosen(self, state: "_State", outlook: Outlook | None) -> Iterator[str]:
        """Open items that the model has most to learn from; those kept for the draw are none."""
        if outlook is None:
            rest = self._order[self._reserve :]
        elif self._wanted[0] is outlook:
            rest = self._wanted[1]
        else:
            places = [
                place
                for place, item in enumerate(outlook.items)
                if self._rank.get(item, -1) >= self._reserve and item not in state.labels
            ]
            order = most_wanted(outlook, self.strategy, np.array(places, np.int64), self.seed)
            rest = [outlook.items[place] for place in order]
            self._wanted = outlook, rest
        for item in rest:
            is_free = self._is_open(item, state) and item not in state.imported
            if is_free and not self._is_anothers(item, state):
                yield item

    def _second(self, state: "_State") -> Iterator[str]:
        """Items that another person has labelled, of which a second label is wanted."""
        for item, count in state.labels.items():
            theirs = item in state.mine or item in state.settled or self._is_anothers(item, state)
            if item in self._rank and not theirs and count < self.wanted_labels(item):
                yield item

    def _again(self, state: "_State") -> Iterator[str]:
        """The person's own items of some time ago, in the order in which they are shown again."""
        known = (item for item in state.own[:-GAP] if item in self._rank)
        free = [item for item in known if item not in state.shown_again]
        what = f"repeat {state.who}"
        yield from sorted(free, key=lambda item: self._drawn(what, item))

    def _is_anothers(self, item: str, state: "_State") -> bool:
        return item in self._held and self._held[item][0] != state.who

    def _drawn(self, what: str, item: str) -> float:
        """A number from 0 to 1 that the seed, what it is for, and the id decide."""
        if (known := self._draws.get((what, item))) is None:
            told = blake2b(f"{self.seed} {what} {item}".encode(), digest_size=8).digest()
            known = self._draws[what, item] = int.from_bytes(told, "big") / 2**64
        return known


class _State:
    """What was done so far, as a person's next turns depend on it."""

    def __init__(self, events: Sequence[Event], who: str, since: int) -> None:
        asked = [event for event in events if event.part != "imported"]
        self.who, self.first = who, parts(asked)
        self.imported = {event.item for event in events if event.part == "imported"}
        self.settled, self.seen_again = set[str](), set[str]()
        self.shown_again, own, voters = set[str](), dict[str, None](), set[tuple[str, str]]()
        self.done = set[tuple[str, str]]()
        for event in kept_acts(asked):
            is_mine = event.who == who
            if event.part == "repeat":
                if is_mine and event.is_answer:
                    self.shown_again.add(event.item)
                continue
            if event.act == "settle":
                self.settled.add(event.item)
            if event.is_answer or event.act == "skip":
                self.done.add((event.item, event.who))
                if is_mine and event.number > since:
                    self.seen_again.add(event.item)
            if event.act == "label":
                voters.add((event.item, event.who))
                if is_mine:
                    own[event.item] = None
        self.mine = {item for item, person in self.done if person == who}
        self.labels = Counter(item for item, _ in voters)
        self.own = list(own)
