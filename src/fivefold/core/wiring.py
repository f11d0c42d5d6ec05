"""Which stage reads what from which: checked when a pipeline is built."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fivefold.core.key import Key, defined_again, is_current
from fivefold.core.session import Session
from fivefold.core.signature import Read, Signature
from fivefold.core.stage import Stage
from fivefold.core.wording import nearest
from fivefold.errors import WiringError


@dataclass(frozen=True)
class Step:
    """A stage in its place.

    Args:
        number: counts from 1.
        name: unique in the pipeline.
        stage: what is done.
        ahead: whether it changes what a later stage completes.
    """

    number: int
    name: str
    stage: Stage
    ahead: bool = False

    @property
    def title(self) -> str:
        """The class name, as messages call it."""
        return type(self.stage).__name__

    @property
    def signature(self) -> Signature:
        """What the stage reads and writes; ahead of what completes it, nothing derived of it."""
        wiring = type(self.stage).wiring
        if not (self.ahead and self.stage.takes_open):
            return wiring
        kept = (r for r in wiring.reads if not (r.optional and derives(r.key, wiring.writes)))
        return replace(wiring, reads=tuple(kept))

    @property
    def reads(self) -> str:
        """The artifacts it reads, without the session, as text."""
        return ", ".join(str(r) for r in self.signature.reads if r.key.type is not Session)


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit; `mark` stands in the listing beside the stage of its number."""

    sentence: str
    remedy: str
    number: int
    mark: str
    key: Key | None = None


def place(stages: Iterable[Any]) -> tuple[Step, ...]:
    """The stages as numbered steps with unique names.

    Raises:
        WiringError: if something in the list is not a stage.
    """
    steps: list[Step] = []
    for number, stage in enumerate(stages, 1):
        if not isinstance(stage, Stage):
            is_class = isinstance(stage, type) and issubclass(stage, Stage)
            found = f"the class {stage.__name__}" if is_class else f"a {type(stage).__name__}"
            raise WiringError(
                f"Pipeline: expected stages, found {found} as item {number}.",
                remedy=f"Write {stage.__name__}() with its settings."
                if is_class
                else "Pass a list of objects whose classes derive from Stage.",
            )
        name = stage.default_name()
        same = sum(type(step.stage).default_name() == name for step in steps)
        steps.append(Step(number, f"{name}-{same + 1}" if same else name, stage))
    return tuple(
        replace(step, ahead=is_ahead(step, steps[place + 1 :])) for place, step in enumerate(steps)
    )


def is_ahead(step: Step, later: Sequence[Step]) -> bool:
    """Whether a step replaces what one of the later steps completes."""
    wiring = type(step.stage).wiring
    if all(read.key != wiring.writes for read in wiring.reads):
        return False
    return any(s.stage.completes and type(s.stage).wiring.writes == wiring.writes for s in later)


def derives(key: Key, source: Key) -> bool:
    """Whether an artifact derives itself of another one."""
    derivation = key.type.derivation
    return derivation is not None and any(read.key == source for read in derivation.reads)


def left_open(steps: Sequence[Step]) -> frozenset[str]:
    """Names of the steps that may leave open what they write, as a later one completes it."""
    found = set[str]()
    for place, step in enumerate(steps):
        if step.stage.completes:
            writes = step.signature.writes
            found |= {one.name for one in steps[:place] if one.signature.writes == writes}
    return frozenset(found)


def check(steps: Sequence[Step], given: Iterable[Key] = ()) -> None:
    """Verify that each stage finds what it reads, and that nothing is written twice.

    Raises:
        WiringError: with all faults at once.
    """
    if not steps:
        remedy = "Begin with Collect(source, target=...)."
        raise WiringError.expected("Pipeline", "at least one stage", "none", remedy, faults=())
    writers: dict[Key, str] = {Key(Session): "the run", **dict.fromkeys(given, "the caller")}
    faults: list[Fault] = []
    for step in steps:
        here = f"{step.title} (stage {step.number} of {len(steps)})"
        for read in step.signature.reads:
            if read.key not in writers:
                faults += _absent(read, writers, step, steps, here)
        written = step.signature.writes
        if written in writers and all(read.key != written for read in step.signature.reads):
            faults.append(
                Fault(
                    f"{here} writes {written}, which {writers[written]} has written already.",
                    f"Remove one of them, or let {step.title} read {written} to replace it.",
                    step.number,
                    f"{written} is written twice",
                    written,
                )
            )
        writers.setdefault(written, "")
        writers[written] = f"{step.title} (stage {step.number})"
    if faults:
        raise WiringError(
            "\n".join(dict.fromkeys(fault.sentence for fault in faults)),
            evidence=listing(steps, faults),
            remedy="\n".join(dict.fromkeys(fault.remedy for fault in faults)),
            faults=tuple(faults),
        )


