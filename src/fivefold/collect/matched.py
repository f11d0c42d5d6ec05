"""What there is to say of rows and the source that is joined to them."""

from collections.abc import Iterator

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Columns
from fivefold.collect.tabulate import Tabulated
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import bytes_text, literal, plural, quoted
from fivefold.travel.histories import keys_of
from fivefold.travel.lookup import Lookup
from fivefold.travel.rollup import COUNT, ROW

MANY = 0.05  # of the rows, from which on it is a warning that they find nothing
LEVELS = 100  # of a key, from which on a model would know single ones by heart


def matched(step: Lookup, rows: Collected, table: Tabulated) -> Iterator[Finding]:
    """Findings about keys and moments that do not meet, and about what travels.

    Args:
        step: the join.
        rows: that were joined to.
        table: of the source.
    """
    here = Columns({name: rows.table.column(name) for name in step.reads})
    if not rows.usable.all():
        here = here.take(np.flatnonzero(rows.usable))
    places = step.history.places([here.column(own) for own, _ in step.on])
    low, high = step.span(here)
    known = int((low < high).sum())
    yield _told(step, known, len(here))
    yield from _unmatched(step, here, places)
    yield from _repeated(step, table)
    if step.time is None:
        yield from _later(step, rows, table)
        return
    found = places >= 0
    early = int((found & (low == high)).sum())
    if early:
        count = ", a count is 0" * any(how == COUNT for how, _ in step.made.values())
        sentence = (
            f"{plural(early, 'row')} of {len(here):,} have a key of {step.source} and nothing "
            f"that is known by then: their cells are missing{count}."
        )
        yield finding(
            "before_history",
            sentence,
            _severity(early, len(here), step),
            source=step.source,
            rows=early,
        )
    if step.delay is None:
        _, late = step.history.span(
            [here.column(own) for own, _ in step.on],
            here.column(step.time[0]),
            delay=0.0,
            within=step.within,
        )
        same = int((late > high).sum())
        if same:
            sentence = (
                f"{plural(same, 'row')} of {len(here):,} have a row of {step.source} of their very "
                "moment, which is not joined. Give its Join a delay of 0 if it is known by then."
            )
            yield finding("same_moment", sentence, source=step.source, rows=same)


def _told(step: Lookup, known: int, rows: int) -> Finding:
    size = step.history.nbytes()
    sentence = (
        f"{step.source}: {known:,} of {plural(rows, 'row')} found something; "
        f"{plural(len(step.made), 'column')} joined. "
        f"{plural(len(step.history), 'row')} of it ({bytes_text(size)}) travel in the bundle."
    )
    return finding(
        "joined",
        sentence,
        source=step.source,
        found=known,
        columns=list(step.made),
        rows=len(step.history),
        bytes=size,
    )


def _unmatched(step: Lookup, here: Columns, places: Array) -> Iterator[Finding]:
    lost = np.flatnonzero(places < 0)
    if not len(lost):
        return
    codes, keys = keys_of([here.column(own) for own, _ in step.on])
    absent = int((codes < 0).sum())
    shown = dict.fromkeys(code for code in codes[lost].tolist() if code >= 0)
    few = quoted([", ".join(keys[code]) for code in list(shown)[:3]])
    named = quoted([own for own, _ in step.on])
    told = [f"{len(lost) - absent:,} with a key that it lacks ({few})"] if len(shown) else []
    told += [f"{absent:,} without a key"] if absent else []
    sentence = (
        f"{plural(len(lost), 'row')} of {len(here):,} have no match in {step.source} by {named}: "
        f"{' and '.join(told)}."
    )
    severity, rows = _severity(len(lost), len(here), step), len(lost)
    yield finding(
        "unmatched_keys", sentence, severity, source=step.source, rows=rows, missing=absent
    )


def _severity(rows: int, of: int, step: Lookup) -> Severity:
    """Of rows that find nothing: many have no history, and a row of their own nearly all have."""
    return (
        "warning" if rows > MANY * of and all(h == ROW for h, _ in step.made.values()) else "note"
    )


def _repeated(step: Lookup, table: Tabulated) -> Iterator[Finding]:
    """Rows of the source that say nothing more, or that nothing can find."""
    codes, _ = keys_of([table.values[theirs] for _, theirs in step.on])
    lost = codes < 0
    if step.time is not None:
        moments = table.values[step.time[1]]
        lost |= moments != moments
    if lost.any():
        what = "key" if step.time is None else "key or moment"
        sentence = f"{plural(int(lost.sum()), 'row')} of {step.source} without a {what}; left out."
        yield finding("rows_without_key", sentence, source=step.source, rows=int(lost.sum()))
    again = len(codes) - int(lost.sum()) - len(step.history)
    held = step.history.moments
    if held is not None and any(how == ROW for how, _ in step.made.values()):
        inner = np.ones(len(step.history), bool)
        inner[step.history.starts[:-1]] = False
        same = int((inner[1:] & (held[1:] == held[:-1])).sum())
        if same:
            sentence = (
                f"{plural(same, 'row')} of {step.source} have the key and the moment of another; "
                "of these the last one is joined."
            )
            yield finding("duplicate_keys", sentence, source=step.source, rows=same)
    if again:
        named = quoted([step.plain(theirs) for _, theirs in step.on])
        sentence = (
            f"{plural(again, 'row')} of {step.source} repeat another of the same {named}; one of "
            "each is joined."
        )
        yield finding("duplicate_keys", sentence, source=step.source, rows=again)


def _later(step: Lookup, rows: Collected, table: Tabulated) -> Iterator[Finding]:
    """Dates of a source that is joined without regard to time, where they lie after the rows."""
    dated = [c.name for c in rows.schema.columns if rows.table.column(c.name).dtype.kind == "M"]
    own = rows.schema.named("time") or (dated[0] if len(dated) == 1 else None)
    if own not in dated:
        return
    moments = rows.table.column(own)[rows.usable]
    places = step.history.places([rows.table.column(one)[rows.usable] for one, _ in step.on])
    theirs = step.history.places([table.values[column] for _, column in step.on])
    for name, cells in table.values.items():
        if cells.dtype.kind != "M":
            continue
        there = (theirs >= 0) & ~np.isnat(cells)
        latest = np.full(len(step.history.keys) + 1, np.datetime64("NaT", "us"))
        np.fmax.at(latest, theirs[there], cells[there])
        late = int((latest[places] > moments).sum())
        if late:
            plain = step.plain(name)
            sentence = (
                f"{plural(late, 'row')} of {len(places):,} are joined to rows of {step.source} "
                f"whose `{plain}` is later than their own `{own}`, and may tell of what nobody "
                "knew by then. "
                f"Join it as of a time, `{own}` here and `{plain}` there."
            )
            yield finding("joined_later", sentence, source=step.source, column=plain, rows=late)


def key_aside(column: Column, cells: Array) -> Finding | None:
    """Why a key is not learnt from; None if it may be."""
    name, levels = column.name, len({*cells.tolist()} - {None})
    if levels <= LEVELS:
        return None
    hint = f"Pass kinds={{{literal(name)}: {literal(column.kind)}}} to keep it."
    sentence = f"`{name}` is a key with {levels:,} different values; left out. {hint}"
    return finding("join_key", sentence, column=name, levels=levels)
