"""The names that Train takes, for networks, losses and quality; torch is not imported for them."""

from typing import Literal

_Tables = Literal["blend", "tabm", "mlp"]
_Texts = Literal["textblend", "textnet", "textcnn", "texttransformer"]
_Series = Literal["seriesblend", "inceptiontime", "tcn", "gru", "kernels"]
_Sequences = Literal["seqblend", "seqnet"]
_Sounds = Literal["soundblend", "soundnet"]
_Images = Literal["convnet", "resnet", "resnet_small", "resnet_large"]
_Mixed = Literal["mixblend", "mixture"]
NetworkName = Literal[_Tables, _Images, _Texts, _Sequences, _Sounds, _Series, _Mixed]
"""Three for tables, then images (four), texts (four), sequences (two), sounds (two), series (five),
and rows that mix them (two)."""

LossName = Literal["cross_entropy", "focal", "squared", "absolute", "huber", "quantile", "poisson"]

LOSSES: dict[str, str] = {
    "cross_entropy": "cross-entropy",
    "focal": "focal loss",
    "squared": "squared error",
    "absolute": "absolute error",
    "huber": "Huber loss",
    "quantile": "quantile loss",
    "poisson": "Poisson deviance",
}
"""The built-in losses in words."""

WEIGHTED = ("cross_entropy", "focal")  # the losses that count the rows of a class by its weight
SMOOTHED = "cross_entropy"  # the loss whose truth may be spread over all classes

Quality = Literal["fast", "balanced", "best"]
