"""What is searched: a pipeline whose settings, or whole stages, are to be chosen."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fivefold.artifacts import Trained
from fivefold.core.chain import Chain
from fivefold.core.content import content_of
from fivefold.core.faults import raise_all
from fivefold.core.own_code import own_objects
from fivefold.core.parameters import has_parameters, parameters_of, with_parameters
from fivefold.core.recipe import write_recipe
from fivefold.core.space import OneOf, Space, holds_space
from fivefold.core.stage import Stage
from fivefold.core.values import notes, write_value
from fivefold.core.wording import brief
from fivefold.errors import ConfigError, FivefoldError, WiringError
from fivefold.study.address import WHO, fault_of, put_space

Ask = Callable[[str, Space], Any]
"""Chooses: called with an address and the space there, it gives a number, or the place of an
option."""


@dataclass(frozen=True)
class Search:
    """A pipeline with spaces in it.

    Attributes:
        pipeline: spaces stand in settings of its stages.
        stages: whole stages to choose from, by the name of the one in whose place they stand.
    """

    pipeline: Chain
    stages: Mapping[str, OneOf]

    @classmethod
    def of(cls, pipeline: Chain, space: Mapping[str, Any] | None) -> "Search":
        """A pipeline with the spaces that it has, and those that are given by address.

        Args:
            pipeline: may hold spaces itself.
            space: by `stage.setting`, `stage.setting.parameter` for one of an estimator's; by
                `stage` a choice of stages, or of dicts of settings.

        Raises:
            ConfigError: if something does not fit; `PreflightError` with all faults, if several.
        """
        faults: list[FivefoldError] = []
        settings: dict[str, dict[str, Any]] = {}
        stages: dict[str, OneOf] = {}
        for address, value in (space or {}).items():
            name, _, setting = str(address).partition(".")
            fault = fault_of(pipeline, str(address), name, value)
            if fault is not None:
                faults.append(fault)
            elif setting:
                fault = put_space(
                    settings.setdefault(name, {}), pipeline[name], str(address), value
                )
                faults += [fault] if fault is not None else []
            else:
                stages[name] = _whole(pipeline, name, value, faults)
        for name, changes in filter(lambda pair: pair[1], settings.items()):
            if name in stages:
                remedy = f"Put the spaces of `{name}` into its options."
                found = f"`{name}` and `{name}.{next(iter(changes))}`"
                faults.append(ConfigError.expected(WHO, "stages or their settings", found, remedy))
                continue
            try:
                pipeline = pipeline.replace(name, **changes)
            except FivefoldError as error:
                faults.append(error)
        faults += _vain(pipeline, stages)
        raise_all(faults)
        search = cls(pipeline, stages)
        if not any(True for _ in search.spaces()):
            remedy = 'Write ff.tune(pipeline, {"train.lr": ff.log_uniform(1e-4, 1e-1)}).'
            raise ConfigError.expected(WHO, "settings to choose", "none", remedy)
        return search

    def settle(self, ask: Ask) -> tuple[Chain, dict[str, Any]]:
        """The pipeline with everything chosen, and what was, by address.

        Raises:
            ConfigError: if settings that were chosen do not go together.
            WiringError: if a stage does not fit.
        """
        chosen: dict[str, Any] = {}

        def settled(value: Any, at: str) -> Any:
            if isinstance(value, OneOf):
                place = ask(at, value)
                chosen[at] = None  # its place is before those of what is in it
                chosen[at] = settled(value.options[place], f"{at}[{place}]")
                return chosen[at]
            if isinstance(value, Space):
                chosen[at] = ask(at, value)
                return chosen[at]
            if isinstance(value, Stage):
                changes = {
                    name: settled(inner, f"{at}.{name}")
                    for name, inner in value.settings().items()
                    if holds_space(inner)
                }
                return value.replace(**changes) if changes else value
            if not holds_space(value):
                return value
            if has_parameters(value):
                changes = {
                    name: settled(inner, f"{at}.{name}")
                    for name, inner in parameters_of(value).items()
                    if holds_space(inner)
                }
                return with_parameters(value, changes)
            if isinstance(value, Mapping):
                return {name: settled(inner, f"{at}[{name}]") for name, inner in value.items()}
            return type(value)(settled(inner, f"{at}[{n}]") for n, inner in enumerate(value))

        pipeline = self.pipeline
        for name, stage in zip(pipeline.names, pipeline.stages, strict=True):
            new = settled(self.stages.get(name, stage), name)
            if new is not stage:
                pipeline = pipeline.replace(name, new)
        return pipeline, chosen

    def corners(self) -> Iterator[Chain]:
        """The pipeline with the first end of each space, then with another end of one of them."""
        changed: dict[str, Any] = {}

        def ask(at: str, space: Space) -> Any:
            ends = range(len(space.options)) if isinstance(space, OneOf) else [*space.ends()]
            return ends[changed.get(at, 0)]

        yield self.settle(ask)[0]
        for at, space in self.spaces():
            for place in range(1, len([*space.arguments])):
                changed = {at: place}
                with suppress(ConfigError, WiringError):
                    yield self.settle(ask)[0]

    def spaces(self) -> Iterator[tuple[str, Space]]:
        """All that may be asked, by address, those within options too."""
        for name, stage in zip(self.pipeline.names, self.pipeline.stages, strict=True):
            yield from _spaces(self.stages.get(name, stage), name)

    @cached_property
    def options(self) -> dict[str, list[Any]]:
        """By address what `told_options` says of each choice."""
        spaces = self.spaces()
        return {at: told_options(one, at) for at, one in spaces if isinstance(one, OneOf)}

    def identity(self) -> dict[str, Any]:
        """The spaces as JSON values, by address; what units hold of them they say themselves."""
        return {
            at: options_of(space, at) if isinstance(space, OneOf) else repr(space)
            for at, space in self.spaces()
        }


def _spaces(value: Any, at: str) -> Iterator[tuple[str, Space]]:
    if isinstance(value, Space):
        yield at, value
    if isinstance(value, OneOf):
        for place, option in enumerate(value.options):
            yield from _spaces(option, f"{at}[{place}]")
    elif isinstance(value, Stage):
        for name, inner in value.settings().items():
            yield from _spaces(inner, f"{at}.{name}")
    elif has_parameters(value):
        for name, inner in parameters_of(value).items():
            yield from _spaces(inner, f"{at}.{name}")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _spaces(inner, f"{at}[{name}]")
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _spaces(inner, f"{at}[{place}]")


def options_of(space: OneOf, at: str) -> list[Any]:
    """The options at an address as JSON has them; a stage is its recipe."""
    return [
        json.loads(write_recipe([option], strict=False))["stages"][0]
        if isinstance(option, Stage)
        else write_value(option, Any, at, strict=False)
        for option in space.options
    ]


def told_options(space: OneOf, at: str) -> list[Any]:
    """The options as JSON has them, no two alike: with a digest of what it knows by name alone.

    That is `{"option": written, "sha256": digest}`; None for the digest of what has none.
    """
    found = []
    for option, written in zip(space.options, options_of(space, at), strict=True):
        held = option.settings() if isinstance(option, Stage) else option
        named = any("sha256" not in note for note in notes(written)) or any(own_objects(held))
        if named:
            digest = content_of(held)
            written = {"option": written, "sha256": digest if isinstance(digest, str) else None}
        found.append(written)
    return found


def has_no_digest(written: Any) -> bool:
    """Whether a told option is known by its name alone."""
    return isinstance(written, dict) and written.get("sha256", "") is None


def _vain(pipeline: Chain, stages: Mapping[str, OneOf]) -> list[FivefoldError]:
    """Spaces in stages that no trial runs, as they come after what trains."""
    trains = pipeline.writers_of(Trained)
    place = pipeline.names.index(trains[-1]) + 1 if trains else len(pipeline)
    later = zip(pipeline.names[place:], pipeline.stages[place:], strict=True)
    found = [at for n, stage in later for at, _ in _spaces(stages.get(n, stage), n)]
    remedy = "Leave it out: trials end with what trains."
    wanted = "spaces that trials depend on"
    return [ConfigError.expected(WHO, wanted, repr(at), remedy) for at in found if "[" not in at]


def _whole(pipeline: Chain, name: str, value: OneOf, faults: list[FivefoldError]) -> OneOf:
    """A choice of stages in the place of one; dicts are settings of that one."""
    options: list[Any] = []
    for option in value.options:
        try:
            if isinstance(option, Mapping):
                option = pipeline[name].replace(**option)
            elif not isinstance(option, Stage):
                remedy = "Give stages, or dicts of settings."
                raise ConfigError.expected(WHO, f"stages for {name!r}", brief(option), remedy)
            pipeline.replace(name, option)
            options.append(option)
        except FivefoldError as error:
            faults.append(error)
    return value.having(tuple(options))
