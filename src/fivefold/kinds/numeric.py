"""Numbers: measurements, counts, amounts."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.cell import BAD, as_float, is_missing, null_numbers, null_words, number, word
from fivefold.codecs.coded import Coded
from fivefold.codecs.numberforms import are_labels
from fivefold.codecs.numerals import Numerals
from fivefold.codecs.numerals import reader as numeral_reader
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.codecs.whole import EXACT, WideIntegers, wide_integers
from fivefold.core.finding import Finding
from fivefold.kinds.block import Fitted
from fivefold.kinds.disturbance import Change, Disturbance, noisy_numbers
from fivefold.kinds.dull import Dull, numbering
from fivefold.kinds.kind import Kind
from fivefold.kinds.nonsense import beyond_range, far_numbers
from fivefold.kinds.numbers import NUMBERS, bound, bounded, likely_range, unshifted, usual_range
from fivefold.kinds.quick import Quick, plain_reader
from fivefold.kinds.remarks import number_findings, number_like, numbers_and_strays
from fivefold.kinds.sample import Sample
from fivefold.kinds.scaling import HUGE
from fivefold.kinds.scripted import Scripted, script
from fivefold.metrics.groups import quarters

NAN = float("nan")


class Numeric(Kind):
    """Finite numbers; texts of them may be written in any of the world's ways."""

    name = "numeric"
    block = NUMBERS
    wanted = "numbers"
    dtype = "f8"
    explains = False
    control = "number"
    raw = "number"
    written_as = "number_format"
    plural = "numbers"
    levels = True
    sources = frozenset({"number", "span"})
    notation = ("decimal", "thousands")
    nulls = "usual"
    reads_as = frozenset({"numbers", "labels"})
    ordered = True

    def reader(self, column: Column) -> Callable[[object], float]:
        written = numeral_reader(column.format) if column.format else None
        return float_reader(column, number, written)

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        """Integers, floats and truth values of any width; texts that Arrow reads."""
        if isinstance(values, Coded):
            decimals = None if column.format else values.numbers()
            return None if decimals is None else finite(decimals, column)
        if values.ndim != 1 or values.dtype.kind not in "fiub":
            return None
        return finite(values.astype(np.float64, copy=False), column)

    def texts(
        self, values: list[str | None], column: Column
    ) -> tuple[Array, Array, list[int]] | None:
        if column.format:
            return None
        numbers, odd = by_float(values)
        return *finite(numbers, column), odd

    def encode(self, values: Array, column: Column, state: None) -> Array:
        return values

    def quick(self, column: Column, state: None) -> Quick:
        """A cell to its number; those that float32 does not hold go the usual way."""
        exact = plain_reader(self.reader(column))
        if null_numbers(column.missing):
            return Quick(lambda cell: bounded(exact(cell)))

        def read(cell: Any) -> Any:
            kind = type(cell)
            if (kind is float or kind is int) and -HUGE <= cell <= HUGE:
                return cell
            return bounded(exact(cell))

        return Quick(read)

    # --- recognition

    def recognise(self, sample: Sample) -> float:
        """Nearly all cells are numbers, or most, which differ as measurements do."""
        if sample.numbers.sure:
            return 0.9
        return 0.7 if sample.strays.few else 0.0

    def form(self, sample: Sample) -> str:
        return sample.numbers.form.format

    def noted(self, sample: Sample, name: str) -> list[Finding]:
        return number_findings(name, sample.numbers.form)

    def doubted(self, sample: Sample, name: str, read_as: str) -> list[Finding]:
        if sample.strays.dressed:
            return [number_like(name, sample.strays.dressed, sample.numbers.form, read_as)]
        strays = sample.strays.texts
        return [numbers_and_strays(name, strays, self.name, read_as)] if strays else []

    def exact(self, cells: "Array | Coded", values: Array, column: Column) -> WideIntegers | None:
        return wide_integers(cells, values, column.format)

    def are_labels(self, cells: "Array | Coded", format: str) -> bool:
        return are_labels(cells, format)

    # --- doors

    def to_frame(self, values: Array, column: Column) -> Array:
        """Whole numbers as int64, unless one is missing."""
        whole = np.isfinite(values) & (values == np.rint(values)) & (np.abs(values) < EXACT)
        return values.astype(np.int64) if whole.all() else values

    def to_text(self, values: Array, column: Column) -> list[str]:
        """In the column's own way, else the fewest digits that read back as the same."""
        form = Numerals.from_example(column.format) if column.format else None
        write = form.write if form else _digits
        return ["" if np.isnan(v) else write(v) for v in values.tolist()]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return [None if np.isnan(v) else json.loads(_digits(v)) for v in values.tolist()]

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        format = fitted.column.format
        digits = 12 if fitted.shared.offset[fitted.first] else 7  # float32 holds 7
        low, high = (bound(unshifted(fitted, end), digits) for end in ("low", "high"))
        is_bounded = low is not None or high is not None
        form, unit = "a number, or its text", ""
        if format:
            numerals = Numerals.from_example(format)
            form = f"{form} written like {numerals.example} for {numerals.exemplified}"
            unit = numerals.unit
        return {
            "form": form,
            "low": low,
            "high": high,
            "usual": usual_range(fitted, seen),
            "unit": unit,
            "example": bound(unshifted(fitted, "fill"), digits),
            "policy": {
                "out_of_range": "pulled in to the range" if is_bounded else "taken as it is"
            },
        }

    def scripted(self, fitted: Fitted) -> Scripted:
        return scripted_number("number", fitted.column)

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        low, high = usual or likely_range(fitted)
        digits = 12 if max(abs(low), abs(high)) > 1e5 * (high - low) else 5
        return [float(f"{value:.{digits}g}") for value in rng.uniform(low, high, rows)]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return (*super().disturbances(column, seen), *noisy_numbers(seen))

    def strays(self, values: Array, seen: Array) -> Array:
        return beyond_range(values, seen)

    def nonsense(self, column: Column, seen: Array) -> Change | None:
        return far_numbers(seen)

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        values[some] = values[some] * 7.0 + 1.0
        values[few] = NAN
        return values

    # --- statistics

    def shown(self, cell: Any, column: Column) -> str:
        """As its column writes it; seven digits of a long fraction."""
        [text] = self.to_text(np.array([cell], np.float64), column)
        return text if column.format or len(text) <= 12 else f"{cell:.7g}"

    def suspect(self, values: Array) -> tuple[Array, bool]:
        return values, True

    def dull(self, name: str, different: Array, count: int) -> Dull | None:
        return numbering(name, different)

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        return {"": values}

    def groups(self, values: Array) -> Iterator[tuple[str, Array]]:
        return quarters(values)


