"""Scoring functions for bundles that hold weights and no graph."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from safetensors.torch import load as load_tensors

from fivefold.deploy.package import HEAD
from fivefold.models.assemble import Assembled, assemble
from fivefold.models.heads import head_from
from fivefold.models.score import score
from fivefold.serve.opened import Factory, Scores


def torch_factory(body: Callable[..., Any]) -> Factory:
    """What `load(path, factory=...)` needs for a bundle of `Deploy(format="torch")`.

    Args:
        body: the module, or the function of `inputs` and `outputs` that makes it, as it was given
            to Train. Nothing of it is in the bundle: it is your own code that runs.

    Example:
        >>> model = load("net.ff", factory=torch_factory(Net))  # doctest: +SKIP
    """
    return lambda codec, weights: scores_of(assemble(codec, body), weights)


def scores_of(model: Assembled, weights: bytes) -> Scores:
    """The scoring function of a network with these weights, on the CPU.

    Args:
        model: of the same structure; it is changed.
        weights: safetensors.
    """
    about = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
    written = about.get("__metadata__", {}).get(HEAD)  # bundles of 0.1.0 have none
    if written is not None:
        model.head = head_from(json.loads(written))
    model.load_state_dict(load_tensors(weights))
    model.cpu().eval()
    return partial(score, model, device="cpu")
