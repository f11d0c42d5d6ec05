"""The model card: what a model is, what it is worth and where it should not be trusted."""

from collections.abc import Mapping
from typing import Any

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.core.wording import inert
from fivefold.partition import Partition
from fivefold.report.headline import model_parts, ranked, serious
from fivefold.report.judgement import verdict_of
from fivefold.report.reported import Reported
from fivefold.report.tables import cell, markdown, score_rows
from fivefold.sheet.annotators import told_of_labels
from fivefold.sheet.datasheet import Datasheet
from fivefold.sheet.queried import queries_told
from fivefold.sheet.question import QUESTIONS
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import led

MODEL = (
    "network",
    "parameters",
    "epochs",
    "best_epoch",
    "batch",
    "lr",
    "precision",
    "device",
    "written",
)
TIMED = ["fit_seconds", "milliseconds_per_row"]
"""Left out, so that two runs with one seed give one bundle, to the byte."""

BEGUN = ("source", "sha256", "revision", "licence", "taken", "codec", "frozen")
PROVENANCE = ("source", "sha256", "bytes", "rows", "licence")
MOST_COLUMNS = 100


def card(
    *,
    collected: Collected,
    trained: Trained,
    evaluated: Evaluated | None = None,
    preprocessed: Preprocessed | None = None,
    partition: Partition | None = None,
    datasheet: Datasheet | None = None,
) -> str:
    """A model card in Markdown, computed from what was measured and nothing else.

    Args:
        collected: the data it was made from.
        trained: the model.
        evaluated: its scores; without them the card says that it was not evaluated.
        preprocessed: what was found in the training rows.
        partition: how rows were dealt out; with it and all of these the verdict leads.
        datasheet: of the data, of which the answers are told.

    Returns:
        Markdown text that ends in a newline; names from the data cannot act as markup. The same
        text for the same artifacts.
    """
    schema = collected.schema
    made = (collected, preprocessed, trained, evaluated)
    findings = [finding for one in made if one is not None for finding in one.findings]
    blocks = [f"# {inert(schema.predicted)}", _purpose(collected, preprocessed)]
    if partition is not None and preprocessed is not None and evaluated is not None:
        run = Reported(
            collected=collected,
            partition=partition,
            preprocessed=preprocessed,
            trained=trained,
            evaluated=evaluated,
        )
        answers = verdict_of(run).points
        lines = [f"- **{point.question}** {inert(point.sentence)}" for point in answers]
        blocks += ["## Verdict", "\n".join(lines)]
    blocks.append("## Scores")
    if evaluated is None:
        blocks.append("Not measured: this model was not evaluated.")
    else:
        blocks += [f"> **! serious**: {inert(finding.sentence)}" for finding in serious(findings)]
        blocks.append(_scores(evaluated.metrics, "On test rows that nothing was fitted on"))
        if evaluated.conformal is not None:
            blocks.append(f"Intervals or sets: {evaluated.conformal.said()}")
        if evaluated.weighted:
            name = inert(str(schema.named("weight")))
            blocks.append(_scores(evaluated.weighted, f"The same rows, weighted by {name}"))
        if evaluated.folds:
            blocks.append(_scores(evaluated.folds, "Over folds of the other rows"))
        if "model_comparison" in evaluated.tables:
            task = task_of(collected.schema)
            shown = [m.name for m in led(task.headlines, evaluated.threshold)]
            more = [m.name for m in task.compared if m.name not in shown]
            table = evaluated.tables["model_comparison"]
            table = table.drop(columns=[*TIMED, *more], errors="ignore")
            blocks += ["## Beside simple models", markdown(table)]
    if evaluated is not None and "fairness" in evaluated.tables:
        blocks += ["## Groups", *_groups(evaluated)]
    blocks += ["## Findings", _findings(findings)]
    if evaluated is not None and "limitations" in evaluated.tables:
        blocks += ["## Limitations", markdown(evaluated.tables["limitations"])]
    blocks += ["## Inputs", _inputs(collected, preprocessed)]
    blocks += ["## Data", _data(collected)]
    if collected.labelling:
        told = told_of_labels(collected.labelling)
        blocks += ["## Labels", "\n".join(f"- {inert(line)}" for line in told)]
    if datasheet is not None:
        blocks += ["## Datasheet", _answers(datasheet)]
    blocks += ["## Model", f"{model_parts(trained)}.", _facts(trained.settings, MODEL)]
    if trained.settings.pretrained:
        blocks += ["## Begins with", _facts(trained.settings.pretrained, BEGUN)]
    return "\n\n".join(blocks) + "\n"


