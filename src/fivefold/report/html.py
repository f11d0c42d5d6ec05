"""A run as one page that needs nothing but itself."""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import PARTS, Collected, Deployed, Evaluated, Preprocessed
from fivefold.codecs.schema import Schema
from fivefold.core.estimate import Estimate
from fivefold.report.headline import (
    display_name,
    headlines,
    leads_with_folds,
    model_parts,
    ranked,
    serious,
)
from fivefold.report.judgement import verdict_of
from fivefold.report.lines import legend, ticked
from fivefold.report.overview import overview
from fivefold.report.passages import passages
from fivefold.report.reported import Reported
from fivefold.report.sheetrows import sheet_rows
from fivefold.report.tables import cell, cells, ends, score_rows
from fivefold.report.ten import is_filled
from fivefold.sheet.testimony import Answers
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 100
OPEN_TABLES = (
    *("model_comparison", "per_class", "per_entity", "preprocessing_comparison", "tuning_results"),
    *("augmentation_effect", "transfer_learning", "prediction_speed"),
)


def render(
    run: Reported,
    recipe: str = "",
    *,
    tables: "Mapping[str, pd.DataFrame] | None" = None,
    answers: Answers | None = None,
    made: str = "",
) -> str:
    """The report of a run.

    Args:
        run: its artifacts; it was evaluated.
        recipe: the pipeline as JSON text.
        tables: by name; those that were evaluated if None.
        answers: what people say of the data; what Deploy was told if None.
        made: with what the run was made: its seed, its moment, the version.

    Returns:
        One HTML page: no script, nothing fetched, all that comes from data escaped. The same
        text for the same artifacts.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from fivefold.report.pictures import figures_of

    collected, trained, evaluated, deployed = (
        run.collected,
        run.trained,
        run.evaluated,
        run.deployed,
    )
    assert evaluated is not None
    schema, findings, verdict = collected.schema, ranked(run.findings), verdict_of(run)
    said = str(verdict)
    few = ""
    if leads_with_folds(evaluated):
        few = (
            f"There are only {len(evaluated.index)} test rows, so the folds come first. "
            "The scores of the deployed model on the test rows are further down."
        )
    told = dict(evaluated.tables if tables is None else tables)
    told_by = passages(collected, evaluated)
    limitations = told.pop("limitations", None)
    shown = [name for name in OPEN_TABLES if name in told and is_filled(told[name])]
    hidden = [name for name in told if name not in shown and is_filled(told[name])]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["ticked"] = ticked
    template = files("fivefold.report").joinpath("page.html.jinja").read_text(encoding="utf-8")
    source = collected.provenance.source or "data"
    return environment.from_string(template).render(
        title=f"{schema.predicted} from {source.replace(chr(92), '/').rsplit('/', 1)[-1]}",
        subtitle=_subtitle(collected),
        made=made,
        cards=_cards(evaluated, schema),
        few=few,
        looks="" if run.looks is None else f"{str(run.looks)[0].upper()}{str(run.looks)[1:]}.",
        verdict=verdict,
        following=list(map(str, verdict.next)),
        spoils=[finding for finding in serious(findings) if finding.sentence not in said],
        findings=findings,
        serious=serious(findings),
        pictures=[
            {"svg": Markup(each.shown), "caption": each.caption}
            for each in figures_of(run).values()
        ],
        passages=None if told_by is None else _listed(*told_by, []),
        metrics=_scores(evaluated.metrics),
        weighted=_scores(evaluated.weighted) if evaluated.weighted else None,
        weight=schema.named("weight"),
        folds=_scores(evaluated.folds) if evaluated.folds else None,
        open_tables=[_grid(told[name], name) for name in shown],
        more_tables=[_grid(told[name], name) for name in hidden],
        unfilled=_unfilled(told),
        how=f"{run.partition.how[:1].upper()}{run.partition.how[1:]}.",
        split=_split(collected, run.preprocessed),
        parts=model_parts(trained),
        network=_facts({**trained.settings, **trained.resources}),
        bundle=_bundle(deployed) if deployed else None,
        limitations=None if limitations is None else _grid(limitations, "limitations"),
        provenance=_facts(collected.provenance),
        seen=_seen(collected, run),
        sheet=sheet_rows(run, answers),
        recipe=_indented(recipe),
    )


def _subtitle(collected: Collected) -> str:
    schema = collected.schema
    aim = task_of(schema).aim(schema)
    rows, inputs = len(collected.table), len(schema.inputs)
    columns = "input column" if inputs == 1 else "input columns"
    return f"{rows:,} rows, {inputs} {columns}; to predict: {aim}."


def _cards(evaluated: Evaluated, schema: Schema) -> list[dict[str, Any]]:
    """The scores that lead, each with its interval and its rows."""
    return [
        {
            "name": line.name,
            "value": ends(line.score)[0],
            "interval": _interval(line.score),
            "rows": line.rows,
        }
        for line in headlines(evaluated, schema)
    ]


def _interval(score: Any) -> str:
    if score.low != score.low:
        return str(score.method)
    _, low, high = ends(score)
    return f"{score.level:.0%} interval {low} to {high} ({score.method})"


def _grid(frame: "pd.DataFrame", name: str) -> dict[str, Any]:
    from markupsafe import Markup

    headings, rows, numeric = cells(frame)
    two_lines = Markup("{}<small>{}</small>")  # its format() escapes what it is given
    for column, values in enumerate(frame.items() if len(headings) == frame.shape[1] else ()):
        for row, value in zip(rows, values[1], strict=True):
            if isinstance(value, Estimate) and row[column]:
                score, low, high = ends(value)
                known = value.low == value.low
                row[column] = two_lines.format(score, f"{low} to {high}" if known else value.method)
    return {
        "title": display_name(name)[:1].upper() + display_name(name)[1:],
        "headings": headings,
        "rows": rows[:MOST_ROWS],
        "numeric": numeric,
        "left_out": max(len(rows) - MOST_ROWS, 0),
    }


def _unfilled(tables: "Mapping[str, pd.DataFrame]") -> Any:
    """Tables that were not made, and why."""
    rows = [
        [display_name(name), *map(str, table.iloc[0])]
        for name, table in tables.items()
        if not is_filled(table)
    ]
    return _listed(["table", "status", "why"], rows, []) if rows else None


def _listed(headings: Sequence[str], rows: list[list[str]], numbers: Sequence[int]) -> Any:
    numeric = [place in numbers for place in range(len(headings))]
    return {"headings": headings, "rows": rows, "numeric": numeric, "left_out": 0}


def _facts(values: Mapping[str, Any]) -> Any:
    return _listed(["what", "value"], [[name, told] for name, told in _told(values) if told], [])


def _told(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and values, those of a mapping and of mappings in a list each in lines of their own."""
    for name, value in values.items():
        named = f"{before}{str(name).replace('_', ' ')}"
        several = isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value)
        if several:
            value = {str(number): one for number, one in enumerate(value, 1)}
        if isinstance(value, Mapping):
            yield from _told(value, f"{named}, ")
        else:
            yield named, cell(value)


