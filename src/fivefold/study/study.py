"""A study at work: what it begins with, its refits here or in other processes, what is told."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

from fivefold.core.cache import Cache
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted, Observer, Progress
from fivefold.core.identity import known_by_name
from fivefold.core.scratch import scratch
from fivefold.core.session import Session, check_refit_name, folder_name
from fivefold.core.wording import one_line
from fivefold.errors import FivefoldError, StoreError, TrainingError
from fivefold.observers.advance import duration
from fivefold.observers.console import Console
from fivefold.study.crew import Crew, UnreadyError
from fivefold.study.order import check_travels, order_of, same_stages
from fivefold.study.place import UNITS, note_found, place_of_data, whole_outcome
from fivefold.study.spending import spending
from fivefold.study.start import Start, begun_with, gather, split_pipeline
from fivefold.study.unit import OUTCOME, Outcome, Unit, failed, first_metric, fit_unit, keep
from fivefold.study.wanted import wanted_by

MOST_LINES = 20
"""Units of which a line is printed; of more every second, third ..."""


class Study:
    """A study at work: gathers rows, and runs units here or in processes of their own.

    Args:
        name: of the study, as events and folders have it.
        seed: of the study.
        device: the wish of the caller.
        n_jobs: processes at most.
        directory: of the study, or None.
        resume: whether what is there is taken.
        observers: are told every event; the last of them may be a console.
        cache: of what stages write, for refits too.
    """

    def __init__(
        self,
        name: str,
        *,
        seed: int,
        device: str,
        n_jobs: int,
        directory: Path | None,
        resume: bool,
        observers: Sequence[Observer],
        cache: Cache | None = None,
    ) -> None:
        self.name, self.seed, self.device, self.n_jobs = name, seed, device, n_jobs
        self.directory, self.resume, self.cache = directory, resume, cache
        self.observers, self._held = tuple(observers), ExitStack()
        self._starts: list[Start] = []
        self._names: dict[str, str] = {}
        self._data: list[Path] = []
        self._crew: Crew | None = None
        self._alone = False
        self._said: set[str] = set()

    def tell(self, event: Event) -> None:
        """Tell those who listen."""
        for observer in self.observers:
            observer(event)

    def note(self, text: str) -> None:
        """Tell a decision, once; an empty text is none."""
        if text and text not in self._said:
            self._said.add(text)
            self.tell(Noted(path=(self.name,), text=text))

    def gather(self, pipeline: Chain) -> Start:
        """Collect the rows of a pipeline; one that begins with the same stages shares them.

        Raises:
            PreflightError: if its stages do not fit them.
        """
        size, _ = split_pipeline(pipeline, self.name)
        begun = (s for s in self._starts if same_stages(s.before, pipeline.stages[:size]))
        start = next(begun, None)
        if start is None:
            folder = None
            if self.directory is not None:
                folder = place_of_data(self.directory, pipeline.stages[:size], self._data)
            start = gather(
                pipeline,
                self.name,
                seed=self.seed,
                device=self.device,
                directory=folder,
                resume=self.resume,
                observers=self.observers,
                cache=self.cache,
            )
            self._starts.append(start)
        return begun_with(start, pipeline, self.name, Session(seed=self.seed, device=self.device))

    def run(self, units: Iterable[Unit], *, silent: bool = False) -> list[Outcome]:
        """Refit every unit, or take what came of it at an earlier start.

        Args:
            units: each with a name of its own.
            silent: leave it to the caller to tell how far it is.

        Returns:
            The outcomes, in the order of the units; one that failed is an outcome too.
        """
        units = list(units)
        self.note(spending(unit.stages for unit in units))
        found: dict[str, Outcome] = {}
        identities = {unit.name: self._identity(unit) for unit in units}
        for unit in units:
            self._name(unit)
            if self.directory is not None and self.resume:
                who = f"{self.name}, {unit.name}"
                before = whole_outcome(self._folder(unit), identities[unit.name], who, unit.chosen)
                if before is not None:
                    found[unit.name] = before
        if found:
            self.note(f"{len(found)} of {len(units)} refits are taken from {self.directory}.")
        left = [unit for unit in units if unit.name not in found]
        began, every = time.perf_counter(), max(1, len(left) // MOST_LINES)
        for done, (unit, outcome) in enumerate(self._done(left, identities), 1):
            found[unit.name] = outcome
            if silent:
                continue
            values = first_metric(unit, outcome)
            if done % every == 0 or done == len(left) or outcome.failed:
                shown = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
                shown = shown or f"failed: {one_line(outcome.failed)}"
                seconds = (time.perf_counter() - began) / done * (len(left) - done)
                rest = f", about {duration(seconds)} left" if done < len(left) else ""
                text = f"{len(found)} of {len(units)}: {unit.name}, {shown}{rest}"
                self.tell(Noted(path=(self.name,), text=text))
            progress = Progress(
                path=(self.name,), done=len(found), total=len(units), unit="refit", values=values
            )
            self.tell(progress)
        return [found[unit.name] for unit in units]

    def conclude(self, done: str, metric: str, score: float) -> None:
        """Note in the folder of the study, where it has one, what it found.

        Args:
            done: how much that was, in words.
            metric: the name of the score.
            score: the best one.
        """
        if self.directory is not None:
            note_found(self.directory, done, metric, score)

    def close(self) -> None:
        """End the processes, and remove what lies there for them."""
        with self._held:
            self._dismiss()

    def _dismiss(self) -> None:
        if self._crew is not None:
            self._crew.close()
            self._crew = None

    @cached_property
    def _scratch(self) -> Path:
        return self._held.enter_context(scratch("study"))

    def _identity(self, unit: Unit) -> Mapping[str, Any]:
        if self.directory is None:
            return {}
        identity = unit.identity(self.device)
        if self.resume and (names := known_by_name(identity)):
            verb = "is" if len(names) == 1 else "are"
            self.note(f"{', '.join(names)} {verb} taken to be what the study was begun with.")
        return identity

    def _folder(self, unit: Unit) -> Path:
        root = self._scratch if self.directory is None else self.directory
        return root / UNITS / self._names[unit.name]

    def _name(self, unit: Unit) -> None:
        """Find the name of the folder of a unit; one of each name is enough."""
        taken = self._names.values()
        folder = folder_name(unit.name, taken)
        if unit.name in self._names:
            check_refit_name(self._names[unit.name], taken)
        self._names[unit.name] = folder

    def _done(
        self, units: Sequence[Unit], identities: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[tuple[Unit, Outcome]]:
        """Each unit as soon as it is done: in other processes, or else here."""
        apart, done = list[Unit](), set[str]()
        if self.n_jobs > 1 and len(units) > 1 and not self._alone:
            apart = [unit for unit in units if unit.fault is None and self._can_travel(unit)]
        try:
            for unit, outcome in self._done_apart(apart, identities):
                done.add(unit.name)
                yield unit, outcome
        except UnreadyError as error:
            self._alone = True
            self._dismiss()
            self.note(f"One refit after another, in this process: {error}")
        for unit in units:
            if unit.name not in done:
                yield unit, self._done_here(unit, identities[unit.name])

    def _done_here(self, unit: Unit, identity: Mapping[str, Any]) -> Outcome:
        folder = None if self.directory is None else self._folder(unit)
        session = Session(
            seed=unit.seed,
            device=self.device,
            directory=folder,
            path=(self.name, unit.name),
            is_refit=True,
            resume=folder is not None,
            observers=self.observers,
            cache=self._cache_of(unit),
        )
        outcome = fit_unit(unit, session, identity)
        if folder is not None:
            try:
                keep(outcome, folder)
            except StoreError as error:
                self.note(f"{unit.name} was not saved: {error.summary}")
        return outcome

    def _done_apart(
        self, units: Sequence[Unit], identities: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[tuple[Unit, Outcome]]:
        if not units:
            return
        wanted = wanted_by(units)
        if self._crew is not None and self._crew.wanted != wanted:
            self._dismiss()
        orders = []
        for unit in units:
            partition = self._scratch / "partitions" / self._names[unit.name]
            unit.partition.save(partition)
            orders.append(
                {
                    **order_of(unit),
                    "collected": str(self._collected(unit.start)),
                    "partition": str(partition),
                    "device": self.device,
                    "cache": None if (cache := self._cache_of(unit)) is None else str(cache.folder),
                    "path": [self.name, unit.name],
                    "identity": identities[unit.name],
                    "kept": self.directory is not None,
                    "folder": str(self._folder(unit)),
                }
            )
        left = {unit.name: unit for unit in units}
        while left:
            self._crew = self._crew or Crew(self.n_jobs, wanted)
            try:
                asked = [order for order in orders if order["name"] in left]
                for name in self._crew.work(asked, self._hear):
                    yield left[name], Outcome.load(self._folder(left.pop(name)) / OUTCOME)
            except TrainingError as error:
                lost = left.get(str(error.facts.get("unit", "")))
                if lost is None:
                    raise
                self._dismiss()
                yield left.pop(lost.name), failed(lost, identities[lost.name], error)

    def _cache_of(self, unit: Unit) -> Cache | None:
        """The cache; None for a unit that a clock may end, as then its settings do not tell all."""
        by_clock = unit.watch is not None and unit.watch.moment is not None
        return None if by_clock else self.cache

    def _hear(self, event: Event) -> None:
        """Hand on what a process tells; bars of several at once would hide one another."""
        for observer in self.observers:
            if not (isinstance(observer, Console) and isinstance(event, Progress)):
                observer(event)

    def _collected(self, start: Start) -> Path:
        """Where the rows lie for other processes."""
        if start.saved is not None:
            return start.saved
        place = self._scratch / f"collected-{id(start.collected)}"
        if not place.exists():
            start.collected.save(place)
        return place

    def _can_travel(self, unit: Unit) -> bool:
        """Whether another process can do it, from what can be written down."""
        try:
            check_travels(unit)
            self._collected(unit.start)
        except FivefoldError as error:
            self.note(f"One refit after another, in this process: {error.summary} {error.remedy}")
            return False
        return True
