"""Cells of a column in a few bins, which a histogram shows."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from fivefold.codecs.coded import coded_of
from fivefold.codecs.table import Array
from fivefold.core.digits import digits

MOST = 12
"""Bins of a column, at most."""

HARDLY = 0.02
"""Share of all cells that the 12 commonest texts must have to be drawn."""

FAR = 4.0
"""Times that the middle 98 % of numbers fit into their span where those at its ends are aside."""

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Widths of bins that one reads easily, times a power of ten."""

UNITS = ("Y", "M", "D", "h", "m", "s")
"""Of moments, the coarsest first."""

FEWEST = 6
"""Years, months, days that a span must have for bins of these."""


class Binned(NamedTuple):
    """In which bin each cell is.

    Args:
        labels: of the bins, in the order in which they are shown, 12 at most.
        place: `(n,)` int64, the bin of each cell; -1 where it is missing, or in none.
        what: what is counted of cells, `words`; empty where the cells themselves are binned.
    """

    labels: tuple[str, ...]
    place: Array
    what: str = ""


def numbers_binned(values: Array, what: str = "") -> Binned:
    """Numbers in bins of one width, or one for each where few differ.

    Where a few lie far from all others, the bins at the ends hold them: `500 and more`.

    Args:
        values: `(n,)` float64, NaN for missing.
        what: they count.

    Example:
        >>> binned = numbers_binned(np.array([1.0, 2.0, np.nan, 2.0]))
        >>> binned.labels, binned.place.tolist()
        (('1', '2'), [0, 1, -1, 1])
        >>> numbers_binned(np.arange(100.0)).labels[:2]
        ('0 to 10', '10 to 20')
    """
    place = np.full(len(values), -1, np.int64)
    known = np.isfinite(values)
    here = values[known]
    if not len(here):
        return Binned((), place, what)
    if len(np.unique(here[: 100 * MOST])) <= MOST and len(each := np.unique(here)) <= MOST:
        place[known] = np.searchsorted(each, here)
        return Binned(tuple(_told(each.tolist())), place, what)
    low, high, below, above = _ends(here)
    start, step, count = _bins(low, high, whole=bool((here == np.rint(here)).all()))
    if step == 0:  # they differ by less than a float can divide
        place[known] = 0
        return Binned((" to ".join(_told([low, high])),), place, what)
    with np.errstate(over="ignore", invalid="ignore"):
        place[known] = np.clip((here - start) / step, 0, count - 1).astype(np.int64)
    edges = _told([start + step * bin for bin in range(count + 1)])
    labels = [f"{one} to {other}" for one, other in pairwise(edges)]
    labels[0] = f"below {edges[1]}" if below else labels[0]
    labels[-1] = f"{edges[-2]} and more" if above else labels[-1]
    return Binned(tuple(labels), place, what)


def _ends(here: Array) -> tuple[float, float, bool, bool]:
    """From where to where bins go, and whether numbers lie below and above that."""
    low, high = float(here.min()), float(here.max())
    with np.errstate(over="ignore", invalid="ignore"):
        inner, outer = (float(end) for end in np.quantile(here, (0.01, 0.99)))
        span = outer - inner
        if not 0 < span * FAR < high - low:
            return low, high, False, False
        below, above = low < inner - span, high > outer + span
    return (inner if below else low), (outer if above else high), below, above


def _bins(low: float, high: float, *, whole: bool) -> tuple[float, float, int]:
    """Where the first bin begins, how wide each is, and how many there are; width 0: one."""
    span = high - low
    if not 1e-290 < span < 1e300 or span < 1e-12 * max(abs(low), abs(high)):
        return low, 0.0, 1
    tens = 10.0 ** np.floor(np.log10(span / MOST))
    for width in STEPS:
        step = float(width * tens)
        if whole and step != np.rint(step):  # bins would hold unlike many whole numbers
            continue
        start = float(np.floor(low / step) * step)
        count = int(np.floor((high - start) / step)) + 1
        if high == start + step * (count - 1) and count > 1:  # the end belongs to the last bin
            count -= 1
        if count <= MOST:
            return start, step, count
    return low, span / MOST, MOST


