"""Stages in a row, wired and checked when built."""

import html
from collections.abc import Iterable, Iterator
from operator import index
from pathlib import Path
from typing import Any, Self, overload

from fivefold.core.artifact import Artifact
from fivefold.core.cache import Cache
from fivefold.core.context import Context, Given
from fivefold.core.events import Observer
from fivefold.core.execution import Execution
from fivefold.core.key import Key, defined_again
from fivefold.core.own import check_not_loading
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.core.run import check_resumable, execute, preflight
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wiring import check, left_open, listing, missing_from, place, position_of
from fivefold.errors import RecipeError, WiringError


class Chain:
    """Stages in a row; `fivefold.Pipeline` adds the result, the progress and the leak probe.

    Args:
        stages: in the order in which they run.
        given: classes of artifacts that a run is handed from outside, for a chain that does not
            begin with its source; labelled ones as `Annotated[Trained, "teacher"]`. Slices fill
            it by themselves.

    Raises:
        WiringError: if the stages do not fit together, with all faults at once.
    """

    def __init__(self, stages: Iterable[Stage], *, given: Iterable[Any] = ()) -> None:
        self._given = tuple(dict.fromkeys(map(Key.at, given)))
        self._steps = place(stages)
        check(self._steps, self._given)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in order."""
        return tuple(step.stage for step in self._steps)

    @property
    def names(self) -> tuple[str, ...]:
        """The stages' names in order: `train`, or `train-2` for a second one."""
        return tuple(step.name for step in self._steps)

    def writers_of(self, kind: type[Artifact]) -> tuple[str, ...]:
        """Names of the stages that write artifacts of this class, unlabelled ones, in order.

        The first makes them, those after it change them.
        """
        writers = [step for step in self._steps if step.signature.writes == Key(kind)]
        return tuple(step.name for step in writers)

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    @overload
    def __getitem__(self, address: str | int) -> Stage: ...
    @overload
    def __getitem__(self, address: slice) -> Self: ...
    def __getitem__(self, address: str | int | slice) -> Any:
        if isinstance(address, str):
            return self._steps[position_of(address, self._steps)].stage
        if not isinstance(address, slice):
            return self.stages[index(address)]
        if address.step not in (None, 1):
            raise WiringError.expected(
                "Pipeline", "consecutive stages", f"every {address.step}th", "Slice without a step."
            )
        ends = (address.start, address.stop)
        start, stop = (
            position_of(end, self._steps) if isinstance(end, str) else end for end in ends
        )
        kept = slice(start, stop)
        earlier = self._steps[: kept.indices(len(self))[0]]
        written = [step.signature.writes for step in earlier]
        derived = [r.key for s in earlier for r in s.signature.reads if r.key.type.derivation]
        return type(self)(self.stages[kept], given=[*self._given, *written, *derived])

    def _ipython_key_completions_(self) -> list[str]:
        return [*self.names]

    def __add__(self, more: "Stage | Iterable[Stage]") -> Self:
        added = [more] if isinstance(more, Stage) else [*more]
        return type(self)([*self.stages, *added], given=self._given)

    def replace(self, name: str, stage: Stage | None = None, /, **changes: Any) -> Self:
        """The same pipeline with one stage exchanged, or its settings changed.

        Args:
            name: of the stage, `train`.
            stage: takes its place.
            changes: settings to change instead.

        Raises:
            WiringError: if there is no such stage, or the new one does not fit.
            ConfigError: if a changed setting is wrong.
        """
        position = position_of(name, self._steps)
        if (stage is None) == (not changes):
            raise WiringError(
                "Pipeline.replace: expected a stage or changed settings, found "
                + ("neither." if stage is None else "both."),
                remedy=f"Write replace({name!r}, Stage(...)) or replace({name!r}, setting=...).",
            )
        stages = list(self.stages)
        stages[position] = stage if stage is not None else stages[position].replace(**changes)
        return type(self)(stages, given=self._given)

    def describe(self) -> str:
        """What each stage reads and writes, and its settings, as text."""
        settings = "\n".join(f"  {step.number}  {step.stage!r}" for step in self._steps)
        return f"{listing(self._steps)}\n\n{settings}"

    def to_json(self) -> str:
        """The pipeline as a recipe.

        Raises:
            RecipeError: if a setting is a frame, a module or a function, or if the pipeline is a
                slice that needs artifacts from outside.
        """
        if self._given:
            names = ", ".join(map(str, self._given))
            raise RecipeError(
                f"Recipe: expected a pipeline from its source on, found one given {names}.",
                remedy="Write the recipe of the whole pipeline.",
            )
        return write_recipe(self.stages)

    @classmethod
    def from_json(cls, text: str, *, stages: Iterable[type[Stage]] = ()) -> Self:
        """The pipeline that a recipe describes.

        Args:
            text: JSON text, from `to_json`.
            stages: stage classes of your own that it names.

        Raises:
            RecipeError: if the text is no recipe or names an unknown stage.
        """
        return cls(read_recipe(text, stages))

    def execute(
        self,
        *,
        seed: int = 0,
        device: str = "auto",
        directory: Path | None = None,
        resume: bool = False,
        until: str | None = None,
        given: Given = (),
        observers: Iterable[Observer] = (),
        cache: Cache | None = None,
    ) -> Execution:
        """Run the stages as `Pipeline.run` does, and keep what it takes to run parts of them again.

        Raises:
            WiringError: if an artifact that should be given is not.
            ResumeError: if the directory holds another run.
            PreflightError: if faults were found before the work.
        """
        check_not_loading()
        stop = None if until is None else position_of(until, self._steps) + 1
        context = self._handed(given, stop)
        if resume:
            check_resumable(directory, context)
        session = Session(
            seed=seed,
            device=device,
            directory=directory,
            recipe=write_recipe(self.stages, strict=False),
            observers=tuple(observers),
            resume=resume,
            cache=cache,
            left_open=left_open(self._steps),
        )
        return execute(self._steps, context, session, until=stop)

    def preflight(self, *, device: str = "auto") -> None:
        """Ask every stage what is wrong before any work; reads no data and imports no torch.

        Raises:
            PreflightError: with all faults at once.
        """
        session = Session(device=device, left_open=left_open(self._steps))
        preflight(self._steps, Context(), session)

    def _handed(self, given: Given, stop: int | None) -> Context:
        """Of what the caller gives, that which the stages read from outside.

        Raises:
            WiringError: if something they read is lacking, or a loose artifact is not read.
        """
        context = Context.of(given)
        written = {step.signature.writes for step in self._steps}
        read = {read.key for step in self._steps for read in step.signature.reads}
        wanted = {*self._given, *(read - written)} - {Key(Session)}
        unread = [] if isinstance(given, Context) else [key for key in context if key not in wanted]
        if unread:
            again = [wish for wish in wanted if defined_again(wish, unread)]
            raise WiringError(
                f"Pipeline: expected artifacts that its stages read from outside, "
                f"found {', '.join(map(str, unread))}.",
                remedy=f"Make {again[0]} again: its class was defined again since."
                if again
                else "Leave them out, or slice the pipeline after the stage that writes them.",
                unread=tuple(unread),
            )
        missing = missing_from(self._steps[:stop], context, self._given)
        if missing:
            names = ", ".join(map(str, missing))
            raise WiringError(
                f"Pipeline: expected {names} to be given, as its first stage is "
                f"{self._steps[0].title}.",
                remedy="Call run(given=result) with a result that holds them.",
                missing=tuple(map(str, missing)),
            )
        return context.only(key for key in context if key in wanted)

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self.stages))}])"

    def _repr_html_(self) -> str:
        left = 'style="text-align:left;padding-right:1em"'  # a notebook's own style sets it right
        rows = ""
        for step in self._steps:
            told = (step.reads, str(step.signature.writes))
            words = [str(step.number), f"<b>{html.escape(step.title)}</b>", *map(html.escape, told)]
            words.append(f"<code>{html.escape(repr(step.stage))}</code>")
            rows += f"<tr>{''.join(f'<td {left}>{word}</td>' for word in words)}</tr>"
        names = ("", "stage", "reads", "writes", "settings")
        head = "".join(f"<th {left}>{name}</th>" for name in names)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f'<div style="overflow-x:auto">{table}</div>'