def float_reader(
    column: Column,
    plain: Callable[[object], float],
    written: Callable[[str], float] | None = None,
) -> Callable[[object], float]:
    """What reads a cell as a number, NaN for missing ones.

    Args:
        column: its missing texts; those that are numbers catch the number as well.
        plain: reads what is not missing.
        written: reads texts in its place.
    """
    words, numbers = null_words(column.missing), null_numbers(column.missing)

    def read(value: object) -> float:
        if is_missing(value) or (isinstance(value, str) and word(value) in words):
            return NAN
        if written and isinstance(value, str | bytes):
            result = written(value if isinstance(value, str) else value.decode())
            return NAN if result in numbers else result
        if numbers and _float_or_nan(value) in numbers:
            return NAN
        result = plain(value)
        return NAN if result in numbers else result  # "no" is the number 0 of a boolean column

    return read


def scripted_number(codec: str, column: Column) -> Scripted:
    """The same for a page, which takes numbers and no texts that are written in a way of its own.

    Args:
        codec: `number` or `truth`.
        column: its missing texts, and format.
    """
    absent = sorted(filter(np.isfinite, null_numbers(column.missing)))
    facts = {"absentNumbers": absent, "written": bool(column.format)}
    return Scripted(codec, facts, script("codecs/cell.js", "kinds/numeric.js"))


def finite(values: Array, column: Column) -> tuple[Array, Array]:
    """Float64 numbers without those that stand for missing, and where infinities were."""
    return without_missing(values, np.isinf(values), column)


def without_missing(values: Array, wrong: Array, column: Column) -> tuple[Array, Array]:
    """Float64 numbers with NaN where they are wrong or stand for missing; positions of the wrong.

    Args:
        values: `(n,)` float64.
        wrong: `(n,)` bool; those that stand for missing are none.
        column: its missing texts.
    """
    numbers = null_numbers(column.missing)
    if numbers:
        absent = np.isin(values, list(numbers))
        values = np.where(absent, NAN, values)
        wrong = wrong & ~absent
    if wrong.any():
        values = np.where(wrong, NAN, values)
    return values, np.flatnonzero(wrong)


def by_float(texts: Sequence[str | None]) -> tuple[Array, list[int]]:
    """Texts as numbers, where `float` reads what the reader of single cells does.

    Returns:
        `(n,)` float64, infinities among them; and the places of texts to be read one by one,
        whose numbers are NaN.
    """
    try:
        numbers = np.fromiter(map(float, texts), np.float64, len(texts))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        numbers, odd = np.empty(len(texts)), []
        for place, text in enumerate(texts):
            try:
                numbers[place] = float(text)  # type: ignore[arg-type]
            except (ValueError, TypeError):
                numbers[place] = NAN
                odd.append(place)
    else:
        odd = []
    if "_" in "".join(text for text in texts if text):  # no digit, though `float` passes it
        more = (place for place, text in enumerate(texts) if text and "_" in text)
        odd = sorted({*odd, *more})
        numbers[odd] = NAN
    return numbers, odd


def _float_or_nan(value: object) -> float:
    try:
        return as_float(value)
    except BAD:
        return NAN


def _digits(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
