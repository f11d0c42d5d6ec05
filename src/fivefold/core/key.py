"""The address of an artifact."""

import sys
from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple, Self, get_args, get_origin


class Key(NamedTuple):
    """The address of an artifact: its class, and a label where there are several of a class."""

    type: type[Any]
    label: str = ""

    @classmethod
    def at(cls, address: Any) -> Self:
        """The key of an address: a class, `(class, label)` or `Annotated[class, label]`."""
        if isinstance(address, cls):
            return address
        if get_origin(address) is Annotated:
            address = get_args(address)
        return cls(*address) if isinstance(address, tuple) else cls(address)

    def __str__(self) -> str:
        return f'{self.type.__name__} "{self.label}"' if self.label else self.type.__name__


def defined_again(key: Key, keys: Iterable[Key]) -> str:
    """Where a class of the same name as the wanted one stands among keys, or an empty string.

    A cell of a notebook that runs twice, or a module that is reloaded, makes such classes.
    """
    for other in keys:
        is_twin = other.type is not key.type and other.label == key.label
        names = [(k.type.__module__, k.type.__qualname__) for k in (key, other)]
        if is_twin and names[0] == names[1]:
            return f"{names[0][0]}.{names[0][1]} was defined twice"
    return ""


def is_current(kind: type) -> bool:
    """True if this class is the one that its module holds under its name now."""
    module = sys.modules.get(kind.__module__)
    return module is None or getattr(module, kind.__qualname__, kind) is kind
