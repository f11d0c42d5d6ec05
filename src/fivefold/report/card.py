"""The model card: what a model is, what it is worth and where it should not be trusted."""

from collections.abc import Mapping
from typing import Any

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.codecs.schema import Schema
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.core.wording import inert, plural, together
from fivefold.partition import Partition
from fivefold.report.headline import display_name, model_parts, ranked, serious
from fivefold.report.judgement import verdict_of
from fivefold.report.reported import Reported
from fivefold.report.tables import cell, markdown, score_rows
from fivefold.sheet.annotators import told_of_labels
from fivefold.sheet.datasheet import Datasheet
from fivefold.sheet.queried import queries_told
from fivefold.sheet.question import CARD, QUESTIONS
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
SECTIONS = (
    *("Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data"),
    *("Quantitative analyses", "Ethical considerations", "Caveats and recommendations", "Approval"),
)
GROUPED = ("by_group",)
"""Tables of scores by group."""

OF_PEOPLE = ("personal_data",)
"""Codes of findings that tell of people."""


def card(
    *,
    collected: Collected,
    trained: Trained,
    evaluated: Evaluated | None = None,
    preprocessed: Preprocessed | None = None,
    partition: Partition | None = None,
    datasheet: Datasheet | None = None,
    said: Mapping[str, str] | None = None,
) -> str:
    """A model card in Markdown: what was measured, what people say, and what nobody said.

    The sections are those of Mitchell et al., Model Cards for Model Reporting, 2019, below the
    verdict; and who approved of it.

    Args:
        collected: the data it was made from.
        trained: the model.
        evaluated: its scores; without them the card says that it was not evaluated.
        preprocessed: what was found in the training rows.
        partition: how rows were dealt out; with it and all of these the verdict leads.
        datasheet: of the data, of which the answers are told.
        said: answers of people to the questions of `CARD`, by name.

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
    told = {
        "Model details": _details(trained),
        "Factors": ["### Inputs", _inputs(collected, preprocessed), *_by_group(evaluated)],
        "Metrics": _metrics(evaluated, schema),
        "Evaluation data": _evaluation_data(evaluated, partition),
        "Training data": _training_data(collected, datasheet),
        "Quantitative analyses": _analyses(evaluated, schema, findings),
        "Ethical considerations": _personal(findings),
        "Caveats and recommendations": _caveats(evaluated, findings),
    }
    for section in SECTIONS:
        blocks += [f"## {section}", *told.get(section, []), *_said(section, said or {})]
    return "\n\n".join(blocks) + "\n"


def _said(section: str, said: Mapping[str, str]) -> list[str]:
    """What people say in a section, and in one line what nobody has said."""
    questions = CARD.sections.get(section, [])
    lines = [f"- **{q.text}** {inert(said[q.name])}" for q in questions if q.name in said]
    lacking = [f"`{q.name}`" for q in questions if q.name not in said]
    blocks = ["\n".join(lines)] if lines else []
    return [*blocks, *([f"*Not said: {', '.join(lacking)}.*"] if lacking else [])]


def _details(trained: Trained) -> list[str]:
    blocks = [f"{model_parts(trained)}.", _facts(trained.settings, MODEL)]
    if trained.settings.pretrained:
        blocks += ["### Begins with", _facts(trained.settings.pretrained, BEGUN)]
    if trained.settings.privacy:
        spent = trained.settings.privacy
        blocks += ["### Differential privacy", _facts(spent, tuple(spent))]
    return blocks


def _by_group(evaluated: Evaluated | None) -> list[str]:
    """Scores of groups that were looked at, where some were."""
    tables = {} if evaluated is None else evaluated.tables
    return [
        block
        for name in GROUPED
        if name in tables
        for block in (f"### {display_name(name).capitalize()}", markdown(tables[name]))
    ]


def _metrics(evaluated: Evaluated | None, schema: Schema) -> list[str]:
    """By what the model is judged, how its answers are decided, and what was required."""
    if evaluated is None:
        return ["Not measured: this model was not evaluated."]
    names = [m.title for m in led(task_of(schema).headlines, evaluated.threshold)]
    levels = sorted({f"{each.level:g}" for each in evaluated.metrics.values()})
    lines = [f"- led by {together(names)}; intervals at a level of {' and '.join(levels)}"]
    if evaluated.threshold is not None:
        lines.append(f"- {inert(evaluated.threshold.said(schema.classes))}")
    if evaluated.conformal is not None:
        lines.append(f"- intervals or sets: {evaluated.conformal.said()}")
    blocks = ["\n".join(lines)]
    if "requirements" in evaluated.tables:
        blocks += ["### Requirements", markdown(evaluated.tables["requirements"])]
    return blocks


def _evaluation_data(evaluated: Evaluated | None, partition: Partition | None) -> list[str]:
    if evaluated is None:
        return ["Not measured: this model was not evaluated."]
    rows = plural(len(evaluated.index), "test row")
    how = "" if partition is None else f", drawn {inert(partition.how)}"
    return [f"{rows}{how}; nothing was fitted on them."]


def _training_data(collected: Collected, datasheet: Datasheet | None) -> list[str]:
    blocks = ["### Data", _data(collected)]
    if collected.labelling:
        told = told_of_labels(collected.labelling)
        blocks += ["### Labels", "\n".join(f"- {inert(line)}" for line in told)]
    return [*blocks, *([] if datasheet is None else ["### Datasheet", _answers(datasheet)])]


def _analyses(evaluated: Evaluated | None, schema: Schema, findings: list[Finding]) -> list[str]:
    """All scores, below what spoils them, and those of simple models."""
    if evaluated is None:
        return ["### Scores", "Not measured: this model was not evaluated."]
    blocks = ["### Scores"]
    blocks += [f"> **! serious**: {inert(finding.sentence)}" for finding in serious(findings)]
    blocks.append(_scores(evaluated.metrics, "On test rows that nothing was fitted on"))
    if evaluated.weighted:
        name = inert(str(schema.named("weight")))
        blocks.append(_scores(evaluated.weighted, f"The same rows, weighted by {name}"))
    if evaluated.folds:
        blocks.append(_scores(evaluated.folds, "Over folds of the other rows"))
    if "model_comparison" in evaluated.tables:
        task = task_of(schema)
        shown = [m.name for m in led(task.headlines, evaluated.threshold)]
        more = [m.name for m in task.compared if m.name not in shown]
        table = evaluated.tables["model_comparison"]
        table = table.drop(columns=[*TIMED, *more], errors="ignore")
        blocks += ["### Beside simple models", markdown(table)]
    if "fairness" in evaluated.tables:
        blocks += ["### Groups", *_groups(evaluated)]
    return blocks


def _personal(findings: list[Finding]) -> list[str]:
    """What was found that points to people."""
    lines = [f"- {inert(one.sentence)}" for one in findings if one.code in OF_PEOPLE]
    return ["\n".join(lines)] if lines else []


def _caveats(evaluated: Evaluated | None, findings: list[Finding]) -> list[str]:
    blocks = ["### Findings", _findings(findings)]
    if evaluated is not None and "limitations" in evaluated.tables:
        blocks += ["### Limitations", markdown(evaluated.tables["limitations"])]
    return blocks


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
