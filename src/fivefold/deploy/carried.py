"""A model as the bytes of a bundle, that a pickle may carry; and what answers from them."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.deploy.package import pack_weights, package
from fivefold.deploy.replayed import draw_examples
from fivefold.explaining import background_of
from fivefold.requested import requested
from fivefold.serve.archive import pack
from fivefold.serve.bundle import Bundle, open_bundle
from fivefold.serve.opened import Scores
from fivefold.serve.predictor import Predictor, load

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec


def answering(collected: Collected, data: Preprocessed, trained: Trained) -> Predictor:
    """What answers in this process as a bundle would, by the network itself."""
    from fivefold.models.score import score

    return Predictor(
        bundle=Bundle(path=Path(), digest="", manifest={}, entries={}),
        codec=data.codec,
        contract=requested(collected, data).contract,
        scores=partial(score, trained.model),
    )


def pack_bundle(
    collected: Collected, data: Preprocessed, trained: Trained, *, recipe: str
) -> bytes:
    """A bundle with the graph, and with weights that say which network they are of.

    Args:
        collected: the table and its schema.
        data: encoded rows.
        trained: the model.
        recipe: the pipeline as JSON text.

    Raises:
        ModelError: if the network does not export.
    """
    from fivefold.deploy.export import EXAMPLES, export_onnx
    from fivefold.report.card import card

    network, asked = trained.model, requested(collected, data)
    few = {name: values[:EXAMPLES] for name, values in data.train.inputs.items()}
    entries = package(
        codec=data.codec,
        changes=asked.changes,
        contract=asked.contract,
        weights=pack_weights(network),
        graphs={"model.onnx": export_onnx(network, few)},
        background=background_of(asked, data.train.index, collected.findings),
        parity=draw_examples(asked, data.codec, trained, 0)[0],
        recipe=recipe,
        card=card(collected=collected, preprocessed=data, trained=trained),
    )
    return b"".join(pack(entries))


def unpack_bundle(content: bytes) -> Predictor:
    """What answers from the bytes that `pack_bundle` gave.

    A built-in network does, to the bits of the process that it was trained in; the graph of
    another one, whose class is not in a bundle.
    """
    from fivefold.deploy.factory import scores_of
    from fivefold.models.assemble import KEY, Assembled

    weights = bytes(open_bundle(content)["weights.safetensors"])
    header = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
    described = header.get("__metadata__", {}).get(KEY)
    if described is None:
        return load(content)

    def make(codec: "Codec", weights: bytes) -> Scores:
        return scores_of(Assembled.from_description(json.loads(described)), weights)

    return load(content, factory=make)