def _absent(
    read: Read, writers: dict[Key, str], step: Step, steps: Sequence[Step], here: str
) -> list[Fault]:
    """Note that an artifact derives itself, or say why it is missing."""
    key = lacking(read.key, writers)
    if key is None:
        writers[read.key] = f"its default, which {step.title} (stage {step.number}) reads,"
        return []
    later = next((s for s in steps[step.number :] if s.signature.writes == key), None)
    if read.optional and later is None:
        return []
    if key != read.key and any(other.key == key for other in step.signature.reads):
        return []  # the stage reads it too, and its absence is told there
    twin = next((k for k in writers if defined_again(key, [k])), None)
    if twin is not None:
        name = step.title if is_current(twin.type) else writers[twin].split(" (")[0]
        return [
            Fault(
                f"{here} reads {key}, and {writers[twin]} writes another class of that name.",
                f"Define {name} again, after {key}: the class statement of {key} ran twice.",
                step.number,
                f"{key} was defined twice",
                key,
            )
        ]
    if later is not None:
        remedy = f"Move {later.title} before {step.title}."
    else:
        writer = key.type.made_by if not key.label else ""
        remedy = f"Put {writer or f'a stage that writes {key}'} before {step.title}."
    sentence = f"{here} reads {key}, which nothing before it writes."
    return [Fault(sentence, remedy, step.number, f"{key} is missing", key)]


def lacking(key: Key, there: Container[Key]) -> Key | None:
    """The first artifact that keeps this one from being there or derived; None if there is none."""
    if key in there or key.type is Session:
        return None
    if key.type.derivation is None or key.label:
        return key
    return next(
        (lack for read in key.type.derivation.reads if (lack := lacking(read.key, there))), None
    )


def missing_from(
    steps: Sequence[Step], there: Iterable[Key], given: Container[Key] = ()
) -> tuple[Key, ...]:
    """What steps must read and nothing before them writes; what was `given` is not derived."""
    found, missing = set(there), dict[Key, None]()
    for step in steps:
        for read in step.signature.reads:
            as_it_was = read.key in given and read.key not in found
            lack = read.key if as_it_was else lacking(read.key, found)
            if lack is not None and not read.optional:
                missing[lack] = None
        found.add(step.signature.writes)
    return tuple(missing)


def position_of(name: str, steps: Sequence[Step]) -> int:
    """Where the step of this name stands.

    Raises:
        WiringError: if there is none; it carries `name`.
    """
    names = [step.name for step in steps]
    if name in names:
        return names.index(name)
    near = nearest(name, names)
    remedy = f"Write {near!r}." if near else "Name one of its stages."
    raise WiringError.expected(
        "Pipeline", f"one of {', '.join(names)}", f"{name!r}", remedy, name=name
    )


def exchange(
    steps: Sequence[Step], stages: Mapping[str, Stage], given: Iterable[Key]
) -> tuple[Step, ...]:
    """The steps of a run with some stages exchanged, by name, wired and checked anew.

    Raises:
        WiringError: if there is no such step, or a stage does not fit in its place.
    """
    exchanged = [step.stage for step in steps]
    for name, stage in stages.items():
        exchanged[position_of(name, steps)] = stage
    placed = place(exchanged)
    for old, new in zip(steps, placed, strict=True):
        if old.name != new.name:
            raise WiringError(
                f"Pipeline: expected a stage called {old.name}, found {new.title}, which is "
                f"called {new.name}.",
                remedy=f"Exchange {old.title} for one of a class of that name.",
                name=old.name,
            )
    check(placed, given)
    return placed


def listing(steps: Sequence[Step], faults: Sequence[Fault] = ()) -> str:
    """The steps as aligned lines: number, name, reads -> writes, and what is wrong."""
    titles = max(len(step.title) for step in steps)
    reads = max(len(step.reads) for step in steps)
    writes = max(len(str(step.signature.writes)) for step in steps)
    lines = []
    for step in steps:
        marks = list(dict.fromkeys(f.mark for f in faults if f.number == step.number))
        line = (
            f"  {step.number}  {step.title:<{titles}}   {step.reads:<{reads}}  ->  "
            f"{step.signature.writes!s:<{writes}}     {', '.join(marks)}"
        )
        lines.append(line.rstrip())
    return "\n".join(lines)


def check_written(step: Step, total: int, written: object) -> None:
    """Refuse what a step of so many gave, if it is not what it declares.

    Raises:
        WiringError: naming both classes.
    """
    declared = step.signature.writes
    if type(written) is declared.type:
        return
    raise WiringError(
        f"{step.title} (stage {step.number} of {total}) declares {declared}, "
        f"and run() returned {type(written).__name__}.",
        remedy=f"Define {step.title} again, after {declared}: its class statement ran twice."
        if type(written).__qualname__ == declared.type.__qualname__
        else f"Return {declared.type.__name__}, exactly.",
        key=declared,
    )
