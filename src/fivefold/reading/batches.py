"""Rows of a database, which come some at a time, as columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fivefold.errors import DataError
from fivefold.kinds.recognition import SourceType
from fivefold.reading.objects import array_of
from fivefold.reading.options import Reading
from fivefold.reading.query import Query
from fivefold.reading.raw import Raw, join_values

AT_ONCE = 16_384  # rows that are fetched at a time


def pieces_of(
    names: Sequence[str],
    batches: Iterable[Sequence[Sequence[Any]]],
    asked: Query,
    reading: Reading,
    rows: int | None,
) -> Iterator[Raw]:
    """Batches of rows as pieces; all together if `rows` is None.

    Args:
        names: of the columns.
        batches: of rows, each of them cells in the order of the names.
        asked: the query that they answer.
        reading: whether rows are to be answered, of which there may be none.
        rows: of a piece.

    Yields:
        One piece at least.

    Raises:
        DataError: if there are no rows, unless they are to be answered.
    """
    plain = Raw(name=asked.name, columns={}, text=asked.text)
    held: list[dict[str, Any]] = []
    empty = True
    for batch in batches:
        if batch:
            cells = zip(names, zip(*batch, strict=True), strict=True)
            held.append({name: array_of(list(column)) for name, column in cells})
            empty = False
        if held and rows is not None:
            yield _typed(plain, held.pop())
    if empty and not reading.asks:
        remedy = "Ask for rows that are there."
        raise DataError.expected(asked.name, "rows", "none", remedy, rows=0)
    if empty:
        held = [{name: array_of([]) for name in names}]
    if held:
        columns = {name: join_values([piece[name] for piece in held]) for name in names}
        yield _typed(plain, columns)


def _typed(plain: Raw, columns: Mapping[str, Any]) -> Raw:
    """The columns, with what the types of their cells say."""
    said: dict[str, SourceType] = {"b": "truth", "M": "moment"}
    kinds = {
        name: getattr(getattr(cells, "dtype", None), "kind", "") for name, cells in columns.items()
    }
    types = {name: said[kind] for name, kind in kinds.items() if kind in said}
    return plain.replace(columns=columns, types=types)


def wrong_query(asked: Query, why: object) -> DataError:
    """The fault of a query that the database does not take."""
    lines = str(why).strip().splitlines() or [type(why).__name__]
    return DataError(
        f"{asked.name}: expected a query that reads rows, found one that is refused.",
        evidence=f"{lines[0].removesuffix('.')}.",
        remedy="Correct query=.",
        query=asked.query,
    )
