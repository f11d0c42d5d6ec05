"""Kinds as settings ask for them, by column."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from fivefold.codecs.schema import KindName
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS


def _own_kinds(kinds: Any) -> Any:
    """Kinds as they were said: those of the user's are adopted, and found again by their names."""
    if not isinstance(kinds, dict):
        return kinds
    return {
        column: (KINDS.own(said) or said) if isinstance(said, str) else KINDS.adopt(said)
        for column, said in kinds.items()
    }


KindsByColumn = Annotated[dict[str, KindName | Kind | type[Kind]], BeforeValidator(_own_kinds)]


def names_of_kinds(kinds: Mapping[str, str | Kind | type[Kind]]) -> dict[str, str]:
    """Names of kinds by column."""
    return {column: kind if isinstance(kind, str) else kind.name for column, kind in kinds.items()}
