"""Validation rows that are held back, for what is decided by them later."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from fivefold.codecs.rows import DIVIDED_FROM
from fivefold.core.stage import Stage

if TYPE_CHECKING:
    from fivefold.artifacts import Preprocessed
    from fivefold.codecs.rows import Rows
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
    free = stage.replace(hold_back=False, hold_half=False)
    half = stage.hold_half or (_learns_all(stage) and stage.calibrate is not None)
    return _apart(free, data, half=half)[:2]


def kept_to_calibrate(stage: S, data: "Preprocessed") -> "tuple[S, Preprocessed, Rows]":
    """The same for the map of probabilities, and the rows that it is fitted by.

    These are the half of 1,000 validation rows; of fewer the half for a map in pieces, and all for
    one number, which stop the training of a network too. An estimator learns from none of them.
    """
    free = stage.replace(calibrate=None)
    return _apart(free, data, half=stage.calibrate == "isotonic" and not _learns_all(stage))


def _apart(stage: S, data: "Preprocessed", *, half: bool) -> "tuple[S, Preprocessed, Rows]":
    """The stage, the rows that it sees, and those that something is decided by."""
    valid = data.valid
    if len(valid) >= DIVIDED_FROM:
        stopping, kept = valid.divided()
        return stage, data.replace(valid=stopping), kept
    stopping, kept = valid.divided(always=half)
    if _learns_all(stage):
        stopping = stopping if half else valid.take(slice(0))
        return stage, data.replace(valid=stopping), kept
    return stage.replace(all_rows=False), data.replace(valid=stopping), kept


def _learns_all(stage: "Options") -> bool:
    """Whether it learns from all rows that it sees, as it stops by none."""
    from fivefold.train.snapshot import is_estimator

    return is_estimator(stage.model)


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
