"""A network for texts whose weights were learnt elsewhere: the encoder of BERT's family."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fivefold.models.inputs import Inputs, Text, described

PAD, FIRST = 0, 2
"""Numbers of padding and of the first piece; 1 is the unknown one."""

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "gelu_new": lambda values: F.gelu(values, approximate="tanh"),
    "gelu_pytorch_tanh": lambda values: F.gelu(values, approximate="tanh"),
    "relu": F.relu,
    "silu": F.silu,
}

FAMILY = ("bert", "distilbert", "electra")
"""Of which configurations and weights are read."""


class Encoder(nn.Module):
    """Pieces of words and their places, embedded; layers of attention; the mean of all places.

    Args:
        inputs: a `Text` of the pieces that its weights know.
        outputs: numbers a row.
        width: of a piece within the layers.
        embedded: of an embedded piece; None is `width`.
        layers: of attention.
        heads: of each.
        hidden: numbers between the two linear maps of a layer.
        places: pieces that a text may have at most.
        activation: one of `ACTIVATIONS`.
        eps: added to variances.
        dropout: fraction left out in training, 0 to 1.

    Example:
        >>> sizes = {"width": 16, "layers": 1, "heads": 2, "hidden": 32, "places": 40}
        >>> Encoder(Text(12, 100), 4, **sizes)(torch.ones(5, 12, dtype=torch.long)).shape
        torch.Size([5, 4])

    Reference:
        Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers for Language
        Understanding, NAACL 2019; Reimers and Gurevych, Sentence-BERT, EMNLP 2019, for the mean.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int,
        layers: int,
        heads: int,
        hidden: int,
        places: int,
        embedded: int | None = None,
        activation: str = "gelu",
        eps: float = 1e-12,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Text) or inputs.length > places:
            raise TypeError(f"Encoder reads a text of at most {places} pieces, found {inputs}")
        arguments = {
            "width": width,
            "embedded": embedded,
            "layers": layers,
            "heads": heads,
            "hidden": hidden,
            "places": places,
            "activation": activation,
            "eps": eps,
            "dropout": dropout,
        }
        self.description = described("encoder", inputs, outputs, arguments)
        narrow = embedded or width
        self.tokens = nn.Embedding(inputs.vocabulary, narrow)
        self.places = nn.Embedding(places, narrow)
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)
        self.normal, self.dropout = nn.LayerNorm(narrow, eps=eps), nn.Dropout(dropout)
        self.wider = nn.Linear(narrow, width) if narrow != width else None
        self.layers = nn.ModuleList(
            Attending(width, heads, hidden, activation, eps, dropout) for _ in range(layers)
        )
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, outputs))

    def forward(self, tokens: Tensor) -> Tensor:
        """Int64 `(n, length)` with 0 for padding to `(n, outputs)`."""
        outputs: Tensor = self.out(self.pooled(tokens))
        return outputs

    def pooled(self, tokens: Tensor) -> Tensor:
        """`(n, width)`: the mean over the places that a text has."""
        present = tokens != PAD
        flowing = self.tokens(tokens) + self.places.weight[: tokens.shape[1]]
        flowing = self.dropout(self.normal(flowing))
        if self.wider is not None:
            flowing = self.wider(flowing)
        ignored = torch.zeros_like(flowing[:, :, 0]).masked_fill(~present, -1e9)[:, None, None]
        for layer in self.layers:
            flowing = layer(flowing, ignored)
        share = present[:, :, None].to(flowing.dtype)
        mean: Tensor = (flowing * share).sum(dim=1) / share.sum(dim=1).clamp(min=1)
        return mean


