"""What `bits.py` asks of commits that do not all call it the same."""

from collections.abc import Mapping
from inspect import signature
from typing import Any

from fivefold.serve.contract import Contract, contract_of

try:
    from fivefold.kinds.plan import Plan
except ImportError:  # before there were kinds
    from fivefold.codecs.plan import Plan


def contract_for(codec: Any, inputs: Mapping[str, Any], text: Mapping[str, str]) -> Contract:
    """The contract of a codec that has seen these arrays."""
    numbers_only = "numbers" in signature(contract_of).parameters
    return contract_of(codec, inputs.get("numeric") if numbers_only else inputs, text)


def plan_arrays(codec: Any, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The arrays that a server's plan makes of rows, where it makes any."""
    make = getattr(Plan, "of", lambda codec: None if codec.images else Plan(codec))
    plan = make(codec)
    return plan and plan.encode([tuple(row[name] for name in plan.names) for row in rows])
