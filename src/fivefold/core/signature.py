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
    faults: list[str] = []
    parameters = list(inspect.signature(function).parameters.values())
    if not inspect.ismethod(function):
        parameters = parameters[1:]
    try:
        hints = get_type_hints(function, localns=known, include_extras=True)
    except NameError as error:
        raise SignatureError(
            f"{owner}: expected annotations that exist when the class is defined, "
            f"found {error.name!r}.",
            remedy=f"Define {error.name} above the class, at the top level of the module.",
            owner=owner,
        ) from None

    def key_of(where: str, annotation: Any) -> Key | None:
        plain, label = annotation, ""
        if get_origin(annotation) is Annotated:
            plain, *labels = get_args(annotation)
            if len(labels) != 1 or not isinstance(labels[0], str) or not labels[0]:
                faults.append(f"{where} is labelled {labels}; a label is one non-empty string")
                return None
            label = labels[0]
        if plain is wired or not (isinstance(plain, type) and issubclass(plain, wired)):
            faults.append(f"{where} is {_name(plain)}; only subclasses of Artifact can be wired")
            return None
        return Key(plain, label)

    reads = []
    for parameter in parameters:
        where = f"parameter {parameter.name!r}"
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            faults.append(f"{where} takes any number of arguments; name each artifact")
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            faults.append(f"{where} is positional-only; stages are called by name")
            continue
        if parameter.name not in hints:
            faults.append(f"{where} has no annotation")
            continue
        annotation, optional = hints[parameter.name], False
        if get_origin(annotation) in (Union, types.UnionType):
            members = [member for member in get_args(annotation) if member is not type(None)]
            if len(members) != 1 or len(members) == len(get_args(annotation)):
                faults.append(f"{where} is {annotation}; the only union is `X | None = None`")
                continue
            if parameter.default is not None:
                faults.append(f"{where} is optional without `= None`")
                continue
            annotation, optional = members[0], True
        elif parameter.default is not parameter.empty:
            faults.append(f"{where} has a default; only `X | None = None` may")
            continue
        key = key_of(where, annotation)
        if key is not None:
            reads.append(Read(parameter.name, key, optional))
    twice = {str(read.key) for read in reads if [r.key for r in reads].count(read.key) > 1}
    faults += [f"{key} is read twice; label one with Annotated[..., 'label']" for key in twice]
    writes: Key | None = None
    if "return" not in hints:
        faults.append("the return annotation is missing; it says what the stage writes")
    elif get_origin(hints["return"]) in (Union, types.UnionType):
        faults.append(f"it returns {hints['return']}; outputs are never optional")
    else:
        writes = key_of("the return annotation", hints["return"])
        if writes is not None and writes.type.__name__ == "Session":
            faults.append("it returns Session, which the pipeline alone writes")
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


def _name(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
