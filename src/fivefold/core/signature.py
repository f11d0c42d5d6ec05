"""The signature of `run()` as data: what a stage reads and what it writes."""

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from fivefold.core.key import Key
from fivefold.errors import SignatureError


@dataclass(frozen=True)
class Read:
    """One parameter of `run()`; it is optional where it is declared `X | None = None`."""

    name: str
    key: Key
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.key}?" if self.optional else str(self.key)


@dataclass(frozen=True)
class Signature:
    """What a stage reads and writes."""

    reads: tuple[Read, ...]
    writes: Key


def reflect(
    function: Callable[..., Any], owner: str, wired: type, known: dict[str, Any] | None = None
) -> Signature:
    """The wiring that a function's annotations declare.

    Args:
        function: `run` of a stage (with `self`), or a bound classmethod.
        owner: its name in messages, such as `Distil.run`.
        wired: the class whose subclasses may be wired (`Artifact`).
        known: names that quoted annotations may use besides those of the module.

    Raises:
        SignatureError: naming every parameter that cannot be wired.
    """
    parameters = list(inspect.signature(function).parameters.values())
    try:
        hints = get_type_hints(function, localns=known, include_extras=True)
    except NameError as error:
        raise SignatureError(
            f"{owner}: expected annotations that exist when the class is defined, "
            f"found {error.name!r}.",
            remedy=f"Define {error.name} above the class, at the top level of the module.",
            owner=owner,
        ) from None
    faults, reads, writes = list[str](), list[Read](), None
    for parameter in parameters if inspect.ismethod(function) else parameters[1:]:
        try:
            reads.append(_read(parameter, hints, wired))
        except ValueError as fault:
            faults.append(f"parameter {parameter.name!r} {fault}")
    keys = [read.key for read in reads]
    twice = {str(key) for key in keys if keys.count(key) > 1}
    faults += [f"{key} is read twice; label one with Annotated[..., 'label']" for key in twice]
    try:
        writes = _written(hints, wired)
    except ValueError as fault:
        faults.append(str(fault))
    if faults or writes is None:
        raise SignatureError(
            f"{owner}: expected artifacts in its signature, found "
            f"{len(faults)} that {'is' if len(faults) == 1 else 'are'} not.",
            evidence="\n".join(f"  {fault}" for fault in faults),
            remedy="Annotate each parameter and the return value with a subclass of Artifact.",
            owner=owner,
            faults=tuple(faults),
        )
    return Signature(tuple(reads), writes)


def _read(parameter: inspect.Parameter, hints: dict[str, Any], wired: type) -> Read:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise ValueError("takes any number of arguments; name each artifact")
    if parameter.kind is parameter.POSITIONAL_ONLY:
        raise ValueError("is positional-only; stages are called by name")
    if parameter.name not in hints:
        raise ValueError("has no annotation")
    annotation = hints[parameter.name]
    if not _is_union(annotation):
        if parameter.default is not parameter.empty:
            raise ValueError("has a default; only `X | None = None` may")
        return Read(parameter.name, _key(annotation, wired))
    members = [member for member in get_args(annotation) if member is not type(None)]
    if len(members) != 1 or len(members) == len(get_args(annotation)):
        raise ValueError(f"is {annotation}; the only union is `X | None = None`")
    if parameter.default is not None:
        raise ValueError("is optional without `= None`")
    return Read(parameter.name, _key(members[0], wired), optional=True)


def _written(hints: dict[str, Any], wired: type) -> Key:
    if "return" not in hints:
        raise ValueError("the return annotation is missing; it says what the stage writes")
    if _is_union(hints["return"]):
        raise ValueError(f"it returns {hints['return']}; outputs are never optional")
    try:
        key = _key(hints["return"], wired)
    except ValueError as fault:
        raise ValueError(f"the return annotation {fault}") from None
    if key.type.__name__ == "Session":
        raise ValueError("it returns Session, which the pipeline alone writes")
    return key


def _key(annotation: Any, wired: type) -> Key:
    label = ""
    if get_origin(annotation) is Annotated:
        annotation, *labels = get_args(annotation)
        label = labels[0]
        if len(labels) != 1 or not isinstance(label, str) or not label:
            raise ValueError(f"is labelled {labels}; a label is one non-empty string")
    if isinstance(annotation, type) and issubclass(annotation, wired) and annotation is not wired:
        return Key(annotation, label)
    name = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    raise ValueError(f"is {name}; only subclasses of Artifact can be wired")


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)
