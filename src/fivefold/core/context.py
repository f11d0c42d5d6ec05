"""The artifacts written so far, and what each was made from."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any, TypeVar, overload

from fivefold.core.artifact import Artifact
from fivefold.core.key import Key, defined_again
from fivefold.core.wording import nearest
from fivefold.errors import MissingNameError, WiringError

A = TypeVar("A", bound=Artifact)

UNKNOWN = "not known"  # what a digest begins with that is no digest, and equal to none


@dataclass(frozen=True, eq=False)
class Written:
    """One writing of an artifact, and through it all that went before.

    Args:
        key: its address.
        writer: title of the stage; empty for what was handed over or derived.
        reads: what it was made from; None if that is not known.
        artifact: what was written, where its class is `remembered`; else None, so that what is
            replaced can leave the memory.
        digest: digest of what was written, where it was saved; else that of the step that wrote
            it, where that has one.
        own: digests of the user's code that steps before this one handed over, by name: kinds and
            tasks, which what was written knows by their names, and which decide what is made of it.

    Example:
        >>> first = Written(Key(Artifact), "Collect", ())
        >>> second = Written(Key(Artifact), "Derive", (first,))
        >>> [written.writer for written in second.history()]
        ['Collect', 'Derive']
    """

    key: Key
    writer: str = ""
    reads: tuple["Written", ...] | None = field(default=None, repr=False)
    artifact: Artifact | None = field(default=None, repr=False)
    digest: str = field(default="", repr=False)
    own: Mapping[str, str] = field(default_factory=dict, repr=False)

    def origins(self) -> frozenset[Key] | None:
        """The addresses of all it was made from, directly or not; None if that is not known."""
        if self.reads is None:
            return None
        seen, open_ends = set[Written](), [*self.reads]
        while open_ends:
            written = open_ends.pop()
            if written not in seen:
                seen.add(written)
                open_ends += written.reads or ()
        return frozenset(written.key for written in seen)

    def history(self) -> tuple["Written", ...]:
        """The writings of its class that led to this one, each made from the one before it."""
        line = [self]
        while True:
            kin = [w for w in line[-1].reads or () if w.key.type is self.key.type]
            if not kin:
                return tuple(reversed(line))
            line.append(next((w for w in kin if w.key == line[-1].key), kin[0]))


class Context:
    """Artifacts by class (and label); never changed, only extended into a new one.

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
        written: Mapping[Key, Written] | None = None,
    ) -> None:
        self._artifacts = dict(artifacts or {})
        known = written or {}
        self._written = {
            key: known[key] if key in known else _written(key, artifact)
            for key, artifact in self._artifacts.items()
        }

    @classmethod
    def of(cls, given: "Given") -> "Context":
        """What is handed over as a context; a context as it is.

        Raises:
            WiringError: if something stands at an address that is not of its class.
        """
        if isinstance(given, Context):
            return given
        if isinstance(given, Artifact):
            given = [given]
        if not isinstance(given, Mapping):
            given = {type(artifact): artifact for artifact in given}
        artifacts = {Key.at(address): artifact for address, artifact in given.items()}
        for key, artifact in artifacts.items():
            if type(artifact) is not key.type:
                raise WiringError(
                    f"Context: expected {key.type.__name__} at {key}, "
                    f"found {type(artifact).__name__}.",
                    remedy="Give each artifact at the address of its class.",
                    key=key,
                )
        return cls(artifacts)

    @overload
    def __getitem__(self, address: type[A]) -> A: ...
    @overload
    def __getitem__(self, address: tuple[type[A], str]) -> A: ...
    def __getitem__(self, address: Any) -> Any:
        if isinstance(address, str):
            raise self._no_class(address)
        key = Key.at(address)
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
        return self._artifacts.get(Key.at(address))

    def _no_class(self, name: str) -> MissingNameError:
        """The error where an artifact is asked for by a text: the class that is meant."""
        kinds = {key.type.__name__: key.type for key in self}
        said = {one.lower(): known for known in kinds for one in (known, kinds[known].made_by)}
        near = nearest(name.lower(), [*said])
        remedy = f"Write result[ff.{said[near]}]." if near else "Name one of these classes."
        wanted = f"a class, one of {', '.join(kinds)}" if kinds else "a class"
        return MissingNameError.expected("Artifacts", wanted, repr(name), remedy, name=name)

    def _ipython_key_completions_(self) -> list[type[Artifact]]:
        return [key.type for key in self]

    def origins(self, key: Key) -> frozenset[Key] | None:
        """What an artifact was made from, directly or not; None if that is not known."""
        return self._written[key].origins() if key in self._written else None

    def digests(self, keys: Iterable[Key]) -> dict[str, str]:
        """Digests by name of artifacts, or of what decides them; if not known, of no other one."""
        return {str(key): self._written[key].digest or f"{UNKNOWN} {token_hex()}" for key in keys}

    def own(self, keys: Iterable[Key]) -> dict[str, str]:
        """Digests of the user's code that was handed over where these artifacts were made."""
        return {name: text for key in keys for name, text in self._written[key].own.items()}

    def check_apart_from(self, given: "Context") -> None:
        """Refuse what would take the place of that from which something here was made.

        Raises:
            WiringError: naming what nothing could make again.
        """
        for key in self:
            origins = self.origins(key)
            first = next((k for k in given if origins is None or k in origins), None)
            if key in given or first is None:
                continue
            derived_from = getattr(first.type.derivation, "reads", ())
            if origins is None and key in [read.key for read in derived_from]:
                continue
            raise WiringError(
                f"Refit: expected all that depends on {first} to be made again, "
                f"found {key} given from outside.",
                remedy=f"Begin the pipeline before the stage that writes {key}.",
                key=key,
            )

    def with_digests(self, digest_of: Callable[[Artifact], str]) -> "Context":
        """The same artifacts, those whose digest is not known with the one that they would have."""
        written = {
            key: made if made.digest else replace(made, digest=digest_of(self._artifacts[key]))
            for key, made in self._written.items()
        }
        return Context(self._artifacts, written)

    def history(self, address: Any) -> tuple[Written, ...]:
        """How the artifact of this class (and label) came to be, from its first writing on.

        Returns:
            What was written of its class, each made from the one before it and the last of them
            the artifact that stands here; nothing if there is none.
        """
        key = Key.at(address)
        return self._written[key].history() if key in self._written else ()

    def __contains__(self, address: object) -> bool:
        return Key.at(address) in self._artifacts

    def __iter__(self) -> Iterator[Key]:
        return iter(self._artifacts)

    def __len__(self) -> int:
        return len(self._artifacts)

    def extended(
        self,
        key: Key,
        artifact: Artifact,
        reads: Iterable[Key] = (),
        *,
        writer: str = "",
        digest: str = "",
        own: Mapping[str, str] | None = None,
    ) -> "Context":
        """A context with an artifact added or exchanged, which `writer` made of what it `reads`."""
        reads = tuple(reads)
        origins = tuple(self._written[read] for read in reads)
        handed = {**self.own(reads), **(own or {})}
        made = _written(key, artifact, writer, origins, digest, handed)
        return Context({**self._artifacts, key: artifact}, {**self._written, key: made})

    def taking(self, key: Key, other: "Context") -> "Context":
        """A context with an artifact of another one, added or exchanged, and how it came to be."""
        return Context(
            {**self._artifacts, key: other._artifacts[key]},
            {**self._written, key: other._written[key]},
        )

    def only(self, keys: Iterable[Key]) -> "Context":
        """A context with these addresses alone, as far as it holds them."""
        kept = [key for key in keys if key in self._artifacts]
        return Context({key: self._artifacts[key] for key in kept}, self._written)

    def __repr__(self) -> str:
        return f"Context({', '.join(map(str, self))})"


def _written(
    key: Key,
    artifact: Artifact,
    writer: str = "",
    reads: tuple[Written, ...] | None = None,
    digest: str = "",
    own: Mapping[str, str] | None = None,
) -> Written:
    kept = artifact if getattr(key.type, "remembered", False) else None
    return Written(key, writer, reads, kept, digest, own or {})


Given = Context | Artifact | Mapping[Any, Artifact] | Iterable[Artifact]
"""What can be handed over: a context, an artifact, several, or several by their address."""


def is_given(value: Any) -> bool:
    """Whether it is what can be handed over; what can be iterated once is not looked into."""
    if isinstance(value, Context | Artifact):
        return True
    if isinstance(value, Mapping):
        return all(map(_is_address, value)) and _are_artifacts(value.values())
    if isinstance(value, str | type) or not isinstance(value, Iterable):
        return False
    return not isinstance(value, Collection) or _are_artifacts(value)


def _is_address(value: Any) -> bool:
    try:
        key = Key.at(value)
    except TypeError:
        return False
    return isinstance(key.type, type) and isinstance(key.label, str)


def _are_artifacts(values: Iterable[Any]) -> bool:
    return all(isinstance(each, Artifact) for each in values)
