"""What a stage is handed: what was written, and what derives itself of that."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from fivefold.core.context import Context
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.core.signature import Signature
from fivefold.core.wiring import lacking


def derived_for(key: Key, there: Collection[Key]) -> Iterator[Key]:
    """What has to be derived so that a key is there, itself last; nothing where that cannot be."""
    if key in there or lacking(key, there) or key.type.derivation is None:
        return
    for read in key.type.derivation.reads:
        yield from derived_for(read.key, there)
    yield key


def provide(
    signature: Signature, context: Context, add: Callable[[Key, Context], Context]
) -> Context:
    """The context with what is read and derives itself, as far as that can be; `add` makes it."""
    for read in signature.reads:
        for key in tuple(derived_for(read.key, context)):
            context = context if key in context else add(key, context)
    return context


def arguments(signature: Signature, context: Context, session: Session) -> dict[str, Any]:
    """What a function of this signature is called with; None for what is not there."""
    return {
        read.name: session if read.key.type is Session else context.get(read.key)
        for read in signature.reads
    }


def present(signature: Signature, context: Context) -> list[Key]:
    """What a function of this signature reads of what is there."""
    return [read.key for read in signature.reads if read.key in context]


def derived_name(key: Key) -> str:
    """How the seed and the folder of an artifact are called that no stage writes."""
    return key.type.__name__.lower()