def _purpose(collected: Collected, preprocessed: Preprocessed | None) -> str:
    schema = collected.schema
    columns = f"{len(schema.inputs)} column{'s' if len(schema.inputs) != 1 else ''}"
    if preprocessed is not None and preprocessed.markers:
        columns = f"{len(preprocessed.codec.schema.inputs)} of {columns}"
    return task_of(schema).purpose(schema, columns, inert)


def _scores(scores: Mapping[str, Estimate], heading: str) -> str:
    lines = [f"{heading}:", "", "| score | value | interval | how | n |", "|---|---:|---|---|---:|"]
    for name, *words in score_rows(scores, unknown="none"):
        lines.append(f"| {' | '.join([inert(name), *words])} |")
    return "\n".join(lines)


def _groups(evaluated: Evaluated) -> list[str]:
    """How groups that were asked for fare, those by one column; how far they lie apart."""
    table = evaluated.tables["fairness"]
    single = table[~table["column"].str.contains(" and ")].drop(columns="note")
    return [markdown(single.head(MOST_COLUMNS)), markdown(evaluated.tables["fairness_gaps"])]


def _findings(findings: list[Finding]) -> str:
    lines = [f"- **{finding.severity}**: {inert(finding.sentence)}" for finding in ranked(findings)]
    return "\n".join(lines) or "None."


def _inputs(collected: Collected, preprocessed: Preprocessed | None) -> str:
    columns = (collected if preprocessed is None else preprocessed.codec).schema.inputs
    made = {} if collected.changes is None else collected.changes.made_of()
    lines = ["| column | kind |", "|---|---|"]
    lines += [f"| {inert(column.name)} | {column.kind} |" for column in columns[:MOST_COLUMNS]]
    if made:
        told = ["made of", "---", *(inert(made.get(c.name, "")) for c in columns[:MOST_COLUMNS])]
        lines = [f"{line} {how} |" for line, how in zip(lines, told, strict=True)]
    if len(columns) > MOST_COLUMNS:
        lines += ["", f"and {len(columns) - MOST_COLUMNS:,} more"]
    return "\n".join(lines)


def _data(collected: Collected) -> str:
    """Where it came from, and what databases were asked."""
    known = collected.provenance
    source = known.source.replace("\\", "/").rsplit("/", 1)[-1]
    lines = [_facts({**known, "source": source}, PROVENANCE)]
    for name, one in known.joined.items():
        lines.append(f"- joined: {inert(name)}, {cell(one['rows'])} rows")
    for name, query in queries_told(known):
        lines.append(f"- query{f' of {inert(name)}' if name else ''}: {inert(query)}")
    return "\n".join(lines)


def _answers(sheet: Datasheet) -> str:
    """What people say of the data, and how much of what is asked that is."""
    lines = [
        f"- **{question.text}** {inert(sheet.answers[question.name])}"
        for question in QUESTIONS.values()
        if question.name in sheet.answers
    ]
    return "\n".join([f"{sheet.told()}; the whole of it is in `datasheet.md`.", "", *lines]).strip()


def _facts(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    known = [name for name in names if values.get(name) not in (None, "")]
    lines = [f"- {name.replace('_', ' ')}: {inert(cell(values[name]))}" for name in known]
    return "\n".join(lines) or "Not recorded."