class Attending(nn.Module):
    """Attention, then a hidden layer for each place; a norm behind each of them.

    Args:
        width: of a place.
        heads: of attention.
        hidden: numbers between the two linear maps.
        activation: between them.
        eps: added to variances.
        dropout: fraction left out in training, 0 to 1.
    """

    def __init__(
        self, width: int, heads: int, hidden: int, activation: str, eps: float, dropout: float
    ) -> None:
        super().__init__()
        self.heads, self.act = heads, ACTIVATIONS[activation]
        self.query, self.key, self.value, self.joined = (nn.Linear(width, width) for _ in range(4))
        self.inner, self.outer = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.seen, self.made = nn.LayerNorm(width, eps=eps), nn.LayerNorm(width, eps=eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, places: Tensor, ignored: Tensor) -> Tensor:
        """Float `(n, length, width)` to the same; `ignored` is added to what places look at."""
        rows, length, width = places.shape
        query, key, value = (
            each(places).view(rows, length, self.heads, -1).transpose(1, 2)
            for each in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(2, 3) / math.sqrt(width / self.heads) + ignored
        seen = (scores.softmax(dim=-1) @ value).transpose(1, 2).reshape(rows, length, width)
        places = self.seen(places + self.dropout(self.joined(seen)))
        made: Tensor = self.made(places + self.dropout(self.outer(self.act(self.inner(places)))))
        return made


def encoder_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """What an `Encoder` is built with, by the configuration of one of `FAMILY`.

    Raises:
        ValueError: if it asks for something that an `Encoder` has not.
    """
    slim = config["model_type"] == "distilbert"
    activation = str(config.get("activation" if slim else "hidden_act", "gelu"))
    if activation not in ACTIVATIONS:
        raise ValueError(f"the activation {activation!r}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ValueError(f"places that are {config['position_embedding_type']}")
    if config.get("is_decoder"):
        raise ValueError("a decoder")
    width = int(config["dim" if slim else "hidden_size"])
    narrow = int(config.get("embedding_size", width))
    return {
        "width": width,
        "embedded": None if narrow == width else narrow,
        "layers": int(config["n_layers" if slim else "num_hidden_layers"]),
        "heads": int(config["n_heads" if slim else "num_attention_heads"]),
        "hidden": int(config["hidden_dim" if slim else "intermediate_size"]),
        "places": int(config.get("max_position_embeddings", 512)),
        "activation": activation,
        "eps": float(config.get("layer_norm_eps", 1e-12)),
    }


_PARTS = {
    r"(?:\w+\.)?embeddings\.word_embeddings\.weight": "tokens.weight",
    r"(?:\w+\.)?embeddings\.position_embeddings\.weight": "places.weight",
    r"(?:\w+\.)?embeddings\.LayerNorm\.(\w+)": r"normal.\1",
    r"(?:\w+\.)?embeddings_project\.(\w+)": r"wider.\1",
}
_LAYER = {
    r"attention\.self\.(query|key|value)\.(\w+)": r"\1.\2",
    r"attention\.output\.dense\.(\w+)": r"joined.\1",
    r"attention\.output\.LayerNorm\.(\w+)": r"seen.\1",
    r"intermediate\.dense\.(\w+)": r"inner.\1",
    r"output\.dense\.(\w+)": r"outer.\1",
    r"output\.LayerNorm\.(\w+)": r"made.\1",
    r"attention\.q_lin\.(\w+)": r"query.\1",
    r"attention\.k_lin\.(\w+)": r"key.\1",
    r"attention\.v_lin\.(\w+)": r"value.\1",
    r"attention\.out_lin\.(\w+)": r"joined.\1",
    r"sa_layer_norm\.(\w+)": r"seen.\1",
    r"ffn\.lin1\.(\w+)": r"inner.\1",
    r"ffn\.lin2\.(\w+)": r"outer.\1",
    r"output_layer_norm\.(\w+)": r"made.\1",
}
_WITHIN = re.compile(r"(?:\w+\.)?(?:encoder|transformer)\.layer\.(\d+)\.(.+)")


def encoder_tensors(
    tensors: Mapping[str, Tensor], *, words: int, pad: int = 0, unknown: int = 100
) -> dict[str, Tensor]:
    """Tensors of one of `FAMILY` by the names of an `Encoder`; those that it lacks are left out.

    What says of which of two texts a piece is goes into the places, as there is one text a row.

    Args:
        tensors: by the names of transformers.
        words: pieces that are known.
        pad: number of padding there.
        unknown: number of the unknown piece.
    """
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        plain = name.replace(".gamma", ".weight").replace(".beta", ".bias")
        within = _WITHIN.fullmatch(plain)
        patterns, start, rest = (
            (_LAYER, f"layers.{within[1]}.", within[2]) if within else (_PARTS, "", plain)
        )
        for pattern, said in patterns.items():
            met = re.fullmatch(pattern, rest)
            if met:
                found[start + met.expand(said)] = tensor.float()
    table = found.get("tokens.weight")
    if table is not None:
        found["tokens.weight"] = torch.cat([table[[pad, unknown]], table[:words]])
    kinds = [t for n, t in tensors.items() if n.endswith("embeddings.token_type_embeddings.weight")]
    if kinds and "places.weight" in found:
        found["places.weight"] = found["places.weight"] + kinds[0][0].float()
    return found
