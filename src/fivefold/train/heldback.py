"""Validation rows that are held back, for what is decided by them later."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from fivefold.codecs.rows import DIVIDED_FROM
from fivefold.core.stage import Stage

if TYPE_CHECKING:
    from fivefold.artifacts import Preprocessed
    from fivefold.train.options import Options

HELD = ("hold_back", "hold_half")
"""Settings of stages that train; the second holds back the half of few validation rows too."""

S = TypeVar("S", bound="Options")


def held_back(stage: S, data: "Preprocessed") -> "tuple[S, Preprocessed]":
    """The stage and the rows that it learns from and stops by, which are all that it sees.

    Of fewer than 1,000 validation rows all stop the training of a network, or their half, and
    nothing learns from them: what would (a linear model beside it, an estimator) does without.

    Args:
        stage: that holds back.
        data: encoded rows.
    """
    from fivefold.train.snapshot import is_estimator

    valid, free = data.valid, stage.replace(hold_back=False, hold_half=False)
    if len(valid) >= DIVIDED_FROM:
        return free, data.replace(valid=valid.divided()[0])
    if is_estimator(stage.model):
        return free, data.replace(valid=valid.take(slice(0)))
    stopping = valid.divided(always=stage.hold_half)[0]
    return free.replace(all_rows=False), data.replace(valid=stopping)


def holding_back(stages: Iterable[Any]) -> list[Any]:
    """The same stages, those that train told to hold rows back if a later one decides by them."""
    found = list(stages)
    last = max((n for n, one in enumerate(found) if _wanted(one)), default=0)
    wanted = {name: True for one in found for name in _wanted(one)}
    for place, stage in enumerate(found[:last]):
        trains = isinstance(stage, Stage) and "hold_back" in type(stage).model_fields
        if trains and not all(getattr(stage, name) for name in wanted):
            found[place] = stage.replace(**wanted)
    return found


def _wanted(stage: Any) -> tuple[str, ...]:
    """The settings that a later stage needs of those that train."""
    decides = getattr(stage, "decides", False) if isinstance(stage, Stage) else False
    return HELD if decides == "half" else HELD[:1] if decides else ()
