"""The columns as they were collected, for estimators that name them: read off a matrix of codes.

Numbers are as they were, NaN where one is missing; categories are their words, and a text is the
words that the codec keeps of it, so that a bundle can give an estimator's graph the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.kinds.numbers import NUMBERS
from fivefold.models.fixed import Fixed
from fivefold.models.flat import Flat
from fivefold.models.inputs import Codes, Text, Width, parts

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec

UNSEEN = "(unseen)"
"""What stands for a category that training rows lack, or hold too rarely."""

UNREAD: tuple[Any, ...] = (
    *("scale", "knots", "missing_indicator", "numeric_missing", "fill_value", "categories"),
    ("outliers", "clip"),
)
"""Settings of Preprocess, or one value of them, that change nothing for who reads originals."""


class Original(NamedTuple):
    """One column, and where it stands in the matrix.

    Attributes:
        name: of the column.
        start: of its first number; the others follow.
        size: how many numbers it has.
        offset: what is added to a number.
        words: by code, of a category or of the words of a text; none of a number.
    """

    name: str
    start: int
    size: int = 1
    offset: float = 0.0
    words: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether its words are strung together."""
        return bool(self.words) and self.words[1] == ""

    def read(self, matrix: Array) -> Array:
        """`(n,)` its cells: float64, or objects: texts, NaN for a missing category."""
        cells = matrix[:, self.start : self.start + self.size]
        if not self.words:
            return cells[:, 0] + self.offset
        found = np.array(self.words, dtype=object)[cells.astype(np.int64)]
        if self.is_text:
            return np.array(["".join(row) for row in found.tolist()] or [""], object)[: len(found)]
        column: Array = found[:, 0]
        column[cells[:, 0] == 0] = np.nan
        return column


def originals_of(codec: "Codec", fixed: Fixed) -> tuple[Original, ...]:
    """The columns that can be read off the matrix of `Flat(whole=True)`, in the schema's order.

    Args:
        codec: fitted.
        fixed: of it, `bare`.
    """
    flat, start, starts = Flat(fixed.inputs, whole=True), 0, dict[str, int]()
    for name, width in zip(flat.names, flat.widths, strict=True):
        starts[name], start = start, start + width
    found, table = dict[str, Original](), starts.get("table", 0)
    sizes = parts(fixed.inputs)
    for entry, block in zip(fixed.entries, codec.blocks, strict=True):
        if isinstance(entry.size, Width):
            for column in block.columns if block.block is NUMBERS else ():
                if column.count == 1:
                    offset = float(block.state.offset[column.first])
                    place = table + column.first
                    found[column.name] = Original(column.name, place, offset=offset)
            table += int(entry.size)
            continue
        name = entry.tensor if entry.tensor in starts else next(iter(sizes))
        for place, column in enumerate(block.columns):
            state = column.state
            if isinstance(entry.size, Codes) and hasattr(state, "categories"):
                known = ("", _free(state.categories), *state.categories)
                found[column.name] = Original(column.name, starts[name] + place, words=known)
            elif isinstance(entry.size, Text) and not getattr(state, "pieces", ()):
                known = ("", "", *(f"{word} " for word in getattr(state, "vocabulary", ())))
                size = entry.size.length
                found[column.name] = Original(column.name, starts[name], size, words=known)
    return tuple(found[name] for name in codec.raw_columns() if name in found)


def frame_of(originals: Sequence[Original], matrix: Array) -> Any:
    """The columns as a DataFrame."""
    import pandas as pd

    return pd.DataFrame({one.name: pd.Series(one.read(matrix)) for one in originals})


def texts_of(originals: Sequence[Original], matrix: Array) -> Array:
    """The texts alone, `(n,)`, of the first column that has some."""
    return next(one for one in originals if one.is_text).read(matrix)


def wants_originals(estimator: Any) -> bool:
    """Whether an estimator reads columns by name, or texts: it cannot do with a matrix."""
    return any(_is_splitter(one) or reads_texts(one) for one in _held(estimator))


def reads_texts(estimator: Any) -> bool:
    """Whether what it is given first are texts alone, as vectorizers are, inside others too."""
    for name in ("steps", "transformer_list", "estimators"):
        if listed := getattr(estimator, name, None):
            return reads_texts(listed[0][1])
    inner = getattr(estimator, "estimator", None)
    if inner is not None:
        return reads_texts(inner)
    return callable(getattr(estimator, "build_analyzer", None))


@contextmanager
def as_read(estimator: Any) -> Iterator[None]:
    """Let the vectorizers of a fitted estimator do for a while without what the codec has done.

    Texts are in lower case already. What ONNX has for that depends on locales of the machine.
    """
    lowered = [one for one in _vectorizers(estimator) if one.lowercase]
    for one in lowered:
        one.lowercase = False
    try:
        yield
    finally:
        for one in lowered:
            one.lowercase = True


def _vectorizers(estimator: Any) -> Iterator[Any]:
    """Those that are fitted, at any depth."""
    if hasattr(estimator, "build_analyzer") and hasattr(estimator, "lowercase"):
        yield estimator
    for name in ("steps", "transformer_list", "transformers_"):
        for _, inner, *_ in getattr(estimator, name, ()):
            yield from _vectorizers(inner)
    for name in ("estimators_", "calibrated_classifiers_"):
        for inner in getattr(estimator, name, ()):
            yield from _vectorizers(inner)
    for name in ("estimator", "best_estimator_"):
        if hasattr(estimator, name):
            yield from _vectorizers(getattr(estimator, name))


def named_by(estimator: Any) -> tuple[str, ...]:
    """The names of columns that an estimator asks for."""
    found = dict[str, None]()
    for one in filter(_is_splitter, _held(estimator)):
        for _, _, columns in one.transformers:
            listed = [columns] if isinstance(columns, str) else columns
            if isinstance(listed, list | tuple | np.ndarray):
                found |= {str(name): None for name in listed if isinstance(name, str)}
    return tuple(found)


def asks_by_place(estimator: Any) -> bool:
    """Whether an estimator asks for columns by their places, of which none may be left out."""
    splitters = list(filter(_is_splitter, _held(estimator)))
    asked = [columns for one in splitters for _, _, columns in one.transformers]
    listed = [[one] if isinstance(one, str) or callable(one) else one for one in asked]
    return any(
        isinstance(columns, int | slice)
        or any(not isinstance(each, str) and not callable(each) for each in columns)
        for columns in listed
    )


def alone_read_by(estimator: Any) -> tuple[str, ...] | None:
    """The names of the columns that an estimator reads and no others; None if that is not said."""
    while getattr(estimator, "steps", None):
        estimator = estimator.steps[0][1]
    if not _is_splitter(estimator) or estimator.remainder != "drop":
        return None
    found = dict[str, None]()
    for _, inner, columns in estimator.transformers:
        listed = [columns] if isinstance(columns, str) else columns
        plain = isinstance(listed, list | tuple | np.ndarray)
        if not plain or not all(isinstance(name, str) for name in listed):
            return None
        if not (isinstance(inner, str) and inner == "drop"):
            found |= dict.fromkeys(map(str, listed))
    return tuple(found)


def _is_splitter(estimator: Any) -> bool:
    return hasattr(estimator, "transformers") and hasattr(estimator, "remainder")


def _held(estimator: Any) -> Iterator[Any]:
    yield estimator
    if hasattr(estimator, "get_params") and not isinstance(estimator, type):
        yield from estimator.get_params(deep=True).values()


def _free(words: Sequence[str]) -> str:
    name = UNSEEN
    while name in words:
        name += "_"
    return name