def _scores(scores: Mapping[str, Any]) -> Any:
    return _listed(["score", "value", "interval", "how", "n"], score_rows(scores), [1, 2, 4])


def _split(collected: Collected, preprocessed: Preprocessed) -> Any:
    parts = {part: getattr(preprocessed, part) for part in PARTS}
    names = {"train": "training", "valid": "validation", "test": "test"}
    total = max(sum(map(len, parts.values())), 1)
    headings = ["part", "rows", "share"]
    rows = [
        [names[part], f"{len(rows):,}", f"{len(rows) / total:.1%}"] for part, rows in parts.items()
    ]
    classes, task = collected.schema.classes, task_of(collected.schema.task)
    counts = [task.tally(part.target, len(classes)) for part in parts.values()]
    if len(classes) <= 12 and all(each is not None for each in counts):
        headings += [str(label) for label in classes]
        for line, each in zip(rows, counts, strict=True):
            line += [f"{count:,}" for count in ([] if each is None else each)]
    return _listed(headings, rows, range(1, len(headings)))


def _bundle(deployed: Deployed) -> Any:
    return _facts(
        {
            "path": deployed.path,
            "bytes": deployed.bytes,
            "SHA-256": deployed.digest,
            "formats": deployed.formats,
            **{f"replay, {door}": value for door, value in deployed.parity.items()},
        }
    )


def _seen(collected: Collected, run: Reported) -> dict[str, Any]:
    """The columns as `ff.look` shows them, those first that were chosen.

    Of columns that are left out no cell is shown: a report goes to more people than its data.
    """
    from markupsafe import Markup

    chosen = {one["column"] for one in run.preprocessed.markers}
    shown = overview(collected, run.partition, first=chosen)
    rows = [
        row | dict.fromkeys(("bars", "pictures", "values", "spread"), "")
        if one.role == "ignored"
        else row | {name: Markup(row[name]) for name in ("bars", "pictures")}
        for one, row in zip(shown.columns, shown.rows_of_page(), strict=True)
    ]
    count = len(collected.schema.columns)
    title = f"{count:,} columns" + (f", {len(chosen):,} of them chosen" if chosen else "")
    key = Markup(legend(shown.groups))
    return {"rows": rows, "title": title, "legend": key, "left_out": shown.left_out}


def _indented(recipe: str) -> str:
    try:
        return json.dumps(json.loads(recipe), indent=2, ensure_ascii=False) if recipe else ""
    except ValueError:
        return recipe
