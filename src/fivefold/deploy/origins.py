"""Rows as their source gave them, for the replay."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fivefold.codecs.table import Array
from fivefold.reading.arrow import index_columns
from fivefold.reading.origin import Origin, Source
from fivefold.serve.predictor import Predictor
from fivefold.serve.replay import score_rows

ROWS = 2_000  # the most test rows that are replayed from the source


@dataclass(frozen=True, kw_only=True, eq=False)
class FromSource:
    """What is replayed from the source, and where."""

    source: Source  # of the table
    rows: Array  # `(n,)` positions in the collected table
    places: Array  # `(n,)` the same rows by their place among those that are replayed at all

    @property
    def is_fresh(self) -> bool:
        """Whether another process can read all of it: files, and tables of Arrow."""
        return all(o.is_file or o.is_arrow for o, _, _ in self.source.shares(self.rows))

    def write(self, folder: Path) -> None:
        """Write `source.json`, with a file beside it for each table of Arrow."""
        shares = []
        for number, (origin, held, rows) in enumerate(self.source.shares(self.rows)):
            name = ""
            if not origin.is_file:
                name = f"source-{number}.arrow"
                _write_arrow(origin, rows, folder / name)
                rows = np.arange(len(rows))
            shares.append(
                {
                    "paths": "" if name else origin.paths,
                    "arrow": name,
                    "root": origin.reading.root,
                    "rows": rows.tolist(),
                    "held": held.tolist(),
                }
            )
        (folder / "source.json").write_text(json.dumps(shares), encoding="utf-8")

    def score(self, load: Callable[[], Predictor]) -> tuple[Array, Array]:
        """Scores in this process, and the places of the rows that could be answered."""
        model, scores, kept = load(), [], []
        for origin, held, rows in self.source.shares(self.rows):
            data, rows = origin.take(rows)
            found, fit = score_rows(model, data, rows, root=origin.reading.root)
            scores.append(found)
            kept.append(held[fit])
        return np.concatenate(scores), np.concatenate(kept)


def from_source(source: Source | None, rows: Array, seed: int) -> FromSource | None:
    """Which of the replayed rows are replayed from the source too; None if it is not at hand.

    Args:
        source: of the table, None where it was loaded or made by a stage of the user's; what
            streams is gone when it has been read, and what lies elsewhere is fetched once.
        rows: `(n,)` positions in the collected table.
        seed: of the draw, where there are more than `ROWS`.
    """
    streams = source is not None and any(
        hasattr(o.value, "read_next_batch") or o.is_elsewhere for o in source.origins
    )
    if source is None or not len(rows) or streams:
        return None
    places = np.arange(len(rows))
    if len(rows) > ROWS:
        places = np.sort(np.random.default_rng(seed).permutation(len(rows))[:ROWS])
    return FromSource(source=source, rows=rows[places], places=places)


def _write_arrow(origin: Origin, rows: Array, path: Path) -> None:
    import pyarrow as pa

    table, _ = origin.take(rows)
    table = pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table
    if isinstance(origin.value, pa.Table):  # a counted index is only described, for all rows
        for name, values in index_columns(origin.value)[2].items():
            table = table.append_column(name, pa.array(values[rows]))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
