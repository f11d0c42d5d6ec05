"""What is trained in the speed benchmark: data, networks, sizes."""

import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.codecs.alphabet import ALPHABETS
from fivefold.codecs.mel import bands_of
from fivefold.kinds.clips import frames_of
from fivefold.models.clips import Loudness
from fivefold.models.inputs import Image, Signal, Spectrum, Symbols, Text
from fivefold.models.resnet import SmallResNet
from fivefold.models.seqnet import SeqNet
from fivefold.models.soundnet import SoundNet
from fivefold.models.textnet import TextNet
from fivefold.models.timenet import InceptionTime

BASES, SITES = "ACGT", 60
VOCABULARY = 20_000
LENGTH = 128
RATE = 8000
SAMPLES = 4000
SERIES = (8, 100)
"""Lines and steps of a series of three channels."""

FIRST = 2
"""Codes 0 and 1 are padding and the unknown word."""


@dataclass(frozen=True)
class Workload:
    """A network and the size of its data.

    Args:
        name: as on the command line.
        title: in words.
        kind: of the inputs.
        shape: of one row.
        rows: of the training part.
        batch: rows a step.
        epochs: of one round.
        classes: of the target.
        make: of the number of outputs, gives the network.
        quick_rows: where only the script itself is tried.
        gpu_epochs: of one round, there.
        cpu_rows: of the training part on a CPU, where an epoch over all takes a minute.
    """

    name: str
    title: str
    kind: Literal["numeric", "image", "text", "audio", "series", "sequence"]
    shape: tuple[int, ...]
    rows: int
    batch: int
    epochs: int
    classes: int
    make: Callable[[int], nn.Module]
    quick_rows: int
    gpu_epochs: int = 10
    cpu_rows: int = 0
    lr: float = 1e-3

    def sized(self, device: str, *, quick: bool) -> "Workload":
        """The same, as large as it is on this device, or with few rows and two epochs."""
        if quick:
            return replace(self, rows=self.quick_rows, epochs=2)
        if device == "cpu":
            return replace(self, rows=self.cpu_rows or self.rows)
        return replace(self, epochs=self.gpu_epochs)

    @property
    def steps(self) -> int:
        """Of one round."""
        return self.rows // self.batch * self.epochs

    def data(self, rows: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
        """Inputs and int64 classes that a network can learn."""
        generator = torch.Generator().manual_seed(seed)
        if self.kind == "text":
            codes = torch.randint(FIRST, FIRST + VOCABULARY, (rows, LENGTH), generator=generator)
            worth = torch.randn(FIRST + VOCABULARY, generator=generator)
            return codes, (worth[codes].mean(1) > 0).long()
        if self.kind == "sequence":
            codes = torch.randint(
                FIRST, FIRST + len(BASES), (rows, *self.shape), generator=generator
            )
            return codes, ((codes == FIRST).sum(1) > self.shape[0] / len(BASES)).long()
        if self.kind == "image":
            target = torch.randint(0, self.classes, (rows,), generator=generator)
            patterns = torch.randint(0, 128, (self.classes, *self.shape), generator=generator)
            images = torch.randint(0, 128, (rows, *self.shape), generator=generator)
            return images.add_(patterns[target]).to(torch.uint8), target
        if self.kind == "audio":
            target = torch.randint(0, self.classes, (rows,), generator=generator)
            time = torch.arange(self.shape[0]) / RATE
            tones = torch.sin(2 * torch.pi * (300 + 200 * target[:, None]) * time)
            heard = 3000 * (tones + torch.randn(rows, *self.shape, generator=generator))
            return heard.to(torch.int16), target
        inputs = torch.randn(rows, *self.shape, generator=generator)
        if self.kind == "series":
            inputs[:, -2:] = 1  # all is known, and each has every step
            return inputs, (inputs[:, 0, ::3].mean(1) > 0).long()
        worth = torch.randn(self.shape[0], generator=generator)
        return inputs, (inputs @ worth > 0).long()

    def network(self, outputs: int, *, seed: int = 0) -> nn.Module:
        """Always with the same first weights."""
        torch.manual_seed(seed)
        return self.make(outputs)


def pixels(images: Tensor) -> Tensor:
    """uint8 images as an expert keeps them: float32 with mean 0 and deviation 1."""
    return (images.float() - 127.0) / 52.0


def loudness(clips: Tensor) -> Tensor:
    """Sounds as an expert keeps them: their spectrum, taken once."""
    return torch.cat([Loudness(RATE, clips.shape[1])(piece) for piece in clips.split(256)])


def two_classes(outputs: Tensor, target: Tensor) -> Tensor:
    """The loss of one logit, which fivefold uses for two classes."""
    return F.binary_cross_entropy_with_logits(outputs[:, 0], target)


def words() -> list[str]:
    """As many made-up words as the vocabulary holds."""
    letters = product(string.ascii_lowercase, repeat=4)
    return ["".join(word) for word in islice(letters, VOCABULARY)]


def texts() -> np.ndarray:
    """Texts in which each word of the vocabulary occurs in two."""
    every = words()
    rows = [" ".join(every[start : start + LENGTH]) for start in range(0, len(every), LENGTH)]
    return np.array(rows * 2, dtype=object)


def bases() -> np.ndarray:
    """Sequences of one length, of all bases."""
    return np.array([BASES * (SITES // len(BASES)), BASES[::-1] * (SITES // len(BASES))], object)


def textnet(outputs: int) -> nn.Module:
    return TextNet(Text(LENGTH, FIRST + VOCABULARY), outputs, dropout=0.0)


def seqnet(outputs: int) -> nn.Module:
    alphabet = ALPHABETS["dna"]
    return SeqNet(Symbols(SITES, alphabet.size, 1, 1, 0), outputs, dropout=0.0)


def mlp(inputs: int) -> Callable[[int], nn.Module]:
    def make(outputs: int) -> nn.Module:
        return nn.Sequential(
            nn.Linear(inputs, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(),
            nn.Linear(256, outputs),
        )  # fmt: skip

    return make


def convnet(outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, outputs),
    )  # fmt: skip


def soundnet(outputs: int) -> nn.Module:
    bands = bands_of(RATE).count
    return SoundNet(Spectrum(bands + 1, frames_of(RATE, SAMPLES)), outputs, dropout=0.0)


def resnet(outputs: int) -> nn.Module:
    return SmallResNet(Image(1, 28, 28), outputs, mirrored=True)


def inception(outputs: int) -> nn.Module:
    return InceptionTime(Signal(*SERIES), outputs, dropout=0.0)


class Bag(nn.Module):
    """The mean of the words' vectors, and a linear layer."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(FIRST + VOCABULARY, 64, mode="mean")
        self.out = nn.Linear(64, outputs)

    def forward(self, codes: Tensor) -> Tensor:
        return self.out(self.bag(codes))


class Encoder(nn.Module):
    """Two transformer layers of width 64 with four heads, their mean, and a linear layer."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(FIRST + VOCABULARY, 64)
        self.place = nn.Parameter(0.02 * torch.randn(LENGTH, 64))
        layer = nn.TransformerEncoderLayer(64, 4, 128, dropout=0.0, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(64, outputs)

    def forward(self, codes: Tensor) -> Tensor:
        return self.out(self.layers(self.embed(codes) + self.place).mean(1))


WORKLOADS = {
    work.name: work
    for work in (
        Workload(
            "a", "100,000 x 64, MLP 64-256-256, batch 256", "numeric", (64,),
            100_000, 256, 2, 2, mlp(64), 4_000,
        ),
        Workload(
            "b", "1,000,000 x 32, MLP 32-256-256, batch 4,096", "numeric", (32,),
            1_000_000, 4096, 1, 2, mlp(32), 20_000, 4,
        ),
        Workload(
            "c", "20,000 images 1x28x28, convolutions, crop and flip, batch 128", "image",
            (1, 28, 28), 20_000, 128, 1, 10, convnet, 1_500,
        ),
        Workload(
            "c2", "4,096 images 1x28x28, the default network, crop and flip, batch 256", "image",
            (1, 28, 28), 4_096, 256, 4, 10, resnet, 512,
        ),
        Workload(
            "d1", "20,000 x 128 tokens, embedding bag, batch 128", "text", (LENGTH,),
            20_000, 128, 1, 2, Bag, 1_500,
        ),
        Workload(
            "d2", "20,000 x 128 tokens, transformer of 2 layers, batch 128", "text", (LENGTH,),
            20_000, 128, 1, 2, Encoder, 256, 2, 2_048,
        ),
        Workload(
            "e", "2,000 sounds of 0.5 s at 8,000 Hz, soundnet, batch 64", "audio", (SAMPLES,),
            2_000, 64, 8, 10, soundnet, 256,
        ),
        Workload(
            "f", "4,096 series of 3 channels and 100 steps, InceptionTime, batch 64", "series",
            SERIES, 4_096, 64, 1, 2, inception, 256,
        ),
        Workload(
            "d3", "20,000 x 128 words, the default network of texts, batch 128", "text", (LENGTH,),
            20_000, 128, 2, 2, textnet, 512, 2, 8_192,
        ),
        Workload(
            "g", "20,000 x 60 bases, the default network of sequences, batch 64", "sequence",
            (SITES,), 20_000, 64, 1, 2, seqnet, 512, 2,
        ),
    )
}  # fmt: skip
