"""The variants of a pipeline that lack one part each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.schema import Schema
from fivefold.core.chain import Chain
from fivefold.core.key import Key
from fivefold.core.wording import literal, nearest
from fivefold.errors import ConfigError
from fivefold.preprocess.preprocess import Preprocess
from fivefold.study.redrawn import redrawn
from fivefold.study.without import Without
from fivefold.train.misfits import blocks_of
from fivefold.train.options import Options
from fivefold.train.snapshot import is_estimator, is_module

What = Literal["preprocess", "augment", "transfer", "columns", "parts"]
WHAT: tuple[What, ...] = ("preprocess", "augment", "transfer", "columns", "parts")
OFF: Mapping[str, Any] = {"scale": "none", "outliers": "keep", "missing_indicator": False}
"""Settings of Preprocess that do something to every number, and how each is left out."""
_DEPENDS = {"scale": "knots", "numeric_missing": "fill_value"}


class LeftOut(NamedTuple):
    """A pipeline that lacks something.

    Args:
        what: the sort of part.
        name: of what is left out, in words.
        pipeline: without it.
    """

    what: What
    name: str
    pipeline: Chain


def check_what(what: Any) -> tuple[What, ...]:
    """The sorts of parts that are asked for; all if None.

    Raises:
        ConfigError: if there is none of that name.
    """
    asked = WHAT if what is None else (what,) if isinstance(what, str) else tuple(what)
    for name in asked:
        if name not in WHAT:
            near = nearest(str(name), WHAT)
            remedy = f"Write {near!r}." if near else "Leave it out for all that apply."
            raise ConfigError.expected("ablate", f"some of {', '.join(WHAT)}", repr(name), remedy)
    return cast("tuple[What, ...]", asked)


def variants_without(
    pipeline: Chain,
    collected: Collected,
    what: Sequence[What],
    groups: Mapping[str, Sequence[str]],
) -> Iterator[LeftOut]:
    """Each pipeline that lacks one part; those of a blend need no pipeline of their own.

    Args:
        pipeline: the whole one.
        collected: the rows that it collects.
        what: sorts of parts.
        groups: columns to leave out together, by name of the group.

    Raises:
        ConfigError: if a group names a column that is no input.
    """
    if "preprocess" in what:
        yield from _stages(pipeline)
        yield from _settings(pipeline, collected)
    train = _named(pipeline, Trained)
    stage = pipeline[train] if train else None
    if isinstance(stage, Options):
        if "augment" in what:
            yield from _augmentations(pipeline, train, stage, collected.schema)
        if "transfer" in what:
            yield from _transfers(pipeline, train, stage)
    if "columns" in what:
        yield from _columns(pipeline, collected.schema, groups)


def _named(pipeline: Chain, kind: type) -> str:
    """The name of the last stage that writes an artifact; empty if none does."""
    pairs = zip(pipeline.names, pipeline.stages, strict=True)
    names = [name for name, stage in pairs if type(stage).wiring.writes == Key(kind)]
    return names[-1] if names else ""


def _stages(pipeline: Chain) -> Iterator[LeftOut]:
    """Without each stage that changes what another one wrote."""
    for place, (name, stage) in enumerate(zip(pipeline.names, pipeline.stages, strict=True)):
        wiring = type(stage).wiring
        changes = wiring.writes in [read.key for read in wiring.reads]
        if changes and wiring.writes.type in (Collected, Preprocessed):
            rest = [*pipeline.stages[:place], *pipeline.stages[place + 1 :]]
            yield LeftOut("preprocess", name, type(pipeline)(rest))


def _settings(pipeline: Chain, collected: Collected) -> Iterator[LeftOut]:
    """Without what Preprocess does to numbers, and each other setting as it is by default."""
    for name, stage in zip(pipeline.names, pipeline.stages, strict=True):
        if type(stage) is not Preprocess:
            continue
        kinds = {column.kind for column in collected.schema.inputs}
        given = stage.settings()
        for setting, field in Preprocess.model_fields.items():
            value, default = getattr(stage, setting), field.default
            if setting in OFF:
                changed = OFF[setting]
                applies = value != changed and _does(setting, kinds, collected)
            else:
                changed, applies = default, value != default
            if applies and setting not in _DEPENDS.values():
                settings = {**given, setting: changed}
                settings.pop(_DEPENDS.get(setting, ""), None)
                words = f"{setting}={literal(value)}"
                yield LeftOut("preprocess", words, pipeline.replace(name, Preprocess(**settings)))


def _does(setting: str, kinds: set[str], collected: Collected) -> bool:
    """Whether a setting does anything to these columns."""
    from fivefold.kinds.known import kind_of

    touched = [kind for kind in kinds if kind_of(kind).is_changed_by(setting)]
    if setting != "missing_indicator":
        return bool(touched)
    for column in collected.schema.inputs:
        if column.kind in touched:
            values = collected.table.column(column.name)
            if (values != values).any():  # NaN differs from itself
                return True
    return False


def _augmentations(
    pipeline: Chain, train: str, stage: Options, schema: Schema
) -> Iterator[LeftOut]:
    """Without each of the random changes that are made, and without all of them."""
    from fivefold.train.augmentation import decide_augment

    made = () if is_estimator(stage.model) else decide_augment(stage, blocks_of(schema))
    for change in made:
        rest = tuple(other for other in made if other != change)
        yield LeftOut("augment", change, pipeline.replace(train, augment=rest))
    if len(made) > 1:
        yield LeftOut("augment", "all of it", pipeline.replace(train, augment=()))


def _transfers(pipeline: Chain, train: str, stage: Options) -> Iterator[LeftOut]:
    """With weights that were drawn anew, and with all weights learning."""
    if is_module(stage.model) and not is_estimator(stage.model):
        fresh, stuck = redrawn(stage.model, 0)
        if not stuck:
            settings = {**stage.settings(), "model": fresh}
            settings.pop("freeze", None)
            yield LeftOut(
                "transfer", "weights as given", pipeline.replace(train, type(stage)(**settings))
            )
    if stage.freeze:
        yield LeftOut("transfer", "freeze", pipeline.replace(train, freeze=()))


def _columns(
    pipeline: Chain, schema: Schema, groups: Mapping[str, Sequence[str]]
) -> Iterator[LeftOut]:
    """Without each column, without those of a kind, and without those of a group."""
    names = [column.name for column in schema.inputs]
    for group, columns in groups.items():
        for name in columns:
            if name not in names:
                near = nearest(name, names)
                remedy = f"Write {near!r}." if near else "Name columns that the model reads."
                who = f"ablate, group {group!r}"
                raise ConfigError.expected(who, "input columns", repr(name), remedy)
    kinds: dict[str, list[str]] = {}
    for column in schema.inputs:
        kinds.setdefault(column.kind, []).append(column.name)
    together = {f"all {kind} columns": of for kind, of in kinds.items() if len(of) > 1}
    for name, left in ({n: [n] for n in names} | together | dict(groups)).items():
        if len(left) < len(names):
            yield LeftOut("columns", name, _without(pipeline, left))


def _without(pipeline: Chain, columns: Sequence[str]) -> Chain:
    place = pipeline.names.index(_named(pipeline, Preprocessed))
    first = [type(stage).wiring.writes == Key(Preprocessed) for stage in pipeline.stages]
    place = first.index(True) if True in first else place
    stages = [*pipeline.stages]
    stages.insert(place, Without(columns=tuple(columns)))
    return type(pipeline)(stages)