def moments_binned(values: Array) -> Binned:
    """Moments by year, month, day, hour, minute or second, or by several of these.

    Args:
        values: `(n,)` datetime64, NaT for missing.

    Example:
        >>> days = np.array(["2020-05-01", "2027-01-31", "NaT"], "M8[us]")
        >>> moments_binned(days).labels[:2], moments_binned(days).place.tolist()
        (('2020', '2021'), [0, 7, -1])
    """
    place = np.full(len(values), -1, np.int64)
    known = ~np.isnat(values)
    if not known.any():
        return Binned((), place)
    for unit in UNITS:
        ticks = values[known].astype(f"M8[{unit}]")
        first, last = ticks.min(), ticks.max()
        count = int((last - first).astype(np.int64)) + 1
        if count >= FEWEST:
            break
    each = -(-count // MOST)
    place[known] = (ticks - first).astype(np.int64) // each
    begins = first + np.arange(0, count, each).astype(f"m8[{unit}]")
    ends = np.minimum(begins + np.array(each - 1, f"m8[{unit}]"), last)
    told = [[str(end).replace("T", " ") for end in pair] for pair in zip(begins, ends, strict=True)]
    return Binned(tuple(" to ".join(dict.fromkeys(pair)) for pair in told), place)


def words_binned(values: Array) -> Binned | None:
    """Texts that repeat, the commonest first, or by their size where they are numbers.

    Args:
        values: `(n,)` texts, None for missing.

    Returns:
        One bin a text; of more than 12 the commonest, and the others are in none. None where these
        would be hardly any of the cells, as of ids, or cells are no texts.

    Example:
        >>> cells = np.array(["b", "a", None, "b"], object)
        >>> binned = words_binned(cells)
        >>> binned.labels, binned.place.tolist()
        (('b', 'a'), [0, 1, -1, 0])
    """
    present = next((cell for cell in values if cell is not None), None)
    if not isinstance(present, str):
        return None
    coded = coded_of(values)
    texts, counts = coded.values.tolist(), np.bincount(coded.codes[coded.codes >= 0])
    kept = np.argsort(-counts, kind="stable")[:MOST]
    if len(texts) > 1 and (counts.max() == 1 or counts[kept].sum() < HARDLY * counts.sum()):
        return None
    if all(_is_number(texts[one]) for one in kept):
        kept = np.array(sorted(kept.tolist(), key=lambda one: float(texts[one])))
    bins = np.full(
        len(texts) + 1, -1, np.int64
    )  # the last one is of missing cells, whose code is -1
    bins[kept] = np.arange(len(kept))
    return Binned(tuple(texts[one] for one in kept), bins[coded.codes])


def size_told(sizes: Mapping[str, float]) -> str:
    """How large one cell is, in words, by what is counted of it; empty where nothing is.

    Example:
        >>> size_told({"height": 28.0, "width": 32.0}), size_told({"seconds": 1.25})
        ('32 x 28 pixels', '1.25 seconds')
    """
    plane = [sizes[name] for name in ("width", "height") if name in sizes]
    if len(plane) < 2:
        return next((f"{digits(count)} {name}" for name, count in sizes.items()), "")
    more = f"{digits(sizes['frames'])} frames, " if "frames" in sizes else ""
    return f"{more}{plane[0]:.0f} x {plane[1]:.0f} pixels"


def _told(numbers: list[float]) -> list[str]:
    """Numbers as people read them, with more digits where these would be alike."""
    told = [digits(number) for number in numbers]
    for more in (6, 9, 17):
        if len(set(told)) == len(told):
            break
        told = [f"{number:.{more}g}" for number in numbers]
    return told


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
