"""Plain values by name, each with its type."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, Self, dataclass_transform

from fivefold.errors import SignatureError


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Facts(Mapping[str, Any]):
    """What is known of something, as attributes and as a mapping; never changed.

    A subclass lists names with types and defaults. The mapping holds what was given, in that
    order, other names too; the attributes fall back to the defaults, and those that a mapping has
    stay its methods. An artifact takes a dict where one of its fields is declared as such a class,
    and saves it as one.

    Example:
        >>> class Taken(Facts):
        ...     seconds: float = 0.0
        ...     resumed: int = 0
        >>> taken = Taken(seconds=1.5)
        >>> taken.seconds, taken["seconds"], taken.resumed, dict(taken)
        (1.5, 1.5, 0, {'seconds': 1.5})
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        taken = sorted(name for name in cls.__annotations__ if hasattr(Facts, name))
        if taken:
            summary = (
                f"{cls.__qualname__}: expected no names of a mapping's methods, found {taken[0]}."
            )
            raise SignatureError(summary, remedy="Rename it.", owner=cls.__qualname__)

    def __init__(self, /, **values: Any) -> None:
        self.__dict__.update({n: v for n, v in values.items() if not hasattr(Facts, n)})
        self.__dict__["_values"] = values

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Values by name as such facts."""
        return values if isinstance(values, cls) else cls(**values)

    def __getitem__(self, name: str) -> Any:
        values: dict[str, Any] = self.__dict__["_values"]
        return values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__["_values"])

    def __len__(self) -> int:
        return len(self.__dict__["_values"])

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is not changed; make another with {name}")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.items())
        return f"{type(self).__name__}({shown})"
