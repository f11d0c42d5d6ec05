"""The names that Train takes, for networks, losses and quality; torch is not imported for them."""

from typing import Literal

_Tables = Literal["blend", "tabm", "mlp", "wideblend"]
_Texts = Literal["textblend", "textnet", "textcnn", "texttransformer"]
_Series = Literal["seriesblend", "inceptiontime", "tcn", "gru", "kernels"]
_Sequences = Literal["seqblend", "seqnet"]
_Sounds = Literal["soundblend", "soundnet"]
_Images = Literal["convnet", "resnet", "resnet_small", "resnet_large"]
_Steps = Literal["seqtagnet", "seriestagnet", "soundtagnet", "spellnet"]
_Placed = Literal["tagblend", "tagnet", _Steps, "unet"]
_Mixed = Literal["mixblend", "mixture"]
_Ahead = Literal["forecaster", "tcnforecaster"]
_Odd = Literal["oddity", "autoencoder"]
_Rows = Literal[_Tables, _Images, _Texts, _Sequences, _Sounds, "videonet", _Series]
NetworkName = Literal[_Rows, _Placed, _Ahead, _Mixed, _Odd]
"""Four for tables, then images (four), texts (four), sequences (two), sounds (two), clips (one),
series (five), positions (seven), windows (two), rows that mix them (two), and odd rows of a table
(two)."""

_Numbers = Literal["squared", "absolute", "huber", "quantile", "poisson"]
_Classes = Literal["cross_entropy", "cross_entropy_dice", "focal"]
LossName = Literal[_Classes, _Numbers, "reconstruction", "balanced", "ctc"]

LOSSES: dict[str, str] = {
    "cross_entropy": "cross-entropy",
    "cross_entropy_dice": "cross-entropy and Dice",
    "focal": "focal loss",
    "squared": "squared error",
    "absolute": "absolute error",
    "huber": "Huber loss",
    "quantile": "quantile loss",
    "poisson": "Poisson deviance",
    "ctc": "CTC loss",
    "reconstruction": "squared error of the inputs",
    "balanced": "losses of all targets, each beside that of a constant",
}
"""The built-in losses in words."""

# the losses that count the rows of a class by its weight
WEIGHTED = ("cross_entropy", "cross_entropy_dice", "focal")
SMOOTHED = "cross_entropy"  # the loss whose truth may be spread over all classes

Quality = Literal["fast", "balanced", "best"]
