"""What a network was tried on: the run that follows a rehearsal does not try it again."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary, ref

import torch

from fivefold.artifacts import Preprocessed
from fivefold.models.learner import Piece
from fivefold.train.census import Census
from fivefold.train.options import Options


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A network that keeps the contract.

    Attributes:
        sample: rows that went through it.
        census: the work of a step; None on a GPU.
    """

    sample: Piece
    census: Census | None


_REHEARSED = WeakKeyDictionary[
    Preprocessed, tuple["ref[Options]", tuple[torch.device, int], Trial]
]()


def remember(stage: Options, data: Preprocessed, trial: Trial, *of: torch.device | int) -> None:
    """Keep the trial of a rehearsal for the run on the same rows, device and seed."""
    _REHEARSED[data] = (ref(stage), of, trial)  # type: ignore[assignment]


def recall(stage: Options, data: Preprocessed, *of: torch.device | int) -> Trial | None:
    """The trial of the rehearsal that came before, once; None if there was none."""
    kept, of_kept, trial = _REHEARSED.pop(data, (lambda: None, (), None))
    return trial if kept() is stage and of_kept == of else None
