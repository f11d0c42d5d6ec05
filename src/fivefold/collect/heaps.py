"""Numbers that far more rows have than those beside them: stand-ins for missing ones, and ends."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.keys import row_keys
from fivefold.kinds.known import kind_of

FEWEST = 50  # rows with a number, below which nothing is said
WIDE_TABLE = 1000  # inputs, of more of which some have a heap by chance; the target is looked at
MANY, GRADES = 12, 4  # different numbers of a column; of a scale with a few grades
FEW = 5  # rows of a number apart from all others
OUTER = 3  # numbers at an end that may be apart from all others together
NEAREST, TIMES, TIMES_OF_GRADES = 12, 5.0, 10.0
"""Numbers beside a gap, and how many times the mean of the steps between them it is."""
WIDE = 0.5  # of the range of nine numbers in ten, from which on any number is apart
LITTLE = 0.2  # of their median, below which the least amount lies beside 0
NEXT, BESIDE = 5, 10  # numbers that an end is compared with
TIMES_ROWS, MORE_ROWS = 4, 2  # of a number that is far commoner: so many times, and so many more
TIMES_END, GRADED = 2.5, 30  # the same of an end; fewer numbers than that may be a scale
FALLING, TIMES_FALLING = 0.75, 2  # of rows towards an end, and how many times those an end has
CHANCE = 4.0  # deviations of a number of rows, beyond which it is none
MOSTLY = 0.5  # of the rows that are 0, from which on an amount is mostly none
RARE = 0.01  # of the rows that have another number at most, where one is surely odd
ENOUGH, ALONE = 8, 4  # rows at an end; of one where no number is in two rows
OFTEN = 3  # numbers that may be far commoner than all the rest, or finer
FINER = 2  # decimals more than all others have
MANY_ROWS = 50  # of a heap, from which on nobody asks whether they are one row that repeats
YEAR = 365 * 86_400e6

How = Literal["apart", "zero", "finer", "alone", "common", "least", "largest"]
"""What is odd: a gap beside it, also that of 0 below small amounts; more decimals than all others;
that no other is in more than a row in a hundred; that any other is far rarer; that it is an end."""
SURE = frozenset({"apart", "finer", "alone"})
ENDS = frozenset({"least", "largest"})


class Heap(NamedTuple):
    """A number that far more rows of a column have than have those beside it.

    Args:
        value: the number; of a date microseconds.
        rows: that have it.
        share: of the rows with a number.
        how: what is odd of it.
        other: the number beside it; where it is common, the rows of the commonest other one; of an
            end, the mean of the rows of the numbers next to it.
    """

    value: float
    rows: int
    share: float
    how: How
    other: float

    @property
    def stands_in(self) -> bool:
        """Whether it surely stands for something else than its number."""
        return self.how in SURE and (self.value != 0 or self.how == "apart")


Heaps = Mapping[str, list[Heap]]
"""Those of each column that has some, by name."""


def find_heaps(values: Mapping[str, Array], schema: Schema, usable: Array) -> Heaps:
    """The heaps of inputs and targets that hold numbers or dates.

    Args:
        values: canonical, by name.
        schema: kinds and roles.
        usable: `(n,)` bool.
    """
    found, roles = {}, ("input", "target")[len(schema.inputs) > WIDE_TABLE :]
    for column in schema.columns:
        cells, kind = values[column.name], kind_of(column.kind)
        if column.role not in roles or not (kind.ordered or kind.dated):
            continue
        if cells.ndim > 1 or cells.dtype.kind not in "fM":
            continue
        heaps = heaps_of(cells if usable.all() else cells[usable])
        heaps = [heap for heap in heaps if not _repeats(heap, column.name, values, schema, usable)]
        if heaps:
            found[column.name] = heaps
    return found


def _repeats(
    heap: Heap, name: str, values: Mapping[str, Array], schema: Schema, usable: Array
) -> bool:
    """Whether these few rows equal one another in all other inputs too."""
    others = [values[column.name] for column in schema.inputs if column.name != name]
    if heap.rows > MANY_ROWS or not others:
        return False
    cells = values[name].astype("M8[us]") if values[name].dtype.kind == "M" else values[name]
    rows = np.flatnonzero(usable & (cells.astype(np.float64) == heap.value))
    different = len(np.unique(row_keys(cells[rows] for cells in others)))
    return different < max(ALONE, heap.rows / 2)


def without(values: Mapping[str, Array], heaps: Heaps) -> dict[str, Array]:
    """The same, missing where a number surely stands for something else."""
    found = dict(values)
    for name, some in heaps.items():
        codes = [heap.value for heap in some if heap.stands_in]
        if codes and values[name].dtype.kind == "f":
            found[name] = np.where(np.isin(values[name], codes), np.nan, values[name])
    return found


def heaps_of(cells: Array) -> list[Heap]:
    """The heaps of one column; of dates those alone that are apart from all others.

    Args:
        cells: `(n,)` float64 or datetime64, missing ones among them.

    Example:
        >>> weights = np.r_[np.linspace(50.0, 90.0, 95), np.zeros(6)]
        >>> [(heap.value, heap.rows, heap.how) for heap in heaps_of(weights)]
        [(0.0, 6, 'apart')]
    """
    dated = cells.dtype.kind == "M"
    known = cells[~np.isnat(cells)].astype("M8[us]").astype(np.float64) if dated else cells
    known = known[~np.isnan(known)]
    if len(known) < FEWEST:
        return []
    numbers, rows = np.unique(known, return_counts=True)
    if rows.max() < ALONE or len(numbers) <= GRADES:
        return []
    natural = _whole_and_none(numbers)
    found = [
        heap
        for heap in _apart(numbers, rows, dated)
        if heap.value not in natural or (heap.value == 0 and heap.rows <= RARE * len(known))
    ]
    taken = np.isin(numbers, [*natural, *(heap.value for heap in found)])
    if not dated and len(numbers) - taken.sum() >= MANY:
        found += _finer(numbers, rows, taken)
        taken |= np.isin(numbers, [heap.value for heap in found])
        found += [] if natural else _ends(numbers[~taken], rows[~taken])
        taken |= np.isin(numbers, [heap.value for heap in found])
        found += _common(numbers[~taken], rows[~taken], len(known))
    return [heap._replace(share=heap.rows / len(known)) for heap in found]


def _whole_and_none(numbers: Array) -> tuple[float, ...]:
    """The ends of a column of shares or of per cent, which many rows may reach."""
    low, high = float(numbers[0]), float(numbers[-1])
    return (0.0, high) if low >= 0 and (high == 1 or (high == 100 and low == 0)) else ()


def _apart(numbers: Array, rows: Array, dated: bool) -> list[Heap]:
    """Up to three numbers at an end with a gap between them and all others."""
    found = []
    for sign in (1, -1):
        line, count = (sign * numbers, rows) if sign > 0 else (sign * numbers[::-1], rows[::-1])
        for outer in range(min(OUTER, len(line) - GRADES), 0, -1):
            if count[:outer].max() < FEW or not _has_gap(line, count, outer, sign, dated):
                continue
            for place in np.flatnonzero(count[:outer] >= FEW):
                how = _how(line, count, int(place), outer)
                found.append(_heap(sign * line[place], count[place], how, sign * line[outer]))
            break
    return [heap for heap in found if heap.how == "apart" or heap.rows < MOSTLY * rows.sum()]


def _how(line: Array, count: Array, place: int, outer: int) -> How:
    """Whether a number apart may be a 0 that is one, as few of an amount that is mostly more."""
    middle = line[outer:][np.searchsorted(np.cumsum(count[outer:]), count[outer:].sum() / 2)]
    near = abs(line[outer]) < LITTLE * abs(middle)
    return "zero" if line[place] == 0 and near else "apart"


def _has_gap(line: Array, count: Array, outer: int, sign: int, dated: bool) -> bool:
    """Whether the first numbers of an ascending line are apart from all others."""
    gap, rest = line[outer] - line[outer - 1], line[outer:]
    last = sign * line[outer - 1]
    usual = float(np.diff(rest[:NEAREST]).mean())
    if len(rest) < MANY:
        return not dated and _is_code(last) and gap >= TIMES_OF_GRADES * usual
    if last == -1 and sign > 0 and rest[0] >= 0:
        return bool(gap >= TIMES * usual or count[outer - 1] > 1.5 * count[outer] + 3)
    if gap < TIMES * usual:
        return False
    if dated or _is_code(last) or (last == 0 and sign > 0):
        return not dated or bool(gap > YEAR)
    ends = np.interp([0.05, 0.95], np.cumsum(count[outer:]) / count[outer:].sum(), rest)
    return bool(gap >= WIDE * (ends[1] - ends[0]))


def _is_code(number: float) -> bool:
    """Whether a number is one by which people say that they do not know it: -1, 99, -999."""
    if number != round(number) or abs(number) >= 1e15:
        return False
    digits = str(int(abs(number)))
    return number == -1 or (set(digits) == {"9"} and (len(digits) > 1 or number < 0))


def _finer(numbers: Array, rows: Array, taken: Array) -> list[Heap]:
    """A few numbers in several rows each that have more decimals than all others."""
    for decimals in range(4):
        scaled = numbers * 10.0**decimals
        finer = np.abs(scaled - np.rint(scaled)) > 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)
        if finer.sum() > OFTEN + 2 or not (~finer).any():
            continue
        scaled *= 10.0 ** (FINER - 1)
        much = np.abs(scaled - np.rint(scaled)) > 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)
        if finer.any() and (much == finer).all() and (rows[finer] >= FEW).all():
            others = float(rows[~finer].max())
            return [
                _heap(numbers[place], rows[place], "finer", others)
                for place in np.flatnonzero(finer & ~taken)
            ]
        return []
    return []


def _ends(numbers: Array, rows: Array) -> list[Heap]:
    """The least and the largest number, where far more rows have it than those beside it."""
    found = []
    inside = rows[1:-1]
    ends: tuple[tuple[How, Array, Array], ...] = (
        ("largest", numbers[::-1], inside[::-1]),
        ("least", numbers, inside),
    )
    for how, line, beside in ends:
        end, count = float(line[0]), int(rows[-1] if how == "largest" else rows[0])
        if how == "least" and end in (0, 1):  # which many counts and amounts have
            continue
        if count >= _wanted(beside, len(numbers)):
            found.append(_heap(end, count, how, beside[:NEXT].mean()))
    return found


def _wanted(beside: Array, numbers: int) -> float:
    """How many rows of an end are more than chance and the course of those beside it explain."""
    if beside.max() <= 2 and (beside == 1).mean() > 0.9:
        return ALONE
    most = beside[:BESIDE].max()
    falls = (np.diff(beside[:3]) <= 0).all() and beside[2] >= ALONE
    course = beside[0] ** 2 / beside[1] if falls else 0.0
    if numbers < GRADED:  # a scale may end where many rows are
        return float(max(ENOUGH, most, TIMES_ROWS * max(beside[:NEXT].max(), course)))
    wanted = max(most, TIMES_END * max(beside[:NEXT].mean(), course) + MORE_ROWS)
    near, far = beside[:2].mean(), beside[2:NEXT].mean()
    if near < FALLING * far:  # the end should have fewer rows still than the last two before it
        by_chance = near + CHANCE * near**0.5 + MORE_ROWS
        wanted = min(wanted, max(beside[:NEXT].max(), TIMES_FALLING * near, by_chance))
    return float(max(ENOUGH, wanted))


def _common(numbers: Array, rows: Array, known: int) -> list[Heap]:
    """Up to three numbers that are far commoner than all the rest."""
    inside = rows.copy()
    if numbers[0] >= 0:  # many counts and amounts are mostly none, or fall off from there on
        if rows[0] >= MOSTLY * known:
            return []
        rise = np.flatnonzero(np.diff(rows) > 0)
        inside[: int(rise[0]) + 1 if len(rise) else len(rows)] = 0
    order = np.argsort(-inside, kind="stable")[: OFTEN + 1]
    for many in range(min(OFTEN, len(order) - 1), 0, -1):
        rest = max(int(inside[order[many]]), 1)
        alone = rest <= max(2, RARE * known)
        if inside[order[many - 1]] < TIMES_ROWS * rest + FEW or (many > 1 and not alone):
            continue
        how: How = "alone" if alone else "common"
        return [_heap(numbers[place], rows[place], how, rest) for place in order[:many]]
    rest = int(rows[1:].max())
    many = numbers[0] == 0 and rows[0] >= TIMES_ROWS * rest + FEW
    return [_heap(0.0, rows[0], "alone", rest)] if many and rest <= max(2, RARE * known) else []


def _heap(value: float, rows: int, how: How, other: float) -> Heap:
    return Heap(float(value), int(rows), 0.0, how, float(other))
