"""The page on which people label rows, as the stage asks it of them."""

from collections.abc import Mapping, Sequence
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from fivefold.core.faults import raise_all
from fivefold.core.stage import PathText
from fivefold.core.wish import FLAG, SEED, TEXT, Wish, counts, faults_of, list_of, one_of, whole
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.label.doubt import STRATEGIES, Strategy
from fivefold.label.event import Event
from fivefold.label.events import FILE, read_strokes
from fivefold.label.proposals import Proposals
from fivefold.label.question import Question
from fivefold.label.queue import Queue
from fivefold.label.shown import Shown

if TYPE_CHECKING:
    from fivefold.label.room import Room


class Opening(TypedDict, total=False):
    """How the page is opened.

    Attributes:
        people: who labels; each gets an address of their own. One is called `me` unless said.
        assistant: an `Assistant`, which learns from the labels, chooses what comes next and
            proposes; without one all items are drawn at random.
        every: labels after which it learns anew; 10 unless said.
        strategy: by which it chooses: `entropy`, `margin`, `diverse` or `random`.
        again: rows that come first, to be looked at again; those that are kept for the random part
            wait until it is their turn.
        scale: the least and the largest number, where numbers are asked for.
        whole: whether numbers are whole; up to ten of a scale have a key each.
        keys: of some classes, in place of 1 to 9 and letters.
        seed: of what is drawn.
        host: the address to listen at, 127.0.0.1 unless said; `0.0.0.0` is every one of this
            machine.
        port: 0, which is the default, takes a free one.
    """

    people: Sequence[str]
    assistant: Any
    every: int
    strategy: Strategy
    again: Sequence[int]
    scale: tuple[float, float] | None
    whole: bool
    keys: Mapping[Any, str]
    seed: int
    host: str
    port: int


WISHES: Mapping[str, Wish] = {
    "people": list_of("names", lambda one: isinstance(one, str), such_as="name"),
    "assistant": Wish(
        "{} as an Assistant",
        lambda value: value is None or hasattr(value, "learner"),
        "Pass {}=ff.Assistant().",
    ),
    "every": counts(1),
    "strategy": one_of(STRATEGIES),
    "again": list_of("rows", lambda one: whole(one) is not None, such_as="row"),
    "scale": Wish(
        "{} of two numbers, the least first",
        lambda value: value is None or (len(value) == 2 and value[0] < value[1]),
        "Write for instance {}=(1, 5).",
    ),
    "whole": FLAG,
    "keys": Wish("{} by class", lambda value: isinstance(value, dict), 'Pass {{"a": "1"}}.'),
    "seed": SEED,
    "host": TEXT,
    "port": counts(0),
}
"""What each word of `Opening` may be."""


def open_page(label: Any, source: Any, said: Opening) -> "Room":
    """Open the page on which people label.

    Args:
        label: the stage `Label`.
        source: as of `Label.rows`, or rows that were read.
        said: how it is opened.

    Raises:
        ConfigError: if a word of it is unknown or wrong, the stage has no directory to keep labels
            in, or keys are not free.
        PreflightError: if the port is in use or not allowed, or the guide cannot be read.
    """
    from fivefold.label.room import open_room

    _check(said)
    if label.answer != "number" and ("scale" in said or "whole" in said):
        remedy = 'Ask for numbers: answer="number".'
        found = f"a scale, and answer={label.answer!r}"
        raise ConfigError.expected("Label.open", "no scale of classes", found, remedy)
    if label.directory is None:
        remedy = 'Pass directory="labels" to Label: every stroke is kept there.'
        raise ConfigError.expected("Label.open", "a directory", "none", remedy)
    directory = Path(label.directory)
    guide = guide_text(label.guide)
    collected = label.rows(source)
    names, items = label.columns(collected), label.items(collected)
    classes = label.asked(read_events(directory)).classes
    low, high = said.get("scale") or (None, None)
    question = Question(
        name=label.target,
        way=label.answer,
        classes=classes,
        guide=guide,
        low=low,
        high=high,
        whole=said.get("whole", False),
        keys=said.get("keys", {}),
        budget=label.budget,
    )
    columns = [collected.schema[name] for name in names]
    again = [items[row] for row in said.get("again", ())]
    assistant = said.get("assistant")
    proposals = None
    if assistant is not None:
        learn = assistant.learner(label, collected, lambda: read_events(directory))
        proposals = Proposals(learn, every=said.get("every", 10))
    return open_room(
        question,
        Shown(collected.table, columns, items, spanned=label.spanned(collected)),
        Queue(
            items,
            seed=said.get("seed", 0),
            strategy=said.get("strategy", "margin") if assistant or again else "random",
            random=label.random,
            overlap=label.overlap,
            repeats=label.repeats,
            budget=label.budget,
            again=again,
        ),
        proposals,
        directory=directory,
        facts={"by": names, "answer": label.answer, "classes": classes, "ordered": label.ordered},
        people=said.get("people", ("me",)),
        at=(said.get("host", "127.0.0.1"), said.get("port", 0)),
    )


def _check(said: Opening) -> None:
    faults: list[FivefoldError] = []
    for word in said:
        if word not in WISHES:
            near = nearest(word, list(WISHES))
            remedy = f"Write {near}=." if near else f"Choose among {', '.join(WISHES)}."
            faults.append(ConfigError.expected("Label.open", "what it has", repr(word), remedy))
    given: dict[str, Any] = {**said}
    asked = {name: (given[name], wish) for name, wish in WISHES.items() if name in given}
    raise_all([*faults, *faults_of("Label.open", asked)])


def read_events(directory: Path) -> list[Event]:
    """What people did by now."""
    return read_strokes(directory / FILE)[0]


def guide_text(guide: PathText | None) -> str:
    """Guidelines, read where a file is named.

    Raises:
        PreflightError: if the file cannot be read.
    """
    text = "" if guide is None else fspath(guide)
    if not text.endswith((".md", ".txt")) or "\n" in text:
        return text
    try:
        return Path(text).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Name a text in UTF-8, or pass the guidelines themselves."
        found = getattr(error, "strerror", None) or "another encoding"
        raise PreflightError.expected("Label", f"the guidelines {text}", found, remedy) from None
