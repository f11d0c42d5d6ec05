"""A run as one page that needs nothing but itself."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import PARTS, Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.codecs.schema import Schema
from fivefold.core.digits import digits
from fivefold.core.finding import Finding
from fivefold.core.wording import plural
from fivefold.decided import Provenance
from fivefold.report.doubted import doubted_passages
from fivefold.report.drifted import SIDES, drifted
from fivefold.report.grids import facts, grid, listed
from fivefold.report.headline import (
    display_name,
    headlines,
    leads_with_folds,
    model_parts,
    privacy_told,
    ranked,
    serious,
)
from fivefold.report.judgement import verdict_of
from fivefold.report.lines import legend
from fivefold.report.outside import elsewhere
from fivefold.report.overview import overview
from fivefold.report.passages import passages
from fivefold.report.reported import Reported
from fivefold.report.sections import section_rows
from fivefold.report.sheetrows import card_rows, sheet_rows
from fivefold.report.tables import ends, score_rows
from fivefold.report.template import filled
from fivefold.report.ten import is_filled
from fivefold.sheet.testimony import Answers
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    import pandas as pd

OPEN_TABLES = (
    *("requirements", "model_comparison", "coverage", "calibration", "per_class", "per_entity"),
    *("fairness_gaps", "preprocessing_comparison", "tuning_results"),
    *("augmentation_effect", "transfer_learning", "prediction_speed"),
)
LEAST = 0.75  # of its size, below which a picture is not made smaller
ALONE = 400.0  # points, from which on nothing stands beside it


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
    from markupsafe import Markup

    from fivefold.report.pictures import figures_of

    collected, trained, evaluated = run.collected, run.trained, run.evaluated
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
    told_by, doubted = passages(collected, evaluated), doubted_passages(collected, evaluated)
    limitations = told.pop("limitations", None)
    shown = [name for name in OPEN_TABLES if name in told and is_filled(told[name])]
    hidden = [name for name in told if name not in shown and is_filled(told[name])]
    origin = collected.provenance
    source = (origin.test_source if trained is None else "") or origin.source or "data"
    return filled(
        "page.html.jinja",
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
            {
                "svg": Markup(floored(each.shown)),
                "caption": each.caption,
                "wide": breadth_of(each.svg) > ALONE,
            }
            for each in figures_of(run).values()
        ],
        passages=None if told_by is None else listed(*told_by, []),
        drifted=drifted(run),
        sides=Markup(legend(SIDES, ": of each, how it is spread")),
        doubted=None if doubted is None else listed(*doubted, [0]),
        metrics=_scores(evaluated.metrics),
        weighted=_scores(evaluated.weighted) if evaluated.weighted else None,
        weight=schema.named("weight"),
        folds=_scores(evaluated.folds) if evaluated.folds else None,
        open_tables=[grid(told[name], name) for name in shown],
        more_tables=[grid(told[name], name) for name in hidden],
        unfilled=_unfilled(told),
        how=f"{run.partition.how[:1].upper()}{run.partition.how[1:]}.",
        split=_split(collected, run.preprocessed),
        fitted=trained is not None,
        parts=elsewhere(run) if trained is None else f"{model_parts(trained)}; {_learnt(trained)}",
        privacy=facts(trained.settings.privacy) if trained and trained.settings.privacy else None,
        network=trained and facts({**trained.settings, **trained.resources}),
        bundle=_bundle(run.deployed) if run.deployed else None,
        limitations=_limitations(limitations, findings),
        provenance=facts(_origin(collected.provenance)),
        seen=_seen(collected, run),
        sheets=[sheet_rows(run, answers), *card_rows(run)],
        recipe=_indented(recipe),
    )


def breadth_of(svg: str) -> float:
    """Points that a picture is wide, 0 where it does not say so."""
    found = re.search(r'width="([\d.]+)pt"', svg[: svg.index(">")])
    return float(found[1]) if found else 0.0


def floored(svg: str) -> str:
    """A picture that is not made smaller than its letters can be read; it scrolls in place of that.

    Example:
        >>> floored('<svg style="height:auto" width="400pt" height="9pt"></svg>')
        '<svg style="min-width:300pt;height:auto" width="400pt" height="9pt"></svg>'
    """
    least = f"{LEAST * breadth_of(svg):.0f}pt"
    return svg.replace('style="', f'style="min-width:{least};', 1)


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


def _unfilled(tables: "Mapping[str, pd.DataFrame]") -> Any:
    """Tables that were not made, and why."""
    rows = [
        [display_name(name), *map(str, table.iloc[0])]
        for name, table in tables.items()
        if not is_filled(table)
    ]
    return listed(["table", "status", "why"], rows, []) if rows else None


def _scores(scores: Mapping[str, Any]) -> Any:
    return listed(["score", "value", "interval", "how", "n"], score_rows(scores), [1, 2, 4])


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
    return listed(headings, rows, range(1, len(headings)))


def _learnt(trained: Trained) -> str:
    """What training came to, in words."""
    settings, seconds = trained.settings, trained.resources.seconds
    told = [plural(settings.parameters, "parameter")]
    if settings.epochs_run:
        kept = f", of which {settings.best_epoch} was kept" if settings.best_epoch else ""
        told.append(f"{plural(settings.epochs_run, 'epoch')}{kept}")
    told += [f"{digits(seconds)} s on {settings.device}"] if seconds == seconds else []
    told += [privacy_told(settings.privacy).removeprefix(", ")] if settings.privacy else []
    return "; ".join(told)


def _origin(provenance: Provenance) -> Mapping[str, Any]:
    """Where rows came from, a file that is all of it told once."""
    told = dict(provenance)
    alone = len(provenance.files) == 1 and provenance.files[0].get("sha256") == provenance.sha256
    return {name: value for name, value in told.items() if not (alone and name == "files")}


def _limitations(table: "pd.DataFrame | None", findings: Sequence[Finding]) -> Any:
    """Limitations but for the findings, which stand on the page already."""
    if table is None:
        return None
    said = {finding.sentence for finding in findings}
    return grid(table[~table["limitation"].isin(said)], "limitations")


def _bundle(deployed: Deployed) -> Any:
    return facts(
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
    told = {"rows": rows, "title": title, "legend": key, "left_out": shown.left_out}
    return {**told, "sections": section_rows(shown.sections)}


def _indented(recipe: str) -> str:
    try:
        return json.dumps(json.loads(recipe), indent=2, ensure_ascii=False) if recipe else ""
    except ValueError:
        return recipe
