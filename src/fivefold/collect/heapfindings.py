"""What is told of numbers that far more rows have than those beside them."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.schema import Column, Schema
from fivefold.collect.heaps import ENDS, NEXT, Heap, Heaps
from fivefold.collect.untidy import exact
from fivefold.core.digits import GROUPED, digits, per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, plural
from fivefold.kinds.known import kind_of

_SHOWN, _WRITTEN, _LISTED = 3, 8, 100
Named = tuple[str, Heap]


def heap_findings(heaps: Heaps, schema: Schema) -> list[Finding]:
    """`spike`, of numbers that stand out, and `capped`, of ends that many rows have.

    Args:
        heaps: by name of the column.
        schema: kinds and roles.
    """
    every = [(name, heap) for name in heaps for heap in heaps[name]]
    every.sort(key=lambda one: -one[1].share)
    codes = [one for one in every if one[1].stands_in or one[1].how == "zero"]
    others = [one for one in every if one not in codes and one[1].how not in ENDS]
    found = [_spike(codes, schema)] if codes else []
    found += [_spike(others, schema, usual=True)] if others else []
    ends = [one for one in every if one[1].how in ENDS]
    for is_target in (True, False):
        some = [one for one in ends if (one[0] in schema.targets) == is_target]
        found += [_capped(some, is_target)] if some else []
    return found


def _spike(spikes: Sequence[Named], schema: Schema, *, usual: bool = False) -> Finding:
    listed = "; ".join(_stands_out(heap, schema[name]) for name, heap in spikes[:_SHOWN])
    more = len({name for name, _ in spikes} - {name for name, _ in spikes[:_SHOWN]})
    listed += f"; and such ones in {plural(more, 'column')} more" if more else ""
    codes: dict[str, list[str]] = {}
    for name, heap in spikes[:_WRITTEN]:
        codes.setdefault(name, []).append(_said(heap.value, schema[name]))
    said = ", ".join(f"{literal(name)}: [{', '.join(some)}]" for name, some in codes.items())
    some, they = ("Some values stand", "they stand")
    if len(spikes) == 1:
        some, they = ("A value stands", "it stands")
    remedy = f"Pass missing={{{said}}} where {they} for what is not known."
    if usual:
        remedy = f"It may be usual; pass missing={{{said}}} if it was filled in where nobody knew."
    sentence = f"{some} out: {listed}. {remedy}"
    sure = any(heap.stands_in for _, heap in spikes)
    return finding("spike", sentence, "warning" if sure else "note", **_facts(spikes))


def _stands_out(heap: Heap, column: Column) -> str:
    told = f"`{column.name}` is {_shown(heap.value, column)} in {_rows(heap)}"
    if heap.how in ("apart", "zero"):
        return f"{told}, and never between that and {_shown(heap.other, column)}"
    if heap.how == "finer":
        return f"{told}, with more decimals than all others"
    return f"{told}, and any other number in {plural(int(heap.other), 'row')} at most"


def _capped(heaps: Sequence[Named], is_target: bool) -> Finding:
    listed = "; ".join(
        f"{_rows(heap)} have {apart(heap.value)} in `{name}`, its {heap.how} number, where the "
        f"{NEXT} numbers next to it have {_each(heap.other)} each on average"
        for name, heap in heaps[:_SHOWN]
    )
    more = f"; so in {len(heaps) - _SHOWN:,} more" if len(heaps) > _SHOWN else ""
    name, heap = heaps[0]
    sign, beyond = (">=", "larger") if heap.how == "largest" else ("<=", "smaller")
    formula = literal(f"`{name}` {sign} {exact(heap.value)}")
    new = literal(f"{name}_capped")
    end = f"ff.Derive({{{new}: {formula}}}) tells a model which rows these are."
    if is_target:
        end = "no model predicts them: leave these rows out, or predict whether it is reached."
    sentence = f"{listed}{more}. If {beyond} ones were set to it, {end}"
    return finding("capped", sentence, target=is_target, **_facts(heaps))


def _facts(heaps: Sequence[Named]) -> dict[str, object]:
    listed = [{"column": name, **heap._asdict()} for name, heap in heaps[:_LISTED]]
    return {"columns": list(dict.fromkeys(name for name, _ in heaps)), "found": listed}


def _each(rows: float) -> str:
    told = digits(round(rows, 1))
    return f"{told} row{'' if told == '1' else 's'}"


def _rows(heap: Heap) -> str:
    return f"{plural(heap.rows, 'row')} ({per_cent(heap.share)})"


def _shown(value: float, column: Column) -> str:
    """As one reads it, a date as the source writes it."""
    if not kind_of(column.kind).dated:
        return apart(float(f"{value:.10g}"))
    moment = np.datetime64(int(value), "us").item()
    return str(moment.strftime(column.format) if "%" in column.format else moment.date())


def _said(value: float, column: Column) -> str:
    """As one writes it in Python, to the last bit."""
    return literal(_shown(value, column)) if kind_of(column.kind).dated else exact(value)


def apart(value: float) -> str:
    """As one reads it, with thousands set apart from 10,000 on.

    Example:
        >>> apart(500001.0), apart(-999.0), apart(41.2375)
        ('500,001', '-999', '41.2375')
    """
    told = exact(value)
    if abs(value) < GROUPED or "e" in told:
        return told
    whole, dot, rest = told.partition(".")
    return f"{int(whole):,}{dot}{rest}"
