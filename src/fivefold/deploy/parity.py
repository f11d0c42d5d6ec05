"""Does a bundle answer as the network was evaluated?"""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import fivefold
from fivefold.codecs.coded import missing_rows
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Table
from fivefold.core.scratch import scratch
from fivefold.deploy.doors import write_doors
from fivefold.deploy.origins import FromSource
from fivefold.errors import ParityError, RequestError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import may_lack
from fivefold.serve.predictor import Predictor, load
from fivefold.serve.replay import NOT_LOADED

if TYPE_CHECKING:
    from fivefold.models.assemble import Assembled

Places = dict[str, Array]
"""The places of the answered rows among those asked for, by door, where it is not all."""


class NotLoadedError(Exception):
    """A file of the user's that cannot be run in a fresh process, and why."""


def replay_fresh(
    bundle: Path,
    table: Table,
    schema: Schema,
    source: FromSource | None = None,
    files: Sequence[Path] = (),
) -> tuple[dict[str, Array], Places]:
    """Score rows through every door of a bundle, in a process of its own.

    Args:
        bundle: where it is.
        table: the rows, canonical.
        schema: of the columns.
        source: what is replayed from the source: there if that process can read it, else here.
        files: that define kinds and tasks of the user's.

    Returns:
        Scores by door; those of the bundle's own examples as `synthetic`, those of the source's
        rows as `source`, with the places of these.

    Raises:
        ParityError: if the process fails.
        NotLoadedError: if one of the files cannot be run there.
    """
    with scratch("replay") as folder:
        write_doors(table, schema, folder)
        if source is not None and source.is_fresh:
            source.write(folder)
        # -P: a file of the user's called numpy.py, say, must not be imported.
        command = [sys.executable, "-P", "-m", "fivefold.serve.replay", str(bundle), str(folder)]
        command += map(str, files)
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", env=environment(), check=False
        )
        if done.returncode == NOT_LOADED:
            raise NotLoadedError(done.stderr.strip())
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise ParityError(
                "Deploy: expected a fresh process to answer the test rows, found an error.",
                evidence="\n".join(lines[-6:]),
                remedy="Load the bundle in a new Python to see more.",
            )
        report = json.loads(done.stdout.strip().splitlines()[-1])
        scores = {door: np.load(folder / f"scores-{door}.npy") for door in report["doors"]}
        places: Places = {}
        if "source" in scores and source is not None:
            places["source"] = source.places[np.load(folder / "kept-source.npy")]
        elif source is not None:
            _add_source(scores, places, source, lambda: load(bundle))
        return scores, places


def replay_here(
    bundle: Path,
    table: Table,
    schema: Schema,
    model: "Assembled | None" = None,
    source: FromSource | None = None,
) -> tuple[dict[str, Array], Places]:
    """The same in this process, for what a fresh one cannot know.

    A bundle of weights only does not hold its module, and one with a kind from a notebook not its
    class.

    Args:
        bundle: where it is.
        table: the rows, canonical.
        schema: of the columns.
        model: a copy of it is given the weights of the bundle; None where it holds its graph.
        source: what is replayed from the source.
    """
    from fivefold.deploy.factory import scores_of
    from fivefold.serve.replay import replay

    if model is None:
        predictor = load(bundle)
    else:
        copied = copy.deepcopy(model)
        predictor = load(bundle, factory=lambda _, weights: scores_of(copied, weights))
    with scratch("replay") as folder:
        write_doors(table, schema, folder)
        scores, places = replay(predictor, folder), Places()
    if source is not None:
        _add_source(scores, places, source, lambda: predictor)
    return scores, places


def _add_source(
    scores: dict[str, Array], places: Places, source: FromSource, load: Callable[[], Predictor]
) -> None:
    """Answer the source's own rows in this process."""
    try:
        scores["source"], kept = source.score(load)
    except RequestError as error:
        raise ParityError(
            "Deploy: expected the bundle to answer rows as their source gives them, found that "
            "it refuses them.",
            evidence=str(error),
            remedy="Report this with a few rows of that source: Collect took them.",
            door="source",
        ) from None
    places["source"] = source.places[kept]


