"""The variants of a pipeline that lack one part each."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.schema import Schema
from fivefold.core.chain import Chain
from fivefold.core.wish import Wish
from fivefold.core.wording import literal, nearest
from fivefold.errors import ConfigError
from fivefold.kinds.known import blocks_of
from fivefold.preprocess.preprocess import Preprocess
from fivefold.study.without import (
    asked_for,
    blocks_of_rows,
    columns_of,
    read_by,
    reads_originals,
    without,
)
from fivefold.tasks.known import task_of
from fivefold.train.options import Options
from fivefold.train.pretrained import Pretrained
from fivefold.train.snapshot import is_estimator, is_module

What = Literal["preprocess", "augment", "transfer", "columns", "blocks", "parts"]
WHAT: tuple[What, ...] = ("preprocess", "augment", "transfer", "columns", "blocks", "parts")
OFF: Mapping[str, Any] = {"scale": "none", "outliers": "keep", "missing_indicator": False}
"""Settings of Preprocess that do something to every number, and how each is left out."""
_DEPENDS = {"scale": "knots", "numeric_missing": "fill_value"}


def _are_groups(value: Any) -> bool:
    """Whether it is lists of names by name."""
    if not isinstance(value, Mapping):
        return False
    listed = [names for names in value.values() if isinstance(names, list | tuple | set)]
    names = [*value, *(name for names in listed for name in names)]
    return len(listed) == len(value) and all(isinstance(name, str) for name in names)


GROUPS = Wish(
    "{} as lists of columns by name",
    _are_groups,
    'Write groups={{"person": ["age", "sex"]}}, with your columns.',
)


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
    listed = what if isinstance(what, Iterable) else (what,)
    asked = WHAT if what is None else (what,) if isinstance(what, str) else tuple(listed)
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
    unread: Callable[[str], None] = lambda name: None,
) -> Iterator[LeftOut]:
    """Each pipeline that lacks one part; those of a blend need no pipeline of their own.

    Args:
        pipeline: the whole one.
        collected: the rows that it collects.
        what: sorts of parts.
        groups: columns to leave out together, by name of the group.
        unread: is told what an estimator does not read, without which it answers the same.

    Raises:
        ConfigError: if a group names a column that is no input.
    """
    if "preprocess" in what:
        yield from _stages(pipeline)
        yield from _settings(pipeline, collected, unread)
    train = pipeline.writers_of(Trained)[-1]
    stage = pipeline[train]
    if isinstance(stage, Options):
        if "augment" in what:
            yield from _augmentations(pipeline, train, stage, collected.schema)
        if "transfer" in what:
            yield from _transfers(pipeline, train, stage)
    gone: set[frozenset[str]] = set()
    columns = columns_of(collected.schema, groups) if "columns" in what else {}
    blocks = blocks_of_rows(collected.schema) if "blocks" in what else {}
    kept = asked_for(stage, collected.schema, groups if columns else {})
    read = read_by(stage, collected.schema)
    for sort, sets in (("columns", columns), ("blocks", blocks)):
        for name, left in sets.items():
            if read.isdisjoint(left):
                unread(name)
            elif kept.isdisjoint(left) and (sort == "columns" or frozenset(left) not in gone):
                yield LeftOut(cast("What", sort), name, without(pipeline, left))
            gone.add(frozenset(left))


def _stages(pipeline: Chain) -> Iterator[LeftOut]:
    """Without each stage that changes what another one wrote."""
    for place, (name, stage) in enumerate(zip(pipeline.names, pipeline.stages, strict=True)):
        wiring = type(stage).wiring
        changes = wiring.writes in [read.key for read in wiring.reads]
        if changes and not stage.completes and wiring.writes.type in (Collected, Preprocessed):
            rest = [*pipeline.stages[:place], *pipeline.stages[place + 1 :]]
            yield LeftOut("preprocess", name, type(pipeline)(rest))


def _settings(
    pipeline: Chain, collected: Collected, unread: Callable[[str], None]
) -> Iterator[LeftOut]:
    """Without what Preprocess does to numbers, and each other setting as it is by default."""
    from fivefold.models.originals import UNREAD

    as_collected = reads_originals(pipeline[pipeline.writers_of(Trained)[-1]])
    for name, stage in zip(pipeline.names, pipeline.stages, strict=True):
        if type(stage) is not Preprocess:
            continue
        kinds = {column.kind for column in collected.schema.inputs}
        given = stage.settings()
        for setting, field in Preprocess.model_fields.items():
            value, default = getattr(stage, setting), field.get_default(call_default_factory=True)
            if setting in OFF:
                changed = OFF[setting]
                applies = value != changed and _does(setting, kinds, collected)
            else:
                changed, applies = default, value != default
            if applies and setting not in _DEPENDS.values():
                words = f"{setting}={literal(value)}"
                if as_collected and (setting in UNREAD or (setting, value) in UNREAD):
                    unread(words)
                    continue
                settings = {**given, setting: changed}
                settings.pop(_DEPENDS.get(setting, ""), None)
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
    """Without each of the random changes that are made, and without all of them.

    Whether changes are made that need many epochs is known to a run only; so they are left out
    together.
    """
    from fivefold.models.habit import SPEECH
    from fivefold.train.augmentation import decide_augment

    blocks = [] if is_estimator(stage.model) else blocks_of(schema)
    always = [b for b in blocks if stage.augment is not None or not b.often]
    made = decide_augment(stage, always, SPEECH if task_of(schema.task).spells else None)
    perhaps = not made and stage.augment is None and bool(decide_augment(stage, blocks))
    for change in made:
        rest = tuple(other for other in made if other != change)
        yield LeftOut("augment", change, pipeline.replace(train, augment=rest))
    if len(made) > 1 or perhaps:
        yield LeftOut("augment", "all of it", pipeline.replace(train, augment=()))


def _transfers(pipeline: Chain, train: str, stage: Options) -> Iterator[LeftOut]:
    """With weights that were drawn anew, and with all weights learning."""
    if isinstance(stage.model, Pretrained) and not stage.model.random:
        ways = {"weights as given": stage.model.having(random=True, freeze=False, thaw=None)}
        if stage.model.freeze:
            ways["freeze=True"] = stage.model.having(freeze=False)
        for words, model in ways.items():
            yield LeftOut("transfer", words, pipeline.replace(train, model=model))
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


def redrawn(module: Any, seed: int) -> tuple[Any, str]:
    """A copy of a module with weights as if it had been made now.

    Args:
        module: of torch.
        seed: of what is drawn.

    Returns:
        The copy, and the class of a layer that cannot draw its weights; empty if all can.
    """
    import torch

    fresh = copy.deepcopy(module)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for layer in fresh.modules():
            draw = getattr(layer, "reset_parameters", None)
            if callable(draw):
                draw()
            elif layer._parameters:
                return fresh, type(layer).__name__
    return fresh, ""
