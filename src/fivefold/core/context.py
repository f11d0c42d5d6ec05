"""The artifacts written so far."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, overload

from fivefold.core.artifact import Artifact, Key
from fivefold.errors import WiringError

A = TypeVar("A", bound=Artifact)


class Context:
    """Artifacts by class (and label); never changed, only extended into a new one.

    Example:
        >>> class Greeting(Artifact):
        ...     text: str
        >>> context = Context().extended(Key(Greeting), Greeting(text="hello"))
        >>> context[Greeting].text, Greeting in context
        ('hello', True)
    """

    def __init__(self, artifacts: Mapping[Key, Artifact] | None = None) -> None:
        self._artifacts = dict(artifacts or {})

    @overload
    def __getitem__(self, address: type[A]) -> A: ...
    @overload
    def __getitem__(self, address: tuple[type[A], str]) -> A: ...
    def __getitem__(self, address: Any) -> Any:
        key = _key(address)
        if key not in self._artifacts:
            raise WiringError(
                f"Context: expected {key}, found {', '.join(map(str, self)) or 'nothing'}.",
                remedy="Run the stage that writes it, or ask for another artifact.",
                key=key,
            )
        return self._artifacts[key]

    def get(self, key: Key) -> Artifact | None:
        """The artifact at this address, or None."""
        return self._artifacts.get(key)

    def __contains__(self, address: object) -> bool:
        return _key(address) in self._artifacts

    def __iter__(self) -> Iterator[Key]:
        return iter(self._artifacts)

    def __len__(self) -> int:
        return len(self._artifacts)

    def extended(self, key: Key, artifact: Artifact) -> "Context":
        """A context with this artifact added or exchanged."""
        return Context({**self._artifacts, key: artifact})

    def only(self, keys: Iterable[Key]) -> "Context":
        """A context with these addresses alone, as far as it holds them."""
        return Context({key: self._artifacts[key] for key in keys if key in self._artifacts})

    def __repr__(self) -> str:
        return f"Context({', '.join(map(str, self))})"


def _key(address: Any) -> Key:
    if isinstance(address, Key):
        return address
    return Key(*address) if isinstance(address, tuple) else Key(address)
