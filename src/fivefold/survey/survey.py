"""All sections of the page about data, in their order."""

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Table
from fivefold.kinds.binned import Binned
from fivefold.survey.extremes import far_numbers
from fivefold.survey.measured import measured
from fivefold.survey.missingness import missing_together
from fivefold.survey.nearcopies import near_copies
from fivefold.survey.oddrows import odd_rows
from fivefold.survey.pairwise import associations
from fivefold.survey.related import related
from fivefold.survey.section import Section
from fivefold.survey.specimens import specimens
from fivefold.survey.timeline import time_covered
from fivefold.survey.vocabulary import vocabulary

ROWS, COLUMNS = 10_000, 500
"""By which columns are compared, at most: evenly spaced rows, the first columns."""
APART = ("ignored", "until", "judged")
"""Roles of columns that nothing is learnt from and nothing predicted."""
WORK = 500_000_000
"""Rows times pairs of columns, of which fewer rows are compared."""


def surveyed(
    table: Table,
    schema: Schema,
    leads: tuple[str, ...],
    rows: Array,
    learnt: Array,
    groups: Binned | None,
) -> tuple[Section, ...]:
    """What rows say before a model, by sections; those that have nothing to tell are left out.

    Whatever has to do with what is predicted is told of training and validation rows alone.

    Args:
        table: of canonical values.
        schema: kinds and roles.
        leads: the targets that are told of, of a forecast the first step.
        rows: `(n,)` positions of the rows that can be used.
        learnt: positions of those whose answers may be looked at.
        groups: of all rows by their answers; None where nothing is predicted.
    """
    left = {*schema.targets} - {*leads}
    asked = [one for one in schema.columns if one.role not in APART and one.name not in left]
    asked = asked[:COLUMNS]
    columns = [one for one in asked if one.role != "target"]
    most = min(ROWS, max(1000, WORK // max(1, len(asked) ** 2)))
    some = learnt[:: max(1, -(-len(learnt) // most))]
    ranked, coded = measured(table, asked, some)
    given = None if groups is None or len(groups.labels) < 2 else groups
    found = [
        related(associations(ranked, coded), leads),
        missing_together(table, columns, rows, learnt, given, ranked, coded, some),
        far_numbers(table, columns, rows),
        odd_rows(table, columns, rows),
        *time_covered(table, columns, rows),
        *near_copies(table, columns, rows),
        *vocabulary(table, columns, learnt, given),
        *specimens(table, columns, learnt, given),
    ]
    return tuple(one for one in found if one is not None)
