"""Validation rows that are held back, for what is decided by them later."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from fivefold.core.stage import Stage

if TYPE_CHECKING:
    from fivefold.artifacts import Preprocessed
    from fivefold.train.options import Options

S = TypeVar("S", bound="Options")


def held_back(stage: S, data: "Preprocessed") -> "tuple[S, Preprocessed]":
    """The stage and the rows that it learns from and stops by, which are all that it sees.

    Of fewer than 1,000 validation rows all stop the training of a network, and nothing learns from
    them: what would (a linear model beside it, an estimator) does without.

    Args:
        stage: that holds back.
        data: encoded rows.
    """
    from fivefold.train.snapshot import is_estimator

    stopping, deciding = data.valid.divided()
    free = stage.replace(hold_back=False)
    if len(stopping) + len(deciding) == len(data.valid):
        return free, data.replace(valid=stopping)
    if is_estimator(stage.model):
        return free, data.replace(valid=data.valid.take(slice(0)))
    return free.replace(all_rows=False), data


def holding_back(stages: Iterable[Any]) -> list[Any]:
    """The same stages, those that train told to hold rows back if a later one decides by them."""
    found = list(stages)
    last = max((n for n, one in enumerate(found) if _decides(one)), default=0)
    for place, stage in enumerate(found[:last]):
        trains = isinstance(stage, Stage) and "hold_back" in type(stage).model_fields
        if trains and not stage.hold_back:
            found[place] = stage.replace(hold_back=True)
    return found


def _decides(stage: Any) -> bool:
    return isinstance(stage, Stage) and bool(getattr(stage, "decides", False))