def compare(
    scores: Mapping[str, Array], wanted: Array, rows: Array, *, tolerance: Any
) -> dict[str, float]:
    """The largest difference by door.

    Args:
        scores: `(n, classes)` or `(n,)` by door.
        wanted: what was evaluated, of the same shape.
        rows: `(n,)` positions in the collected table, for the message.
        tolerance: the largest difference allowed, in the unit of the scores; one number, or one for
            each of the last axis.

    Returns:
        Differences by door, all within the tolerance; 0 without rows.

    Raises:
        ParityError: naming door, row, wanted and found.
    """
    gaps: dict[str, float] = {}
    for door, found in scores.items():
        if found.shape != wanted.shape:
            raise _refused(door, f"scores of shape {wanted.shape}", f"{found.shape}")
        both = np.isnan(found) & np.isnan(wanted)
        gap = np.where(both, 0.0, np.abs(found.astype(np.float64) - wanted))
        gap = np.where(np.isnan(gap), np.inf, gap)
        gaps[door] = float(gap.max(initial=0.0))
        inside = tuple(range(1, gap.ndim))
        over = (gap > tolerance).any(axis=inside)
        if over.any():
            share = (gap / tolerance).max(axis=inside)
            worst, wrong = int(share.argmax()), int(over.sum())
            raise _refused(
                door,
                f"{wanted[worst].tolist()} for row {rows[worst]:,}, as evaluated",
                f"{found[worst].tolist()}",
                evidence=f"{wrong:,} of {len(rows):,} rows differ by more than "
                f"{float(np.max(tolerance)):.3g}; "
                f"the largest difference is {gaps[door]:.3g}.",
                row=int(rows[worst]),
                gap=gaps[door],
            )
    return gaps


def answerable(table: Table, schema: Schema, rows: Array) -> Array:
    """`(n,)` bool: which of these rows lack no cell that a request must have."""
    kept = np.ones(len(rows), dtype=bool)
    for column in schema.inputs:
        if not may_lack(column, schema):
            values = table.take(rows).column(column.name)
            if values.dtype == object:
                values = canonical_column(values, column, on_bad="missing")[0]
            kept &= ~missing_rows(values)
    return kept


def refuse_unread(table: Table, schema: Schema, rows: Array, kept: Array) -> None:
    """Refuse a source with rows that Collect could read in full, and predict cannot.

    Args:
        table: the replayed rows, canonical.
        schema: of the columns.
        rows: `(n,)` their positions in the collected table.
        kept: `(n,)` bool, rows that were answered from the source, or were not asked for.

    Raises:
        ParityError: naming the first such row.
    """
    whole = np.ones(len(rows), bool)
    for column in schema.inputs:
        whole &= ~missing_rows(canonical_column(table.column(column.name), column)[0])
    lost = np.flatnonzero(whole & ~kept)
    if len(lost):
        raise _refused(
            "source",
            f"an answer for row {rows[lost[0]]:,}, all of whose cells Collect has read",
            f"that it cannot be read again, as {len(lost):,} rows cannot",
            row=int(rows[lost[0]]),
        )


def _refused(door: str, wanted: str, found: str, **facts: Any) -> ParityError:
    remedy = "Look at that row: one of its values reads differently there. Set its kind with "
    remedy += "kinds= of Collect."
    return ParityError.expected(f"Deploy: door {door!r}", wanted, found, remedy, door=door, **facts)


def environment() -> dict[str, str]:
    """This environment, with fivefold importable from where it is imported here."""
    place = Path(fivefold.__file__).parent.parent
    known = dict(os.environ)
    if place.name not in {"site-packages", "dist-packages"}:
        before = known.get("PYTHONPATH", "")
        known["PYTHONPATH"] = os.pathsep.join(filter(None, [str(place), before]))
    known["PYTHONIOENCODING"] = "utf-8"
    return known
