"""Tensors that were learnt elsewhere, read, and what they are of."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import Tensor

from fivefold.errors import ModelError
from fivefold.kinds.codec import Codec
from fivefold.models.assemble import KEY
from fivefold.models.networks import NETWORKS
from fivefold.reading.weightfiles import Found
from fivefold.serve.bundle import open_bundle
from fivefold.serve.predictor import codec_of
from fivefold.train.pretrained import Pretrained


class Weights(NamedTuple):
    """Weights that were read.

    Attributes:
        tensors: by the names that the body has for them.
        codec: by which rows were encoded that they were learnt from; None where there was none.
        model: what `make_network` makes the body from.
        arguments: of a built-in one.
        exact: whether all tensors must find their place, and all places their tensor.
    """

    tensors: Mapping[str, Tensor]
    codec: Codec | None
    model: Any
    arguments: Mapping[str, Any]
    exact: bool = False


def read_weights(asked: Pretrained, found: Found) -> Weights:
    """The tensors of a source, and what they are of.

    Raises:
        ModelError: if it holds no network that can be made again.
        BundleError: if it is a bundle that is damaged.
    """
    if found.form == "bundle":
        return _of_bundle(asked, found)
    return _of_tensors(asked, found)


def _of_bundle(asked: Pretrained, found: Found) -> Weights:
    from safetensors.torch import load

    bundle = open_bundle(found.path)
    content = bytes(bundle["weights.safetensors"])
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    described = header.get("__metadata__", {}).get(KEY)
    if described is None:
        said = "that of a module of one's own, or of an older fivefold"
        remedy = "Deploy it again with this fivefold; of a module of your own take its tensors "
        remedy += "out of weights.safetensors, and pass `into`."
        raise unfit(asked, "the description of a built-in network", said, remedy)
    body = json.loads(described)["body"]
    name = str(body["name"])
    core = body["arguments"].get("network")
    if name not in NETWORKS or (name in ("blend",) and core is None):
        remedy = "Begin with the bundle of a network."
        raise unfit(asked, "a network that has learnt by steps", name, remedy)
    tensors = {
        name.removeprefix("body."): tensor
        for name, tensor in load(content).items()
        if name.startswith("body.")
    }
    own = (core or body)["arguments"]
    arguments = {k: own[k] for k in ("members", "width") if NETWORKS[name].many and k in own}
    return Weights(tensors, codec_of(bundle), name, arguments)


def _of_tensors(asked: Pretrained, found: Found) -> Weights:
    from safetensors.torch import load_file

    tensors = load_file(found.path)
    return Weights(tensors, None, asked.into, {}, exact=True)


def unfit(asked: Pretrained, wanted: str, found: str, remedy: str) -> ModelError:
    """The error of weights that are not for what they were asked for."""
    return ModelError.expected(f"Pretrained: {asked.source}", wanted, found, remedy)
