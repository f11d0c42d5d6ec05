"""Arguments that are one setting of a stage, and the mapping that a recipe holds of them."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, ClassVar


class AsGiven(Mapping[str, Any]):
    """A dataclass that is also the mapping of its arguments that are not the usual ones.

    So that it goes into a recipe and comes back. Two of them are equal if they are the same object.

    Attributes:
        first: the argument that is there in any case.
    """

    first: ClassVar[str]

    def __iter__(self) -> Iterator[str]:
        whole: Any = self
        for field in fields(whole):
            if field.name == self.first or getattr(self, field.name) != field.default:
                yield field.name

    def __getitem__(self, name: str) -> Any:
        if name not in list(self):
            raise KeyError(name)
        return getattr(self, name)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)
