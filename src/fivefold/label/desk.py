"""What people who label are given, and what becomes of their strokes."""

import json
import math
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from fivefold.label.agreed import Agreed, Person, agreed
from fivefold.label.event import ACTS, PARTS, Event, Part
from fivefold.label.events import Events
from fivefold.label.outlook import Outlook
from fivefold.label.proposals import Proposals
from fivefold.label.question import Question
from fivefold.label.queue import Queue
from fivefold.label.shown import Shown
from fivefold.label.standing import kept_acts, parts, settled, standing, votes

AHEAD = 20
"""Items that a page holds ready."""
BYTES = 8 * 2**20
"""Of them together, where pictures and sounds are among them; three are given in any case."""
WORDS = 2_000
"""Letters of a comment at most."""


class RefusedError(ValueError):
    """A stroke that cannot be kept, and why."""


class Desk:
    """Items out, strokes in; what is kept is on disk before anyone is told.

    Args:
        question: what is asked.
        shown: the rows.
        events: where strokes are kept.
        people: names, each with its token.
        queue: who is asked what next.
        proposals: of a model that learns from what is kept; None for none.
    """

    def __init__(
        self,
        *,
        question: Question,
        shown: Shown,
        events: Events,
        people: Mapping[str, str],
        queue: Queue,
        proposals: Proposals | None = None,
    ) -> None:
        self.question, self.shown, self.people = question, shown, people
        self._events, self._queue, self._proposals = events, queue, proposals
        self._lock = Lock()
        self._seen: list[Event] = []
        self._before = {_told(event) for event in self._all()}
        self._strokes: set[str] = set()
        self._agreement: tuple[int, Agreed] | None = None

    @property
    def path(self) -> Path:
        """The file in which strokes are kept."""
        return self._events.path

    @property
    def labelled(self) -> int:
        """How many items have a label."""
        with self._lock:
            told = standing(self._all())
        return len({item for (item, _), event in told.items() if event.is_answer})

    # --- items out

    def asked(self, who: str) -> dict[str, Any]:
        """What the page begins with: the question, and what the person did last."""
        with self._lock:
            last = list(standing(self._own(who)).values())[-AHEAD:]
            past = [self._item(e.item, e.part, who, answer=_answer(e)) for e in last]
        return {**self.question.to_json(), "who": who, "past": past, "key": self.people[who]}

    def next(
        self, who: str, held: Sequence[str], passing: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """The next items of a person.

        Args:
            who: the person.
            held: items that are on their page already.
            passing: items whose strokes are on their way here.
        """
        with self._lock:
            wanted = AHEAD - len(held)
            if wanted <= 0:
                return []
            mine = {*held, *passing}
            turns = self._queue.upcoming(who, self._all(), wanted, held=mine, outlook=self._outlook)
            found, size = list[dict[str, Any]](), 0
            for turn in turns:
                shown = self._item(turn.item, turn.part, who)
                size += len(json.dumps(shown["cells"]))
                if size > BYTES and len(found) >= 3:
                    break
                found.append(shown)
            return found

    def _item(self, item: str, part: Part, who: str, **more: Any) -> dict[str, Any]:
        outlook = self._outlook
        return {
            "item": item,
            "ticket": self._ticket(item, part, who),
            "cells": self.shown.cells(item),
            "guess": None if outlook is None else outlook.guess(item),
            **more,
        }

    def _ticket(self, item: str, part: Part, who: str) -> str:
        """What says how an item came, and does not show it."""
        told = f"{part} {item}".encode()
        return blake2b(told, key=self.people[who].encode()[:64], digest_size=8).hexdigest()

    @property
    def _outlook(self) -> Outlook | None:
        return None if self._proposals is None else self._proposals.outlook

    # --- strokes in

    def keep(self, who: str, stroke: Mapping[str, Any]) -> int:
        """Keep one stroke of a page; the same one again changes nothing.

        Args:
            who: the person.
            stroke: `key` that no other stroke has, `item`, `ticket`, `act`, and what else an event
                says.

        Returns:
            The number of the event.

        Raises:
            RefusedError: if it is none that could be kept.
        """
        item, act, key = stroke.get("item"), stroke.get("act"), str(stroke.get("key") or "")
        if not isinstance(item, str) or item not in self.shown:
            raise RefusedError(f"item: expected one of those that are labelled, found {item!r}")
        if act not in ACTS:
            raise RefusedError(f"act: expected one of {', '.join(ACTS)}, found {act!r}")
        value, seconds = stroke.get("value"), stroke.get("seconds", 0.0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
            raise RefusedError(f"seconds: expected 0 or more, found {seconds!r}")
        part = next((p for p in PARTS if self._ticket(item, p, who) == stroke.get("ticket")), None)
        if part is None:
            raise RefusedError("ticket: expected the one that came with the item")
        if act in ("label", "settle"):
            try:
                value = self.question.checked(value, self.shown.extent(item))
            except ValueError as error:
                raise RefusedError(f"value: {error}") from None
        event = Event(
            item=item,
            who=who,
            act=act,
            value=value if act in ("label", "settle") else None,
            seconds=min(float(seconds), 86_400.0),
            guess=stroke.get("guess"),
            reason=str(stroke.get("reason") or "")[:WORDS],
            part=part,
        )
        with self._lock:
            # the page asks again where no reply had come, of a server before this one perhaps
            if key in self._strokes or _told(event) in self._before:
                return 0
            kept = self._events.append(event)
            self._strokes.update({key} - {""})
            events = list(self._all()) if self._proposals is not None else []
        if self._proposals is not None:
            self._proposals.heed(sum(one.is_answer for one in standing(events).values()))
        return kept.number

    def last(self, who: str) -> dict[str, Any] | None:
        """The last act of a person that stands, with its item; None where there is none."""
        with self._lock:
            own = kept_acts(self._own(who))
            if not own:
                return None
            before = standing(own[:-1]).get((own[-1].item, who))
            answer = None if before is None else _answer(before)
            item = self._item(own[-1].item, own[-1].part, who, answer=answer)
        return {**item, "act": own[-1].act}

    # --- what there is to see

    def progress(self, who: str) -> dict[str, Any]:
        """How far everybody is, how alike they answer, and what a model has learnt."""
        with self._lock:
            events = list(self._all())
        found = self._agreed(events)  # which takes a while, and nobody waits for it
        told, came = standing(events), parts(events)
        done = {item for item, _ in told}
        labelled = {item for (item, _), event in told.items() if event.is_answer}
        mine = found.people.get(who, Person())
        people = [
            {
                "who": name,
                "labels": one.labels,
                "skips": one.skipped,
                "seconds": None if math.isnan(one.seconds) else one.seconds,
            }
            for name, one in {**{n: Person() for n in self.people}, **found.people}.items()
        ]
        random = sum(came.get(item) == "random" for item in labelled)
        return {
            "done": len(done),
            "labelled": len(labelled),
            "total": min(self.question.budget or len(self.shown.ids), len(self.shown.ids)),
            "people": people,
            "random": random / len(labelled) if labelled else None,
            "repeats": mine.repeats,
            "alike": mine.kept,
            "open": len(self._open(events)),
            "agreement": {
                "value": None if math.isnan(found.alpha) else found.alpha,
                "items": found.items,
                "pairs": [[*two, n, None if k != k else k] for two, (n, k) in found.pairs.items()],
            },
            "curve": [] if self._proposals is None else list(self._proposals.curve),
            "fault": "" if self._proposals is None else self._proposals.fault,
        }

    def disputes(self, who: str) -> list[dict[str, Any]]:
        """Items on which people differ or have a question, and that nobody has settled."""
        with self._lock:
            events = self._all()
            told = votes(events)
            words = [e for e in kept_acts(events) if e.act in ("flag", "comment", "skip")]
            found = []
            for item in self._open(events)[:AHEAD]:
                said = [{"who": w, "value": e.value} for (i, w), e in told.items() if i == item]
                notes = [
                    {"who": e.who, "act": e.act, "reason": e.reason}
                    for e in words
                    if e.item == item and (e.reason or e.act == "flag")
                ]
                part = parts(events).get(item, "random")
                found.append(self._item(item, part, who, votes=said, notes=notes))
        return found

    def _agreed(self, events: list[Event]) -> Agreed:
        """How far people agree, worked out anew where there are new strokes."""
        if self._agreement is None or self._agreement[0] != len(events):
            question = self.question
            self._agreement = (len(events), agreed(events, question.way, question.classes))
        return self._agreement[1]

    def _open(self, events: list[Event]) -> list[str]:
        said: dict[str, set[str]] = {}
        for (item, _), event in votes(events).items():
            said.setdefault(item, set()).add(json.dumps(event.value))
        flagged = {event.item for event in kept_acts(events) if event.act == "flag"}
        differ = [item for item, values in said.items() if len(values) > 1]
        decided = settled(events)
        found = dict.fromkeys([*differ, *sorted(flagged)])
        return [item for item in found if item not in decided and item in self.shown]

    def _own(self, who: str) -> list[Event]:
        """The strokes of a person on items that are still among the rows."""
        return [e for e in self._all() if e.who == who and e.item in self.shown]

    def _all(self) -> list[Event]:
        """All strokes, those of other processes too."""
        self._seen += self._events.all(after=self._seen[-1].number if self._seen else 0)
        return self._seen


def _answer(event: Event) -> dict[str, Any]:
    return {"act": event.act, "value": event.value, "reason": event.reason}


def _told(event: Event) -> str:
    """What two strokes hardly ever share: how long an item was looked at, among the rest."""
    told = [event.who, event.item, event.act, event.value, event.seconds, event.reason]
    return json.dumps(told)
