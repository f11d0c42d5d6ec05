"""What stands of the strokes of people: nothing is ever deleted, and much is taken back."""

import json
from collections.abc import Iterable
from hashlib import sha256

from fivefold.label.event import Event, Part


def kept_acts(events: Iterable[Event]) -> list[Event]:
    """The acts that are not taken back, in their order.

    Example:
        >>> acts = ["label", "skip", "undo", "undo"]
        >>> kept_acts(Event(item="a1", who="ann", act=act, value="spam") for act in acts)
        []
    """
    stacks: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        stack = stacks.setdefault((event.item, event.who), [])
        if event.act != "undo":
            stack.append(event)
        elif stack:
            stack.pop()
    return sorted((e for stack in stacks.values() for e in stack), key=lambda e: e.number)


def standing(events: Iterable[Event]) -> dict[tuple[str, str], Event]:
    """What each person says of each item now: the last label, skip or settlement that stands.

    A settlement outranks all of the same person; a repeat changes nothing, as it measures the
    person. The item of an entry is decided by `settled` first.
    """
    found: dict[tuple[str, str], Event] = {}
    for event in kept_acts(events):
        place = (event.item, event.who)
        outranked = place in found and found[place].act == "settle" and event.act != "settle"
        if (event.is_answer or event.act == "skip") and event.part != "repeat" and not outranked:
            found[place] = event
    return found


def votes(events: Iterable[Event]) -> dict[tuple[str, str], Event]:
    """What each person said by themselves of each item: labels that stand, no settlements."""
    own = standing(event for event in events if event.act != "settle")
    return {place: event for place, event in own.items() if event.act == "label"}


def settled(events: Iterable[Event]) -> dict[str, Event]:
    """The last settlement of each item that has one."""
    return {event.item: event for event in kept_acts(events) if event.act == "settle"}


def parts(events: Iterable[Event]) -> dict[str, Part]:
    """How each item came to people first, whatever was taken back; repeats aside.

    An item whose labels were imported came as people here were asked, if they were: so that a
    random sample stays one of all items.
    """
    found: dict[str, Part] = {}
    for event in events:
        if event.part != "repeat" and found.get(event.item, "imported") == "imported":
            found[event.item] = event.part
    return found


def repeated(events: Iterable[Event]) -> list[tuple[Event, Event]]:
    """What a person said of an item, and when it was shown again; pairs in the order of these."""
    found, first = [], {}
    for event in kept_acts(events):
        place = (event.item, event.who)
        if event.act == "label" and event.part != "repeat":
            first[place] = event
        elif event.act == "label" and place in first:
            found.append((first[place], event))
    return found


def digest(events: Iterable[Event]) -> str:
    """SHA-256 of what was said of which item by whom; neither times nor comments count."""
    told = [
        [e.item, e.who, e.act, e.value, e.guess, e.part]
        for e in kept_acts(events)
        if e.act != "comment"
    ]
    text = json.dumps(sorted(told, key=json.dumps), ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
