"""The artifacts written so far, and what each was made from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, overload

from fivefold.core.artifact import Artifact
from fivefold.core.key import Key, defined_again
from fivefold.errors import WiringError

A = TypeVar("A", bound=Artifact)
Origins = frozenset[Key]


class Context:
    """Artifacts by class (and label); never changed, only extended into a new one.

    Args:
        artifacts: by address.
        origins: what each was made from, directly or not, as far as that is known.

    Example:
        >>> class Greeting(Artifact):
        ...     text: str
        >>> context = Context({Key(Greeting): Greeting(text="hello")})
        >>> context[Greeting].text, Greeting in context
        ('hello', True)
    """

    def __init__(
        self,
        artifacts: Mapping[Key, Artifact] | None = None,
        origins: Mapping[Key, Origins] | None = None,
    ) -> None:
        self._artifacts = dict(artifacts or {})
        self._origins = dict(origins or {})

    @classmethod
    def of(cls, artifacts: "Context | Iterable[Artifact]") -> "Context":
        """Loose artifacts as a context; a context as it is."""
        if isinstance(artifacts, Context):
            return artifacts
        return cls({Key(type(artifact)): artifact for artifact in artifacts})

    @overload
    def __getitem__(self, address: type[A]) -> A: ...
    @overload
    def __getitem__(self, address: tuple[type[A], str]) -> A: ...
    def __getitem__(self, address: Any) -> Any:
        key = _key(address)
        if key not in self._artifacts:
            again = defined_again(key, self)
            raise WiringError(
                f"Context: expected {key}, found {', '.join(map(str, self)) or 'nothing'}.",
                remedy=f"Take {key.type.__name__} from where it is defined now: {again}."
                if again
                else "Run the stage that writes it, or ask for another artifact.",
                key=key,
            )
        return self._artifacts[key]

    @overload
    def get(self, address: type[A]) -> A | None: ...
    @overload
    def get(self, address: tuple[type[A], str]) -> A | None: ...
    def get(self, address: Any) -> Any:
        """The artifact of this class (and label), or None."""
        return self._artifacts.get(_key(address))

    def origins(self, key: Key) -> Origins | None:
        """What an artifact was made from, directly or not; None if that is not known."""
        return self._origins.get(key)

    def __contains__(self, address: object) -> bool:
        return _key(address) in self._artifacts

    def __iter__(self) -> Iterator[Key]:
        return iter(self._artifacts)

    def __len__(self) -> int:
        return len(self._artifacts)

    def extended(self, key: Key, artifact: Artifact, reads: Iterable[Key] = ()) -> "Context":
        """A context with this artifact added or exchanged; it was made from those it reads."""
        origins: set[Key] = set()
        for read in reads:
            origins |= {read} | (self._origins.get(read) or frozenset())
        return Context(
            {**self._artifacts, key: artifact}, {**self._origins, key: frozenset(origins)}
        )

    def only(self, keys: Iterable[Key]) -> "Context":
        """A context with these addresses alone, as far as it holds them."""
        kept = [key for key in keys if key in self._artifacts]
        origins = {key: self._origins[key] for key in kept if key in self._origins}
        return Context({key: self._artifacts[key] for key in kept}, origins)

    def __repr__(self) -> str:
        return f"Context({', '.join(map(str, self))})"


def _key(address: Any) -> Key:
    if isinstance(address, Key):
        return address
    return Key(*address) if isinstance(address, tuple) else Key(address)
