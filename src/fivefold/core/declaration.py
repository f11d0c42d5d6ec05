"""The fields of a stage's class: which may be, and how the class is called with them."""

from collections.abc import Collection
from functools import reduce
from inspect import Parameter, Signature
from operator import or_
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from fivefold.core.artifact import Artifact
from fivefold.core.signature import reflect
from fivefold.core.values import mentions
from fivefold.errors import SignatureError

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)

TWINS = ("rehearse", "outline")
"""Methods of a stage that are called as `run` is, and give what that gives."""

SHOWN = frozenset(("__class__", "__doc__", "__module__", "__repr__"))
"""Names with two underscores that the help of a stage shows."""


class Declared(ModelMetaclass):
    """The class of stages: its help and its completion tell settings, and not pydantic's own."""

    def __dir__(self) -> list[str]:
        theirs = {name for name in dir(BaseModel) if name not in SHOWN}
        names = (name for name in super().__dir__() if name not in theirs)
        return [name for name in names if name in SHOWN or not name.startswith("__")]


def check_fields(cls: type[BaseModel], taken: Collection[str], bitless: Collection[str]) -> None:
    """Refuse, when a stage is defined, fields that would surprise its users later.

    Args:
        cls: the class of the stage.
        taken: names that every stage has.
        bitless: names of settings that it says decide no bit.

    Raises:
        SignatureError: with all faults at once.
    """
    faults = [
        f"`{name}` is private; results belong in artifacts" for name in cls.__private_attributes__
    ]
    by_position = True
    for name, field in cls.model_fields.items():
        if name in taken:
            faults.append(f"`{name}` is a name that Stage uses")
        if mentions(field.annotation, list, set):
            faults.append(f"`{name}` can be changed in place; write tuple[...] or frozenset[...]")
        if field.kw_only is False and not by_position:
            faults.append(f"`{name}` is positional after a keyword-only field")
        by_position = by_position and field.kw_only is False
    faults += [f"`{name}` is bitless and no field" for name in {*bitless} - {*cls.model_fields}]
    if faults:
        raise SignatureError(
            f"{cls.__qualname__}: expected fields that are settings, found "
            f"{len(faults)} that {'is' if len(faults) == 1 else 'are'} not.",
            evidence="\n".join(f"  {fault}" for fault in faults),
            remedy="Rename, retype or move them.",
            owner=cls.__qualname__,
            faults=tuple(faults),
        )


def check_twins(cls: Any, plain: type) -> None:
    """Refuse a method among `TWINS` that is called otherwise than `run`.

    Args:
        cls: the class of the stage.
        plain: the class that has the methods which nobody defined.

    Raises:
        SignatureError: naming it.
    """
    for name in TWINS:
        method = getattr(cls, name)
        if method is getattr(plain, name):
            continue
        where = f"{cls.__qualname__}.{name}"
        if reflect(method, where, Artifact) != getattr(cls, "wiring", None):
            raise SignatureError(
                f"{where}: expected the signature of run(), found another one.",
                remedy="Give both the same parameters and return annotation.",
                owner=cls.__qualname__,
            )


def call_signature(cls: type[BaseModel]) -> Signature:
    """How the class is called: the first fields by position too, the rest by keyword."""
    parameters = []
    for name, field in cls.model_fields.items():
        positional = field.kw_only is False
        kind = Parameter.POSITIONAL_OR_KEYWORD if positional else Parameter.KEYWORD_ONLY
        default = field.get_default(call_default_factory=True, validated_data={})
        default = Parameter.empty if field.is_required() else default
        annotation = readable(field.annotation)
        parameters.append(Parameter(name, kind, default=default, annotation=annotation))
    return Signature(parameters)


def readable(annotation: Any) -> Any:
    """A type without what it is checked by, as people read it in the help of a class.

    Example:
        >>> readable(Annotated[int, "above 0"] | None)
        int | None
    """
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return readable(inner[0])
    if get_origin(annotation) in (Union, UnionType):
        return reduce(or_, map(readable, inner))
    if get_origin(annotation) in (dict, tuple, frozenset):
        held = tuple(one if one is ... else readable(one) for one in inner)
        return get_origin(annotation)[held]
    return annotation
