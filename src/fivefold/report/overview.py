"""A table before it is modelled: its columns, how they are spread, what is odd about them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import PARTS, Collected
from fivefold.codecs.personal import masked
from fivefold.core.finding import Finding
from fivefold.core.wording import plural, printable
from fivefold.partition import Partition
from fivefold.report.bars import bars, sparks
from fivefold.report.classed import by_answer
from fivefold.report.datapage import data_page
from fivefold.report.described import Described, described, share
from fivefold.report.headline import ranked
from fivefold.report.lines import (
    NARROWEST,
    column_html,
    column_lines,
    legend,
    thumbnails,
    ticked,
    wrapped,
)
from fivefold.report.reportpage import ReportPage
from fivefold.report.sections import section_html, section_lines
from fivefold.report.veiling import without_people
from fivefold.survey.section import Section
from fivefold.survey.survey import surveyed
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    import pandas as pd

MOST = 100
"""Columns that are described, targets first."""

UNSAID = 'none; pass target="COLUMN" to say what is predicted'

PART_NAMES = ("training", "validation", "test")

TOLD = ("rows", "missing")
"""Findings that say what the table shows."""

MOST_NOTES = 8
"""Findings that only inform, of which more are counted."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Overview:
    """What `ff.look` shows: the columns, what is predicted, how rows are divided, what is odd.

    It prints as a table for terminals, and as one with histograms in notebooks.

    Args:
        source: what was read.
        rows: of the source.
        task: what the target is taken for; empty without a target.
        target: the names of the target columns, as one says them; empty without one.
        aim: what is predicted, in a few words.
        sizes: rows of each part that would be drawn; none without a target.
        how: they are drawn.
        columns: the targets first; of a wide table the first 100.
        left_out: columns beyond these.
        groups: of rows whose histograms stand side by side; `("",)` without.
        findings: what a person should know, the serious first.
        sections: on associations, missing cells, far numbers, odd rows, time, copies and words.
    """

    source: str
    rows: int
    task: str
    target: str
    aim: str
    sizes: tuple[int, ...]
    how: str
    columns: tuple[Described, ...]
    left_out: int
    groups: tuple[str, ...]
    findings: tuple[Finding, ...]
    sections: tuple[Section, ...] = ()

    @property
    def tables(self) -> "Mapping[str, pd.DataFrame]":
        """The table of each section that has one, by name: `associations` for one."""
        return {one.name: one.frame() for one in self.sections if one.rows}

    def report(self, path: str | PathLike[str] | None = None) -> ReportPage:
        """All of it as one HTML page that needs nothing but itself.

        Args:
            path: where to write it, whole or not at all; None for nowhere.

        Returns:
            The text of the page.

        Raises:
            StoreError: if it cannot be written there.
        """
        return data_page(
            self.source,
            self._head(),
            findings=self.findings,
            groups=self.groups,
            rows=self.rows_of_page(),
            left_out=self.left_out,
            sections=self.sections,
            path=None if path is None else Path(path),
        )

    def text(self, width: int = 80, *, said: Callable[[str], str] = str) -> str:
        """Lines for a terminal.

        Args:
            width: its columns, 60 at least.
            said: what is written for the sentence of a finding, where its advice is not for Python.
        """
        width = max(width, NARROWEST)
        heads = [line for head, told in self._head(said) for line in wrapped(head, told, width)]
        if self.sizes:
            heads += wrapped("", "histograms count training and validation rows", width)
        lines = [*heads, "", *column_lines(self.columns, self.left_out, width), ""]
        apart = [printable(f"{one.name}: {one.reason}") for one in self.columns if one.reason]
        for head, sentences in (("left out", apart), ("found", self._found(said))):
            for place, sentence in enumerate(sentences):
                lines += wrapped("" if place else head, sentence, width)
        lines += section_lines(self.sections, width)
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<div>{escape(name)}: {escape(line)}</div>" for name, line in self._head())
        found = "".join(f"<li>{ticked(sentence)}</li>" for sentence in self._found(str))
        table = column_html(self.rows_of_page(), self.left_out)
        sections = section_html(self.sections)
        return f"<div>{head}{legend(self.groups)}{table}<ul>{found}</ul>{sections}</div>"

    def _head(self, said: Callable[[str], str] = str) -> list[tuple[str, str]]:
        """What was read, what is predicted, and how rows would be divided."""
        columns = len(self.columns) + self.left_out
        data = f"{self.source}: {plural(self.rows, 'row')}, {plural(columns, 'column')}"
        task = f"{self.task}: {self.target}, {self.aim.replace('`', '')}"
        split = ", ".join(
            f"{size:,} {name}" for size, name in zip(self.sizes, PART_NAMES, strict=False)
        )
        return [
            ("data", data),
            ("task", printable(task) if self.task else said(UNSAID)),
            (
                "split",
                f"{split} rows ({printable(self.how)})" if split else "none without a target",
            ),
        ]

    def _found(self, said: Callable[[str], str]) -> list[str]:
        """What deserves a look, a sentence each; what the table shows is left out."""
        found = [one for one in self.findings if one.code not in TOLD]
        marks = ("! " if one.severity == "serious" else "" for one in found)
        told = [
            f"{mark}{one.severity}: {printable(said(one.sentence))}"
            for mark, one in zip(marks, found, strict=True)
        ]
        notes = [place for place, one in enumerate(found) if one.severity == "note"]
        more = len(notes[MOST_NOTES:])
        if more:
            told = [*told[: notes[MOST_NOTES]], f"and {plural(more, 'note')} more"]
        return told or ["nothing odd"]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, never NaN."""
        return {
            "source": self.source,
            "rows": self.rows,
            "task": self.task or None,
            "target": self.target or None,
            "aim": self.aim or None,
            "split": {**dict(zip(PARTS, self.sizes, strict=False)), "how": self.how or None},
            "groups": [name for name in self.groups if name],
            "columns": [column.to_json() for column in self.columns],
            "columns_left_out": self.left_out,
            "findings": [
                {name: told for name, told in asdict(one).items() if name != "numbers"}
                for one in self.findings
            ],
            "sections": [
                {"name": one.name, "told": list(one.told), "rows": [dict(row) for row in one.rows]}
                for one in self.sections
            ],
        }

    def frame(self) -> "pd.DataFrame":
        """One row a column, for work with pandas."""
        import pandas as pd

        return pd.DataFrame(
            {
                "column": one.name,
                "kind": one.kind,
                "role": one.role,
                "rows": one.rows,
                "missing": one.missing,
                "distinct": one.distinct,
                "values": list(one.samples),
                **one.numbers,
                "histogram": sparks(one.counts.sum(axis=1)),
            }
            for one in self.columns
        )

    def rows_of_page(self) -> list[dict[str, Any]]:
        """The columns as rows of a page: words, and a picture each.

        Cells of samples in which something points to a person show its kind in its place.
        """
        return [
            {
                "name": printable(one.name),
                "note": printable(one.note),
                "kind": one.kind,
                "missing": _missing(one),
                "distinct": f"{one.distinct:,}",
                "values": ", ".join(map(masked, one.samples)),
                "spread": masked(one.spread),
                "pictures": thumbnails(one.pictures, printable(one.name)),
                "bars": bars(one.counts, label=masked(printable(one.alternative))),
            }
            for one in self.columns
        ]


def overview(
    collected: Collected,
    partition: Partition | None = None,
    *,
    first: Collection[str] = (),
    more: Collection[Section] = (),
) -> Overview:
    """What is seen of a table before it is modelled.

    Histograms by what is predicted count training and validation rows alone: test rows are looked
    at when a model is judged, and not before.

    Args:
        collected: the table; one without a target has no task.
        partition: how its rows are dealt out; None where they are not.
        first: names of columns that come before the others.
        more: sections that come before those of every table.
    """
    schema, table = collected.schema, collected.table
    task = task_of(schema) if schema.targets else None
    groups = None if partition is None else by_answer(collected, partition)
    leads = schema.targets[: 1 if task is not None and task.ahead else None]
    last = set(schema.targets) - set(leads)  # the steps after the first that is forecast
    order = sorted(
        schema.columns, key=lambda c: (c.name in last, c.name not in leads, c.name not in first)
    )
    made = {} if collected.changes is None else collected.changes.made_of()
    rows = np.flatnonzero(collected.usable)
    parts = None if partition is None else (partition.train, partition.valid)
    learnt = rows if parts is None else np.sort(np.concatenate(parts))
    source = (collected.provenance.source or "data").replace("\\", "/").rstrip("/")
    return Overview(
        source=printable(source.rsplit("/", 1)[-1]),
        rows=len(table),
        task="" if task is None else task.name,
        target=schema.predicted if schema.targets else "",
        aim="" if task is None else task.aim(schema),
        sizes=() if partition is None else tuple(len(getattr(partition, p)) for p in PARTS),
        how="" if partition is None else partition.how,
        columns=without_people(
            (
                described(c, table.column(c.name), groups, made_of=made.get(c.name, ""))
                for c in order[:MOST]
            ),
            collected.findings,
        ),
        left_out=max(0, len(order) - MOST),
        groups=("",) if groups is None else tuple(map(printable, groups.labels)),
        findings=tuple(ranked(collected.findings)),
        sections=(*more, *surveyed(table, schema, leads, rows, learnt, groups)),
    )


def _missing(one: Described) -> str:
    return f"{one.missing:,} ({share(one.missing / one.rows)})" if one.missing else ""
