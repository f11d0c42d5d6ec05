"""A module as it would be without what it has learnt."""

import copy
from typing import Any


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
