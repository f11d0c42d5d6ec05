"""A run at a glance, as a notebook shows it: verdict, scores, models beside it, pictures."""

import html
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fivefold.codecs.schema import Schema
from fivefold.core.finding import Finding
from fivefold.core.wording import plural
from fivefold.report.headline import leading, serious
from fivefold.report.htmltable import CELL, GROUND, TABLE, html_table
from fivefold.report.lines import ticked
from fivefold.report.pictures import Drawing, Figures
from fivefold.report.verdict import Verdict

if TYPE_CHECKING:
    from fivefold.artifacts import Evaluated

PICTURES = 3
"""That are shown at most, of all that a report has."""

BYTES = 150_000
"""That these pictures take together at most: a notebook keeps them."""

SCORES = 3
"""That are shown at once; the others unfold."""

TOLD = ("verdict", "fit_seconds", "milliseconds_per_row")
"""What is told of each model beside its score."""

DECIMALS = {"fit_seconds": 1, "milliseconds_per_row": 3}
"""Of times, as in the summary: another run would give other ones."""

MOST_MODELS = 8
"""Models that are shown; all of them are in the table that has its own name."""


def first_screen(
    verdict: Verdict,
    evaluated: "Evaluated",
    schema: Schema,
    findings: Iterable[Finding],
    figures: Figures,
) -> str:
    """What a person wants to see of a run, legible on light and dark ground, wide and narrow.

    Args:
        verdict: five answers, which come first.
        evaluated: scores, and the models that were compared.
        schema: of the rows.
        findings: of all stages.
        figures: of which the first few are drawn.
    """
    found, said = list(findings), str(verdict)
    spoils = serious(found)
    warned = "".join(
        f'<p style="margin:.5em 0"><b>! serious</b> {ticked(one.sentence)}</p>'
        for one in spoils
        if one.sentence not in said
    )
    drawn = "".join(_figure(one) for one in chosen(figures))
    parts = [
        verdict._repr_html_(),
        warned,
        _scores(evaluated, schema, spoilt=bool(spoils)),
        _models(evaluated, schema),
        f'<div style="display:flex;flex-wrap:wrap;gap:1em;margin:.8em 0">{drawn}</div>',
        _warnings([one for one in found if one.severity == "warning"]),
    ]
    return f'<div style="{GROUND}">{"".join(parts)}</div>'


def chosen(figures: Figures) -> list[Drawing]:
    """The pictures that say most, within the bytes that a notebook should keep.

    Rows that can be seen come first, then what the task draws of truth and answers and what the
    answers depend on in turn.
    """
    drawn: list[Drawing] = []
    for name in _ranked(list(figures)):
        if len(drawn) == PICTURES:
            break
        one = figures[name]
        if sum(len(each.svg) for each in [*drawn, one]) <= BYTES:
            drawn.append(one)
    return drawn


def _ranked(names: list[str]) -> Iterator[str]:
    """All names, those to be shown first."""
    last = [name for name in ("comparison", "learning_curve") if name in names]
    seen = [name for name in names if name.startswith("examples")][:1]
    asked = [name for name in names if name in {"importance", "markers"}]
    told = [name for name in names if name not in {*last, *seen, *asked}]
    yield from [*seen, *told[:1], *asked, *told[1:], *last]


def _figure(one: Drawing) -> str:
    return (
        '<figure style="margin:0;flex:1 1 17em;max-width:27em;min-width:0">'
        f"{one.shown}<figcaption>{ticked(one.caption)}</figcaption></figure>"
    )


def _scores(evaluated: "Evaluated", schema: Schema, *, spoilt: bool) -> str:
    first = leading(evaluated, schema).name
    names = sorted(evaluated.metrics, key=lambda name: name != first)
    rows = [(f"{'! ' * spoilt}{name}", str(evaluated.metrics[name])) for name in names]
    more = rows[SCORES:]
    return _grid(rows[:SCORES]) + _unfolding(plural(len(more), "more score"), more)


def _models(evaluated: "Evaluated", schema: Schema) -> str:
    """What was compared by what leads; all of it stands in `result.tables`."""
    table = evaluated.tables.get("model_comparison")
    if table is None or len(table) < 2:
        return ""
    wanted = ("model", leading(evaluated, schema).name, *TOLD)
    frame = table[[name for name in wanted if name in table]].head(MOST_MODELS)
    frame = frame.round(DECIMALS).rename(columns={"verdict": "the model"})
    told = "Beside simple models, on the same test rows:"
    return f'<p style="margin:.8em 0 0">{told}</p>{html_table(frame)}'


def _unfolding(head: str, rows: list[tuple[str, str]]) -> str:
    return f"<details><summary>{head}</summary>{_grid(rows)}</details>" if rows else ""


def _grid(rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(
        f'<tr><td style="{CELL}">{html.escape(name)}</td>'
        f'<td style="{CELL}">{html.escape(value)}</td></tr>'
        for name, value in rows
    )
    return f'<table style="{TABLE}">{lines}</table>'


def _warnings(found: list[Finding]) -> str:
    if not found:
        return ""
    lines = "".join(f"<li>{ticked(one.sentence)}</li>" for one in found)
    head = plural(len(found), "warning")
    return f"<details><summary>{head}</summary><ul>{lines}</ul></details>"
