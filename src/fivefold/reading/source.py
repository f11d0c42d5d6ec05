"""What a source is, and reading it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.reading import arrays, bases, bundled, frames, images
from fivefold.reading.addresses import without_secrets
from fivefold.reading.arrays import is_sparse, read_placed
from fivefold.reading.datasets import is_dataset, loader_fault, read_dataset
from fivefold.reading.filepaths import find_files, no_file, path_of
from fivefold.reading.files import read_pair, unfit
from fivefold.reading.idx import without_labels
from fivefold.reading.joined import File, in_parts, joined
from fivefold.reading.names import FILES
from fivefold.reading.options import Reading
from fivefold.reading.paths import follow
from fivefold.reading.query import query_of
from fivefold.reading.raw import Raw
from fivefold.reading.remote import check_remote, is_remote, read_at
from fivefold.reading.suffix import TABLES, stem_of, suffix_of
from fivefold.reading.together import path_pieces, read_folder
from fivefold.reading.windowtable import rows_of

Form = (
    Literal["bundled", "files", "folder", "pair", "several", "frame", "dataset", "query", "address"]
    | Literal["arrays", "columns", "records", "matrix", "values"]
)
PREFIX = "sklearn:"


def form_of(source: Any, reading: Reading | None = None) -> Form | None:
    """What a source is, without opening it; None if it is nothing that can be read.

    Args:
        source: of any form.
        reading: when rows are to be answered, a matrix alone and a list of values are read too.
    """
    asks, only = (False, None) if reading is None else (reading.asks, reading.only)
    if isinstance(source, str) and source.startswith(PREFIX):
        return "bundled"
    if query_of(source) is not None:
        return "query"
    if is_remote(source):
        return "address"
    if isinstance(source, str | os.PathLike):
        return "folder" if str(source) and os.path.isdir(path_of(source)) else "files"  # noqa: PTH112
    if frames.is_frame(source) and not _is_column(source):
        return "frame"
    if is_dataset(source):
        return "dataset"
    if isinstance(source, Mapping) and not is_sparse(source):
        return "columns"
    if isinstance(source, tuple | list) and (source or asks):
        return _form_of_items(source, asks, only)
    if isinstance(source, np.ndarray) and source.dtype.names:
        return "matrix"
    if asks and (isinstance(source, np.ndarray) or is_sparse(source) or hasattr(source, "detach")):
        return "matrix"
    if asks and only and hasattr(source, "__len__") and hasattr(source, "__iter__"):
        return None if isinstance(source, str | bytes | bytearray | memoryview) else "values"
    return None


def _is_column(source: Any) -> bool:
    """Whether a frame-like thing is a single column: it has one type."""
    typed = hasattr(source, "dtype") or (hasattr(source, "to_pylist") and hasattr(source, "type"))
    return typed and not hasattr(source, "columns")


def _form_of_items(items: Any, asks: bool, only: str | None) -> Form | None:
    if all(isinstance(item, Mapping) for item in items):
        return "values" if only and items and arrays.kind_of_cells(items) else "records"
    paths = all(isinstance(item, str | os.PathLike) for item in items)
    if asks:
        if isinstance(items, tuple) and len(items) == 2 and not paths and _is_pair(*items):
            return "arrays"
        if isinstance(items, tuple) and paths and len(items) == 2 and "idx" in Path(items[0]).name:
            return "pair"
        if not only and items and all(isinstance(item, list | tuple) for item in items):
            return "matrix"
        return "values" if only else "records"
    if paths:
        are_pair = len(items) == 2 and not any(map(is_remote, items)) and _are_idx(items)
        return "pair" if are_pair else "several"
    return "arrays" if len(items) == 2 else None


def _are_idx(paths: Any) -> bool:
    """Whether two paths may be those of an idx pair: they do not end as tables do."""
    return not all(suffix_of(Path(path).name) in TABLES for path in paths)


def _is_pair(x: Any, y: Any) -> bool:
    """Whether it is `(X, y)`: two of one length, the first with columns."""
    rows = (list, tuple, str, bytes, Mapping)
    if isinstance(x, list) and x and (isinstance(x[0], rows) or arrays.is_picture(x[0])):
        return hasattr(y, "__len__") and len(x) == len(y) and getattr(y, "ndim", 1) == 1
    flat = hasattr(y, "__len__") and (getattr(y, "ndim", 1) == 1 or frames.is_frame(y))
    if not flat or not (frames.is_frame(x) or is_sparse(x) or hasattr(x, "ndim")):
        return False
    return x.shape[0] == len(y) and (getattr(x, "ndim", 2) > 1 or len(y) > 1)


def describe(source: Any) -> str:
    """A source in a few words, as it was given."""
    form = form_of(source)
    asked = query_of(source)
    if asked is not None:
        return asked.shown
    if form in {"bundled", "files", "folder", "address"}:
        return without_secrets(str(source))
    if form in {"pair", "several"}:
        return ", ".join(map(describe, source))
    if form in {"frame", "columns", "dataset"}:
        return f"{type(source).__name__} in memory"
    return f"{form or type(source).__name__} in memory"


def check_source(source: Any, reading: Reading | None = None) -> list[FivefoldError]:
    """Faults that show before reading: a path that does not exist, a reader not installed."""
    form = form_of(source, reading)
    if form is None:
        return [loader_fault(source) or _no_source(source)]
    if form == "bundled":
        fault = bundled.unknown_set(str(source).removeprefix(PREFIX))
        return [fault] if fault else []
    if form == "query":
        return bases.check_query(query_of(source))
    if form == "address":
        return check_remote(source)
    if form == "columns":
        fault = _of_data_sets(source)
        return [fault] if fault else []
    if form == "several":
        return [fault for path in source for fault in check_source(path, reading)]
    if form not in {"files", "pair"}:
        return []
    faults: list[FivefoldError] = []
    for path in source if form == "pair" else [source]:
        found = [path_of(path)] if form == "pair" else find_files(path)
        if not found or not found[0].exists():
            faults.append(no_file(path))
            continue
        cells = (
            reading is not None
            and reading.asks
            and (reading.only in reading.files or images.is_cell(found[0].name))
        )
        faults += [fault for fault in map(unfit, [] if cells else found[:1]) if fault]
    return faults


def read(source: Any, reading: Reading | None = None) -> Raw:
    """The rows of a source of any form.

    Args:
        source: a path, a pattern, a folder, an address, a query, `sklearn:NAME`, a pair of idx
            files, a frame, a data set, `(X, y)`, a mapping of columns, a list of mappings; when
            rows are to be answered also a matrix, and the values of a single column.
        reading: how it is to be read; None detects all of it.

    Raises:
        DataError: if it cannot be read as it stands.
        PreflightError: if it does not exist, or its reader is not installed.
    """
    return next(pieces(source, reading or Reading(), None))


def pieces(source: Any, reading: Reading, rows: int | None) -> Iterator[Raw]:
    """The same in consecutive pieces of at most so many rows, one at least.

    Texts are taken apart piece by piece; what is in memory is cut, and so are long tables.
    """
    long = reading.long
    none = isinstance(source, list | tuple) and not source
    if long is None or none or form_of(source, reading) in {"values", "matrix", None}:
        yield from _pieces(source, reading, rows)
        return
    known = tuple(n for n in long.read(reading.names, asks=reading.asks) if isinstance(n, str))
    steps = replace(reading, names=known, targets=(), inputs=(), files=frozenset(), lists={})
    wanted = reading.inputs if reading.asks else None
    whole = rows_of(next(_pieces(source, steps, None)), long, wanted)
    if whole is None:
        yield from _pieces(source, reading, rows)
        return
    yield from whole.pieces(rows or max(len(whole), 1))


def _pieces(source: Any, reading: Reading, rows: int | None) -> Iterator[Raw]:
    form = form_of(source, reading)
    faults = [] if form in {"values", "matrix"} else check_source(source, reading)
    if faults:
        raise faults[0]
    if form == "files":
        paths = find_files(source)
        if len(paths) == 1 or (rows is not None and reading.asks):
            for path, _ in in_parts(paths, paths):
                yield from path_pieces(path, reading, rows)
            return
        whole = joined(_tables(paths, reading), str(source), reading)
    elif form == "several":
        each = [one if is_remote(one) else path_of(one) for one in source]
        whole = joined(_tables(each, reading), "files", reading)
    elif form == "query":
        yield from bases.answers(query_of(source), reading, rows)
        return
    else:
        whole = _in_memory(source, form, reading)
    yield from whole.pieces(rows or max(len(whole), 1))


def _tables(paths: Sequence[str | Path], reading: Reading) -> Iterator[File]:
    here = [path for path in paths if isinstance(path, Path)]
    labels = set(here) - set(without_labels(here))
    paths = [path for path in paths if path not in labels]
    for path, part in in_parts(paths, paths, apart=FILES not in reading.names):
        raw = next(_pieces(path, reading, None))
        name = Path(path).name
        raw = raw.of_file(stem_of(name)) if FILES in reading.names else raw
        yield File(path=name, part=part, raw=raw)


def _in_memory(source: Any, form: Form | None, reading: Reading) -> Raw:
    name = type(source).__name__
    wanted = reading.inputs or None
    if form == "bundled":
        return bundled.read_bundled(str(source).removeprefix(PREFIX))
    if form == "address":
        return read_at(source, reading)
    if form == "frame":
        return follow(frames.read_frame(source, name, wanted), reading, reading.root)
    if form == "dataset":
        return read_dataset(source, name)
    if form == "columns":
        return arrays.read_columns(source, "columns", wanted)
    if form == "records":
        return arrays.read_records(_records(source), complete=reading.asks)
    if form == "arrays":
        raw = read_placed(source[0], reading, arrays.read_arrays(source[0], source[1]))
        return follow(raw, reading, reading.root if frames.is_frame(source[0]) else None)
    if form == "folder":
        return read_folder(path_of(source), reading)
    if form == "pair":
        return read_pair(path_of(source[0]), path_of(source[1]))
    if form == "values":
        return Raw.of("values", {reading.only or "value": frames.column_of(source)})
    return read_placed(source, reading, None)


def _of_data_sets(source: Mapping[Any, Any]) -> DataError | None:
    """The fault of a mapping whose values are data sets, as Hugging Face gives its splits."""
    parts = [name for name, values in source.items() if is_dataset(values)]
    if not parts:
        return None
    remedy = f"Pass one of them, source[{parts[0]!r}]; test rows go to test_source=."
    return DataError.expected(
        type(source).__name__, "columns", f"data sets {', '.join(map(repr, parts))}", remedy
    )


def _records(source: Any) -> Any:
    strange = next((row for row, item in enumerate(source) if not isinstance(item, Mapping)), None)
    if strange is not None:
        raise DataError.expected(
            f"records, row {strange:,}",
            "an object of columns",
            f"{source[strange]!r:.60}",
            "Pass a list of dicts, one dict a row: [{...}].",
            rows=(strange,),
        )
    return source


def _no_source(source: Any) -> PreflightError:
    return PreflightError(
        f"Collect: expected a source, found {type(source).__name__}.",
        evidence="Sources: a path or pattern, a folder, an address, a query of a database, "
        "'sklearn:NAME', a frame, (X, y), a mapping "
        "of columns, a list of mappings.",
        remedy="Pass one of these as the first argument.",
        found=type(source).__name__,
    )
