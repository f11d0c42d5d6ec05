"""The built-in networks: what each reads, how it is built, what suits it; and as plain values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from fivefold.models.blend import Blend
from fivefold.models.convnet import ConvNet
from fivefold.models.encoder import Encoder
from fivefold.models.estimated import Estimated
from fivefold.models.forecaster import Forecaster
from fivefold.models.grouped import NORM, grouped
from fivefold.models.habit import (
    ATTENTIVE,
    CONVOLUTIONS,
    FILM,
    FORECAST,
    LEARNT,
    MANY_COLUMNS,
    MEMBERS,
    MIXED,
    ODDITY,
    OWN,
    PLANES,
    RANDOM,
    RESIDUAL,
    SEQUENCE,
    SERIES,
    SOUND,
    SPEECH,
    STEPS,
    TAGS,
    TEXT,
    Habit,
)
from fivefold.models.inputs import (
    Codes,
    Film,
    Image,
    Inputs,
    Passage,
    Record,
    Signal,
    Spectrum,
    Spelled,
    Symbols,
    Text,
    Width,
    from_json,
    parts,
)
from fivefold.models.kernels import Kernels
from fivefold.models.mix import Mix
from fivefold.models.mixblend import MixBlend
from fivefold.models.mixture import Mixture
from fivefold.models.mlp import Mlp
from fivefold.models.oddity import Autoencoder, Oddity
from fivefold.models.parts import own_sizes
from fivefold.models.resnet import LargeResNet, ResNet, SmallResNet
from fivefold.models.seqblend import SeqBlend
from fivefold.models.seqnet import SeqNet
from fivefold.models.seqtagnet import SeqTagNet, SeriesTagNet
from fivefold.models.seriesblend import SeriesBlend
from fivefold.models.soundblend import SoundBlend
from fivefold.models.soundnet import SoundNet
from fivefold.models.soundtagnet import SoundTagNet
from fivefold.models.spellnet import SpellNet
from fivefold.models.tabm import TabM
from fivefold.models.tagblend import TagBlend
from fivefold.models.tagnet import TagNet
from fivefold.models.tcnforecaster import TCNForecaster
from fivefold.models.textblend import TextBlend
from fivefold.models.textcnn import TextCnn
from fivefold.models.textnet import TextNet
from fivefold.models.texttransformer import TextTransformer
from fivefold.models.timenet import GRU, TCN, InceptionTime
from fivefold.models.unet import UNet
from fivefold.models.videonet import VideoNet
from fivefold.models.wideblend import WideBlend
from fivefold.models.window import Calendar, Window


@dataclass(frozen=True)
class Network:
    """A built-in network.

    Args:
        name: in `Train(model=...)`.
        body: its class, of inputs, outputs and arguments.
        habit: what suits it in training.
        sizes: the classes of sizes that it reads; none are all that have an encoder.
        several: whether it reads several tensors at once.
        many: whether it is many networks in one, which takes `members`.
        boosts: whether it lets boosted trees answer beside it.
        needs: a class of sizes that must be among those that it reads, whose rows come with what a
            model beside it reads; None for none.
        about: a class of sizes without which it has nothing to read; None for none.
        core: what the body is built around; None for nothing.
        wide: whether rows of all kinds come with what a model beside the network reads.
        places: whether it answers for each position of a row, and not for the row.
        spells: whether these answers are letters, or none, which spell what is asked for.
        detects: whether it says how odd rows are, which is all that it says.
        few: whether it is for columns that were chosen of many more than there are rows.
        private: arguments of it where no row may tell much of itself: nothing is left out at
            random, and no ends of pieces are fitted; None where it does not learn so.
    """

    name: str
    body: Callable[..., nn.Module]
    habit: Habit
    sizes: frozenset[type] = frozenset()
    several: bool = False
    many: bool = False
    boosts: bool = False
    needs: type | None = None
    about: type | None = None
    core: Callable[..., nn.Module] | None = None
    wide: bool = False
    places: bool = False
    spells: bool = False
    detects: bool = False
    few: bool = False
    private: Mapping[str, Any] | None = None

    @property
    def has_beside(self) -> bool:
        """Whether simple models answer beside it that read more of a row than a network does."""
        return self.wide or self.needs is not None

    def reads(self, sizes: Sequence[type], *, places: bool = False, spells: bool = False) -> bool:
        """Whether it reads tensors of these sizes, to answer for rows, label or spell them."""
        if (self.places, self.spells) != (places, spells):
            return False
        known = not self.sizes or self.sizes.issuperset(sizes)
        known = known and {self.needs, self.about} - {None} <= set(sizes)
        return known and (self.several or len(sizes) == 1) and not (self.wide and len(sizes) == 1)


BLENDS = (TextBlend, SeriesBlend, SoundBlend, MixBlend, TagBlend, WideBlend)
"""Networks that let simple models answer beside one of theirs."""

_SIGNAL: dict[str, Any] = {"habit": SERIES, "sizes": frozenset({Signal})}
_WHOLE: dict[str, Any] = {"dropout": 0.0}
_STEPWISE = frozenset({Spectrum, Signal, Symbols})
_AHEAD = frozenset({Window, Calendar, Width, Codes})
_TABLE: dict[str, Any] = {"sizes": frozenset({Width, Codes}), "several": True}

NETWORKS: dict[str, Network] = {
    network.name: network
    for network in (
        Network("blend", Blend, MEMBERS, **_TABLE, many=True, boosts=True, core=TabM),
        Network("tabm", TabM, MEMBERS, **_TABLE, many=True),
        Network(
            "mlp",
            Mlp,
            Habit(lr=2e-3, weight_decay=0.1, steps=1500, epochs=(10, 40), private_lr=6e-3),
            **_TABLE,
            private={"width": 128, "bins": 1, **_WHOLE},
        ),
        Network("wideblend", WideBlend, MANY_COLUMNS, **_TABLE, boosts=True, few=True),
        Network("convnet", ConvNet, CONVOLUTIONS, frozenset({Image}), private=_WHOLE),
        *(
            Network(network.name, network, RESIDUAL, frozenset({Image}), private=_WHOLE)
            for network in (ResNet, SmallResNet, LargeResNet)
        ),
        Network("textblend", TextBlend, TEXT, several=True, needs=Text),
        Network("textnet", TextNet, TEXT, frozenset({Text}), private=_WHOLE),
        Network("textcnn", TextCnn, replace(TEXT, lr=2e-3), frozenset({Text}), private=_WHOLE),
        Network("texttransformer", TextTransformer, ATTENTIVE, frozenset({Text}), private=_WHOLE),
        Network("seqblend", SeqBlend, SEQUENCE, frozenset({Symbols}), boosts=True, core=SeqNet),
        Network("seqnet", SeqNet, SEQUENCE, frozenset({Symbols}), private=_WHOLE),
        Network("soundblend", SoundBlend, SOUND, several=True, needs=Spectrum),
        Network("soundnet", SoundNet, SOUND, frozenset({Spectrum}), private=_WHOLE),
        Network("videonet", VideoNet, FILM, frozenset({Film})),
        Network("seriesblend", SeriesBlend, SERIES, several=True, needs=Signal),
        Network("inceptiontime", InceptionTime, **_SIGNAL, private=_WHOLE),
        Network("tcn", TCN, **_SIGNAL, private=_WHOLE),
        Network("gru", GRU, **_SIGNAL),
        Network("kernels", Kernels, RANDOM, frozenset({Signal})),
        Network("tagblend", TagBlend, TAGS, frozenset({Spelled}), places=True),
        Network("tagnet", TagNet, TAGS, frozenset({Spelled}), places=True),
        Network("seqtagnet", SeqTagNet, STEPS, frozenset({Symbols}), places=True),
        Network("seriestagnet", SeriesTagNet, STEPS, frozenset({Signal}), places=True),
        Network("soundtagnet", SoundTagNet, SPEECH, frozenset({Spectrum}), places=True),
        Network("spellnet", SpellNet, SPEECH, _STEPWISE, places=True, spells=True),
        Network("unet", UNet, PLANES, frozenset({Image}), places=True),
        *(
            Network(name, network, FORECAST, _AHEAD, several=True, about=Window)
            for name, network in (("forecaster", Forecaster), ("tcnforecaster", TCNForecaster))
        ),
        Network("mixblend", MixBlend, MIXED, several=True, boosts=True, wide=True),
        Network("mixture", Mixture, MIXED, several=True, private=_WHOLE),
        Network("oddity", Oddity, ODDITY, **_TABLE, detects=True),
        Network("autoencoder", Autoencoder, ODDITY, **_TABLE, detects=True),
    )
}
"""By name. The first one that reads the inputs is the default for them; of two that read all the
first is the default where a table is beside other kinds, or these beside one another. Those that
say how odd rows are come last, and are the default of a task that names one."""


def network_of(body: nn.Module) -> Network | None:
    """Which of the built-in networks a module is; None for any other."""
    return next((network for network in NETWORKS.values() if type(body) is network.body), None)


def habit_of(body: nn.Module, known: Network | None) -> Habit:
    """What suits a module in training: a blend of texts, series or sounds as its network.

    Args:
        body: the module.
        known: which of the built-in networks it is, or is made of; None for any other.

    Example:
        >>> mlp, own = Mlp(Width(4), 1), nn.Linear(4, 1)
        >>> habit_of(mlp, network_of(mlp)).lr, habit_of(own, None).lr
        (0.002, 0.001)
    """
    if isinstance(body, Encoder):
        return LEARNT
    inner = network_of(body.network) if isinstance(body, BLENDS) else known
    return OWN if inner is None else inner.habit


def describe(body: nn.Module) -> dict[str, Any] | None:
    """A built-in network, an estimator's graph, a mix of them, as plain values; None for another.

    Example:
        >>> describe(Mlp(Width(4), 1, width=32))["arguments"]["width"]
        32
        >>> describe(nn.Linear(4, 1)) is None
        True
    """
    if isinstance(body, Mix) and None in map(describe, body.networks):
        return None
    if network_of(body) is None and type(body) not in (Estimated, Mix, Encoder):
        return None
    description: dict[str, Any] | None = body.description  # type: ignore[assignment]
    if description is None:
        return None
    with torch.device("meta"):
        twin = build(description)
    return description if _shapes(twin) == _shapes(body) else None


def build(description: Mapping[str, Any]) -> nn.Module:
    """The network that `describe` described, with fresh weights."""
    inputs, outputs = from_json(description["inputs"], own_sizes()), description["outputs"]
    arguments = dict(description["arguments"])
    if isinstance(arguments.get("network"), Mapping):
        arguments["network"] = build(arguments["network"])
    if description["name"] == "mix":
        arguments["networks"] = list(map(build, arguments["networks"]))
        return Mix(inputs, outputs, **arguments)
    if description["name"] == "estimator":
        return Estimated(inputs, outputs, **arguments)
    if description["name"] == "encoder":
        return Encoder(inputs, outputs, **arguments)
    norm = arguments.pop(NORM, None)
    body = NETWORKS[description["name"]].body(inputs, outputs, **arguments)
    return body if norm is None else grouped(body)


def classes(inputs: Inputs) -> list[type]:
    """The classes of sizes that blocks have, with or without terms."""
    narrow: dict[type, type] = {Passage: Text, Record: Signal}
    return [narrow.get(type(size), type(size)) for size in parts(inputs).values()]


def _shapes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in module.state_dict().items()}
