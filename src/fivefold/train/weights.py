"""Tensors that were learnt elsewhere, read, and what they are of."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from fivefold.errors import ModelError
from fivefold.kinds.codec import Codec
from fivefold.models.assemble import KEY
from fivefold.models.encoder import FAMILY, Encoder, encoder_arguments, encoder_tensors
from fivefold.models.grouped import NORM
from fivefold.models.networks import NETWORKS
from fivefold.reading.weightfiles import Found, read_pieces, read_vectors, shards
from fivefold.serve.bundle import open_bundle
from fivefold.serve.opened import codec_of
from fivefold.train.foreign_weights import Foreign, check_text, of_transformers, of_zoo, unfit
from fivefold.train.pretrained import Pretrained


class Weights(NamedTuple):
    """Weights that were read.

    Attributes:
        tensors: by the names that the body has for them.
        codec: by which rows were encoded that they were learnt from; None where there was none.
        model: what `make_network` makes the body from.
        arguments: of a built-in one.
        exact: whether all tensors must find their place, and all places their tensor.
        vectors: of words; None where it is a network.
    """

    tensors: Mapping[str, Tensor]
    codec: Codec | None
    model: Any
    arguments: Mapping[str, Any]
    exact: bool = False
    vectors: Mapping[str, Tensor] | None = None


def read_weights(asked: Pretrained, found: Found) -> Weights:
    """The tensors of a source, and what they are of.

    Raises:
        ModelError: if it holds no network that can be made again.
        BundleError: if it is a bundle that is damaged.
    """
    if found.form == "bundle":
        return _of_bundle(asked, found)
    if found.form == "folder":
        return _of_folder(asked, found)
    if found.form == "vectors":
        return _of_vectors(found)
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
    arguments = dict(own) if NORM in own else arguments  # of a private training: no usual ones
    return Weights(tensors, codec_of(bundle), name, arguments)


def _of_folder(asked: Pretrained, found: Found) -> Weights:
    """An encoder of BERT's family, a network of another library, or vectors of words."""
    config = found.config
    kind = config.get("model_type")
    if "architecture" in config:
        return _foreign(of_zoo(asked, f"timm:{config['architecture']}", _loaded(found)))
    if kind in FAMILY:
        return _of_encoder(asked, found)
    tensors = {} if kind not in (None, "static", "model2vec") else _loaded(found)
    tables = [tensor for tensor in tensors.values() if tensor.ndim == 2]
    if len(tables) == 1:
        pieces = read_pieces(found).pieces
        return _of_rows(zip(pieces, tables[0].float(), strict=False), tables[0].shape[1])
    return _foreign(of_transformers(asked, found))


def _of_encoder(asked: Pretrained, found: Found) -> Weights:
    known = read_pieces(found)
    try:
        arguments = encoder_arguments(found.config)
    except ValueError as error:
        raise unfit(asked, "an encoder of texts", str(error), "Take other weights.") from None
    numbers = {piece: number for number, piece in enumerate(known.pieces)}
    pad, unknown = (numbers.get(piece, 0) for piece in ("[PAD]", "[UNK]"))
    words = len(known.pieces)

    def make(inputs: Any, outputs: int) -> Encoder:
        check_text(asked, inputs, words, arguments["places"])
        return Encoder(inputs, outputs, **arguments)

    tensors = encoder_tensors(_loaded(found), words=words, pad=pad, unknown=unknown)
    return Weights(tensors, None, make, {})


def _of_vectors(found: Found) -> Weights:
    rows = list(read_vectors(found.path))
    width = len(rows[0][1]) if rows else 0
    return _of_rows(((word, torch.tensor(vector)) for word, vector in rows), width)


def _of_rows(rows: Iterable[tuple[str, Tensor]], width: int) -> Weights:
    """Vectors of words, by the words as texts are read."""
    vectors: dict[str, Tensor] = {}
    for word, vector in rows:
        vectors.setdefault(word, vector)
    for word in list(vectors):
        vectors.setdefault(word.lower(), vectors[word])
    return Weights({}, None, "textblend", {"width": width}, vectors=vectors)


def _of_tensors(asked: Pretrained, found: Found) -> Weights:
    tensors = _loaded(found)
    if isinstance(asked.into, str):
        made = of_zoo(asked, asked.into, tensors)
        return Weights(made.tensors, None, made.make, {}, exact=True)
    return Weights(tensors, None, asked.into, {}, exact=True)


def _foreign(made: Foreign) -> Weights:
    return Weights(made.tensors, None, made.make, {})


def _loaded(found: Found) -> dict[str, Tensor]:
    """The tensors of a file, or of all files in a folder.

    Raises:
        ModelError: if one is no file of tensors.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    tensors: dict[str, Tensor] = {}
    for file in [found.path] if found.form == "tensors" else shards(found.path):
        try:
            tensors |= load_file(file)
        except (SafetensorError, OSError) as error:
            remedy = "Copy it again."
            raise ModelError.expected(str(file), "safetensors", str(error), remedy) from None
    return tensors
