"""Weights of a network by patterns of their names: `encoder.*`, `*.bias`."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from torch import nn

from fivefold.core.wording import nearest
from fivefold.errors import ModelError
from fivefold.models.learner import named_weights

SHOWN = 12  # names that a message lists


def matched(body: nn.Module, patterns: Sequence[str], setting: str) -> dict[str, str]:
    """The first of some patterns that the name of each weight meets, by name.

    Args:
        body: a network.
        patterns: with `*` for any text, `?` for a letter, `[ab]` for one of some.
        setting: of Train that has them, for the message.

    Raises:
        ModelError: if a pattern meets no name; it carries `near`, the likeliest meant.
    """
    names = list(dict.fromkeys(name for name, _ in named_weights(body)))
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise _stray(pattern, names, setting)
    found = {}
    for name in names:
        met = next((pattern for pattern in patterns if fnmatchcase(name, pattern)), None)
        if met is not None:
            found[name] = met
    return found


def freeze(body: nn.Module, patterns: Sequence[str]) -> None:
    """Let the weights whose names meet a pattern learn nothing.

    Raises:
        ModelError: as `matched` does.
    """
    frozen = matched(body, patterns, "freeze")
    for name, weight in named_weights(body):
        if name in frozen:
            weight.requires_grad_(False)


def check_rates(body: nn.Module, patterns: Sequence[str], *, thaws: bool) -> None:
    """Refuse patterns of rates that set none.

    Args:
        body: a network, its frozen weights frozen.
        patterns: in their order; the first that a name meets counts.
        thaws: whether frozen weights may learn later.

    Raises:
        ModelError: as `matched` does; if the names of a pattern meet earlier ones, or all its
            weights are frozen.
    """
    met = matched(body, patterns, "lr")
    learning = {name for name, weight in named_weights(body) if weight.requires_grad}
    for pattern in patterns:
        own = {name for name, first in met.items() if first == pattern}
        if own & learning or (own and thaws):
            continue
        said, remedy = "are frozen", "Leave it out of `lr`, or them out of `freeze`."
        if not own:
            earlier = next(first for name, first in met.items() if fnmatchcase(name, pattern))
            said, remedy = f"meet {earlier!r} before it", f"Write it before {earlier!r}."
        raise ModelError(
            f"Train: expected a rate in `lr` for weights that learn, found {pattern!r}, whose "
            f"weights {said}.",
            remedy=remedy,
            pattern=pattern,
        )


def _stray(pattern: str, names: Sequence[str], setting: str) -> ModelError:
    layers = {f"{name[:place]}.*" for name in names for place, a in enumerate(name) if a == "."}
    near = nearest(pattern, [*names, *sorted(layers)])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ModelError(
        f"Train: expected weights whose names meet {pattern!r} in `{setting}`, found none.",
        evidence=f"There are {', '.join(names[:SHOWN])}{more}.",
        remedy=f"Write {near!r}." if near else "Write * for any part of a name.",
        pattern=pattern,
        near=near,
    )
