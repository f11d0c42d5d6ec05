"""Weights that were learnt elsewhere, as a setting; torch is not imported for it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from math import isfinite
from os import PathLike, fspath
from typing import Any, Literal, Self

from fivefold.core.asgiven import AsGiven
from fivefold.core.wording import brief
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.reading.weightfiles import HUB, Found, find_weights

Head = Literal["new", "kept"]

ZOOS = ("timm", "torchvision")
"""Libraries of networks that `into` may name, `timm:resnet18` for one."""

_INTO = ("into",)

OURS = ("bert", "distilbert", "electra", "static", None)
"""Types of networks in folders that need no library; None says no type."""


@dataclass(frozen=True, eq=False, repr=False)
class Pretrained(AsGiven):
    """Weights that were learnt elsewhere, for `Train` to begin with.

    Nothing in them is run: they are JSON, safetensors, or text.

    Args:
        source: a bundle of fivefold; a folder with `config.json` and `*.safetensors`, as
            transformers and timm write them; `hf:org/name@revision`, such a folder on the hub; a
            file of tensors, `*.safetensors`, with `into`; or of word vectors, `*.vec`.
        into: the module whose weights the file holds, a function of `(inputs, outputs)` that makes
            it, or `timm:NAME` or `torchvision:NAME`.
        head: whether the last layer is `new`, as for another target, or `kept`.
        freeze: whether what was taken stays as it is and the rest learns alone. Then rows go
            through it once, unless they are changed at random.
        thaw: epochs after which the next layer learns too, from the head down; None for none.
        decay: the rate of each layer, as a part of that of the layer above it, over 0 to 1.
        strict: whether a file of tensors must have all that `into` has, but its head, and no more.
        sha256: the digest it must have; other weights are refused.
        licence: of the weights, for the card.
        random: whether the same network begins with random weights, to compare.

    Raises:
        ConfigError: if an argument is wrong.

    Example:
        >>> Pretrained("income.ff", freeze=True)
        Pretrained('income.ff', freeze=True)
    """

    first = "source"

    source: str | PathLike[str]
    into: Any = None
    head: Head = "new"
    freeze: bool = False
    thaw: int | None = None
    decay: float = 1.0
    strict: bool = True
    sha256: str | None = None
    licence: str | None = None
    random: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.source, str | PathLike) or not fspath(self.source):
            raise _wrong("a path or hf:org/name@revision", self.source, "Name the weights.")
        object.__setattr__(self, "source", fspath(self.source))
        for name in ("freeze", "strict", "random"):
            if not isinstance(getattr(self, name), bool):
                raise _wrong(f"{name}=True or False", getattr(self, name), f"Write {name}=True.")
        if self.head not in ("new", "kept"):
            raise _wrong("head='new' or 'kept'", self.head, "Leave it out for a new one.")
        if self.thaw is not None and (type(self.thaw) is not int or self.thaw < 1):
            raise _wrong("thaw as a number of epochs", self.thaw, "Write thaw=1.")
        if self.freeze and self.thaw is not None:
            found = f"freeze=True beside thaw={self.thaw}"
            raise _wrong("one of freeze and thaw", found, "Leave freeze out: thaw freezes first.")
        number = isinstance(self.decay, int | float) and isfinite(self.decay)
        if not number or not 0 < self.decay <= 1:
            raise _wrong("decay over 0, at most 1", self.decay, "Write decay=0.8.")
        for name in ("sha256", "licence"):
            if not isinstance(getattr(self, name), str | None):
                raise _wrong(f"{name} as a text", getattr(self, name), "Write a text.")

    # --- as a setting: what was given, by name

    def __repr__(self) -> str:
        given = [f"{name}={brief(self[name])}" for name in self if name != "source"]
        return f"Pretrained({', '.join([repr(self.source), *given])})"

    # --- what is asked of it

    def having(self, **changes: Any) -> Self:
        """The same with other arguments."""
        return replace(self, **changes)

    @property
    def name(self) -> str:
        """The source without the folders above it."""
        text = fspath(self.source)
        return (
            text if text.startswith(HUB) else text.rstrip("/\\").replace("\\", "/").split("/")[-1]
        )

    def find(self) -> Found:
        """The weights on this machine, of the digest that they must have.

        Raises:
            PreflightError: if there are none, or others.
        """
        found = find_weights(self.source)
        if self.sha256 is not None and found.digest != self.sha256.strip().lower():
            remedy = "Do not use them before you know why: they are not those you asked for."
            wanted = f"SHA-256 {self.sha256}"
            raise PreflightError.expected(self._who, wanted, found.digest, remedy)
        return found

    def faults(self) -> Iterator[FivefoldError]:
        """What is wrong with the source, as far as it is seen without torch."""
        try:
            form = self.find().form
        except FivefoldError as fault:
            yield fault
            return
        if form == "tensors" and self.into is None:
            remedy = "Pass into=Net(...), or a function (inputs, outputs) that makes it."
            wanted = "the module whose weights they are"
            yield PreflightError.expected(self._who, wanted, "no `into`", remedy, settings=_INTO)
        if form != "tensors" and self.into is not None:
            remedy = "Leave `into` out, or give a file of safetensors."
            wanted = "no `into` beside it"
            yield PreflightError.expected(self._who, wanted, "one", remedy, settings=_INTO)
        try:
            library = self.library(form)
            if library:
                installed(library)
        except PreflightError as fault:
            yield fault

    def library(self, form: str) -> str:
        """The library whose network it is; empty where fivefold or the user has it.

        Raises:
            PreflightError: if there is none of that name.
        """
        if isinstance(self.into, str):
            library = self.into.partition(":")[0]
            if library not in ZOOS or ":" not in self.into:
                remedy = "Write into='timm:resnet18', or pass a module."
                wanted = f"one of {', '.join(f'{zoo}:NAME' for zoo in ZOOS)}"
                raise PreflightError.expected(
                    self._who, wanted, repr(self.into), remedy, settings=_INTO
                )
            return library
        if form != "folder":
            return ""
        config = self.find().config
        if "architecture" in config:
            return ZOOS[0]
        return "" if config.get("model_type") in OURS else "transformers"

    @property
    def _who(self) -> str:
        return f"Pretrained: {self.source}"


def installed(library: str) -> Any:
    """Another library, imported.

    Raises:
        PreflightError: if it is not installed, or does not go with this torch.
    """
    try:
        return import_module(library)
    except (ImportError, RuntimeError, OSError) as error:  # built for another torch, it fails so
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        remedy = f"Run pip install {library}, in a build for the torch that is installed."
        raise PreflightError.expected("Pretrained", library, said, remedy) from None


def _wrong(wanted: str, found: Any, remedy: str) -> ConfigError:
    said = found if isinstance(found, str) and "=" in found else repr(found)
    return ConfigError.expected("Pretrained", wanted, said, remedy)
