"""Going on with a run: what its folder holds is taken, and what is made is kept there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fivefold.core.artifact import Artifact
from fivefold.core.context import Context
from fivefold.core.events import Noted, StageTaken
from fivefold.core.identity import differences, identify, named
from fivefold.core.key import Key
from fivefold.core.record import ARTIFACT, RECIPE, TORN, Record, read_record, set_aside
from fivefold.core.roster import own_digests
from fivefold.core.run import Run, depends, derived_name, with_derived
from fivefold.core.store import write_bytes
from fivefold.core.wiring import Step
from fivefold.errors import ConfigError, ResumeError, StoreError

Stored = Callable[[type[Artifact], str], Artifact]
"""Gives an artifact of a class by the name of its folder."""


def check_resumable(directory: Path | None, given: Context) -> None:
    """Refuse to go on where no folder is named, or from artifacts that no folder vouches for.

    Raises:
        ConfigError: if there is no directory.
        ResumeError: if artifacts come from outside.
    """
    if directory is None:
        raise ConfigError(
            "Pipeline.run: expected a directory to resume in, found none.",
            remedy="Pass directory= with the folder of the run, the same at every start.",
        )
    if len(given):
        raise ResumeError(
            "Pipeline.run: expected a pipeline from its source on to resume, "
            f"found one given {', '.join(map(str, given))}.",
            remedy="Resume the whole pipeline, or run this part without resume.",
        )


def earlier(run: Run, steps: Sequence[Step]) -> Record | None:
    """The record of the run to go on with; None where there is none, or none is wanted.

    Raises:
        ResumeError: if the run was begun by another pipeline, seed, device or version; every
            difference is named.
    """
    if not run.resume or run.directory is None:
        return None
    record = read_record(run.directory)
    if record is None:
        run.emit(Noted(path=run.path, text=f"No run in {run.directory} yet: this is its start."))
        return None
    names = [step.name for step in steps]
    now = identify(run.recipe, seed=run.seed, device=run.device, own=_own(steps))
    differing = differences(record.identity, now, names)
    if differing:
        width = max(map(len, differing))
        lines = [f"  {name:<{width}}   {a} then, {b} now" for name, (a, b) in differing.items()]
        count = f"{len(differing)} difference{'s' * (len(differing) != 1)}"
        raise ResumeError(
            f"Pipeline.run: expected the run that {run.directory} was begun with, found {count}.",
            evidence="\n".join(lines),
            remedy="Bring back what differs, choose a new folder, or begin again with "
            "resume=False.",
            differences=differing,
            path=run.directory,
        )
    only_named = named(now["recipe"], names)
    if only_named:
        verb = "is" if len(only_named) == 1 else "are"
        text = f"{', '.join(only_named)} {verb} taken to be what the run was begun with."
        run.emit(Noted(path=run.path, text=text))
    return record


def begin(run: Run, steps: Sequence[Step], record: Record | None) -> Record | None:
    """The record to keep from now on: the one to go on with, or a new one in an empty place."""
    if run.directory is None:
        return None
    for torn in run.directory.glob(TORN):
        torn.unlink()
    if record is not None:
        return record
    run.directory.mkdir(parents=True, exist_ok=True)
    names = tuple(step.name for step in steps)
    place = set_aside(run.directory, names)
    if place is not None:
        text = f"The earlier run in {run.directory} is now in {place}, until the next one begins."
        run.emit(Noted(path=run.path, text=text))
    identity = identify(run.recipe, seed=run.seed, device=run.device, own=_own(steps))
    record = Record(run.directory, identity, names)
    write_bytes(run.directory / RECIPE, run.recipe.encode())
    record.write()
    return record


def _own(steps: Sequence[Step]) -> dict[str, str]:
    return own_digests([step.stage.settings() for step in steps])


def take(
    steps: Sequence[Step], until: int | None, context: Context, run: Run, record: Record | None
) -> tuple[dict[str, Artifact], Record | None]:
    """The artifacts that need not be made again, by the name of their folder.

    Stages are taken in order up to the first whose artifact is not complete, and what that one
    and later ones saved no longer counts. A stage with side effects is never taken, and neither
    is one that reads what it writes.

    Args:
        steps: of the whole chain.
        until: number of steps to consider, all of them if None.
        context: artifacts that are there before the first.
        run: constants of the run.
        record: of the run to go on with; nothing is taken if None.
    """
    taken: dict[str, Artifact] = {}
    redone: set[Key] = set()
    if record is None:
        return taken, record
    for position, step in enumerate(steps[:until]):
        if type(step.stage).side_effects:
            redone.add(step.signature.writes)
            continue
        from_here = [later.name for later in steps[position:]]
        reads = [read.key for read in step.signature.reads]
        if step.name not in record.saved or any(depends(k, redone, context) for k in reads):
            return taken, record.without(from_here)
        found: dict[str, Artifact] = {}
        try:
            context = put(step, context, run, _loading(record, found))
        except StoreError as error:
            text = f"{step.name} is made again: {error.summary}"
            run.emit(Noted(path=(*run.path, step.name), text=text))
            record.clear(from_here[1:])  # what was made from it would be gone on with
            record = record.without(from_here)
            record.write()
            return taken, record
        taken |= found
    return taken, record


def _loading(record: Record, found: dict[str, Artifact]) -> Stored:
    """What gives artifacts from the folder of the record, and remembers them in `found`."""

    def load(kind: type[Artifact], name: str) -> Artifact:
        found[name] = record.load(kind, name)
        return found[name]

    return load


def put(step: Step, context: Context, run: Run, stored: Stored) -> Context:
    """The context after a step that is not run, with what it wrote and what was derived for it."""
    reads = [read.key for read in step.signature.reads]
    for key in reads:
        context = with_derived(key, context, run, lambda k: stored(k.type, derived_name(k)))
    writes = step.signature.writes
    artifact = stored(writes.type, step.name)
    read = [key for key in reads if key in context]
    return context.extended(writes, artifact, read, writer=step.title)


def pass_by(
    step: Step,
    total: int,
    context: Context,
    run: Run,
    taken: Mapping[str, Artifact],
    record: Record | None,
) -> tuple[Context, float]:
    """The context after a step that was taken, and the seconds it took when it was made."""
    context = put(step, context, run, lambda kind, name: taken[name])
    run.emit(
        StageTaken(
            path=(*run.path, step.name),
            number=step.number,
            total=total,
            wrote=str(step.signature.writes),
            directory=str(run.directory),
        )
    )
    return context, 0.0 if record is None else record.saved[step.name].seconds


def keep(
    step: Step, before: Context, after: Context, run: Run, record: Record | None, seconds: float
) -> Record | None:
    """Save what a step wrote, and what was derived for it, where the caller wished for it."""
    if record is None:
        return None
    for key in after:
        address = (key.type, key.label)
        if after[address] is before.get(address):
            continue
        written = key == step.signature.writes
        name = step.name if written else derived_name(key)
        try:
            after[address].save(record.folder / name / ARTIFACT)
            if after[address].is_whole:
                record = record.holding(name, seconds if written else 0.0)
            else:
                record = record.without([name])
        except (StoreError, OSError) as error:
            why = error.summary if isinstance(error, StoreError) else error.strerror
            text = f"{key} was not saved: {why}"
            run.emit(Noted(path=(*run.path, step.name), text=text))
            record = record.without([name])
    return record
