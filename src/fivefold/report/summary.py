"""A run in at most 25 lines of a terminal."""

from collections import Counter
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING

from fivefold.artifacts import PARTS, Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.core.finding import Finding
from fivefold.core.wording import bytes_text, together
from fivefold.report.headline import (
    calibration_told,
    coverage_told,
    display_name,
    headlines,
    leading,
    leads_with_folds,
    model_parts,
    privacy_told,
    ranked,
    serious,
)
from fivefold.report.judgement import verdict_of
from fivefold.report.outside import elsewhere
from fivefold.report.reported import Reported
from fivefold.report.tables import aligned, cell
from fivefold.report.verdict import Verdict
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    from fivefold.partition import Partition

LINES, WIDTH, INDENT = 25, 100, 9
NARROWEST = 40
MOST_FINDINGS, MOST_MODELS = 3, 6
MARK = "!"
"""Stands before serious findings, and before the scores that they spoil."""
TOLD = ("rows", "looks")
"""Findings that say what another line says."""
HEADS = ("good?", "simpler?", "trust?", "wrong?")
"""What the four answers begin with."""
FORMS = ("{:.1f}", "{:.3f}")
"""Of seconds to fit, and of milliseconds a row."""
DOORS = ("frame", "csv", "json", "raw")


def summary(
    run: Reported,
    *,
    leak_checked: bool = False,
    report: str = "",
    seconds: float | None = None,
    commands: Mapping[str, str] | None = None,
    width: int = WIDTH,
) -> str:
    """What a person wants to know after a run: the verdict, then what it stands on.

    Nothing is cut off: long lines go on below their beginning. Where that would take more than 25
    lines, fewer findings are told and the rest are counted; serious ones are always told.

    Args:
        run: its artifacts.
        leak_checked: whether held-out rows were corrupted and nothing fitted moved.
        report: where a page about it is.
        seconds: the whole run, wall-clock.
        commands: what to do next: a command, and what it is for; two at most.
        width: columns of the terminal.

    Returns:
        Lines of at most that many columns where no word is longer, without a trailing newline.
    """
    collected, evaluated, findings = run.collected, run.evaluated, run.findings
    pairs = [[command, use] for command, use in list((commands or {}).items())[:2]]
    blocks, pairs = _verdict(verdict_of(run), pairs)
    blocks |= {"data": [_data(collected)], "found": []}
    first = ", look 1 at the test rows" if run.looks and run.looks.number == 1 else ""
    blocks["rows"] = [_rows(run.partition, run.preprocessed) + first]
    if leak_checked:
        blocks["rows"] += ["fitted on the training rows only: checked by corrupting the others"]
    blocks["model"] = [elsewhere(run) if run.trained is None else _model(run.trained)]
    if evaluated is not None:
        mark = f"{MARK} " if serious(findings) else ""
        held = coverage_told(evaluated)
        blocks["scores"] = [mark + _scores(evaluated, collected), *([held] if held else [])]
        if run.looks is not None and run.looks.number > 1:
            blocks["looks"] = [mark + str(run.looks)]
        if evaluated.weighted:
            blocks["weighted"] = [mark + _weighted(evaluated, collected)]
        blocks["models"] = _models(evaluated, collected)
        blocks["errors"] = [_errors(evaluated, collected)]
    if run.deployed is not None:
        blocks["bundle"] = _bundle(run.deployed)
    if report:
        blocks["report"] = [report]
    if seconds is not None:
        blocks["total"] = [f"{seconds:.1f} s"]
    blocks["next"] = aligned(pairs, [False, False]) if pairs else []
    width = max(width, NARROWEST)
    told = {head: _wrapped(head, lines, width) for head, lines in blocks.items()}
    free = LINES - sum(map(len, told.values()))
    said = " ".join(line for head in HEADS for line in blocks[head])
    told["found"] = _found([f for f in findings if f.sentence not in said], width, free)
    return "\n".join(line for lines in told.values() for line in lines)


def _wrapped(head: str, lines: Iterable[str], width: int) -> list[str]:
    """The lines of a block, its name before the first, each going on below its beginning."""
    found: list[str] = []
    for line in lines:
        start = f"{'' if found else head:<{INDENT}}"
        if len(start + line) <= width:
            found.append((start + line).rstrip())
        else:
            room = width - INDENT
            parts = wrap(line, room, break_long_words=False, break_on_hyphens=False)
            found += [start + parts[0], *(" " * INDENT + part for part in parts[1:])]
    return found


def _verdict(
    verdict: Verdict, commands: list[list[str]]
) -> tuple[dict[str, list[str]], list[list[str]]]:
    """The five answers, and the commands that are left to be told.

    Where nothing is to be done first the first command is what comes next; where a serious finding
    spoils the model no command that uses it is told.
    """
    spoilt = "bad" in (verdict.trust.tone, verdict.data.tone)
    blocks = {
        head: [f"{MARK} " * (point.tone == "bad" and head in HEADS[2:]) + point.sentence]
        for head, point in zip(HEADS, verdict.points, strict=True)
    }
    following = [str(advice) for advice in verdict.next[:1]]
    if verdict.settled and commands:
        (command, use), *commands = commands
        following = [f"`{command}`: {use}."]
    return {**blocks, "next?": following}, [] if spoilt else commands


def _data(collected: Collected) -> str:
    schema = collected.schema
    kinds = Counter(column.kind for column in schema.inputs)
    inputs = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    source = (collected.provenance.source or "data").replace("\\", "/").rsplit("/", 1)[-1]
    task = task_of(schema)
    plain, aim = schema.classes and not task.spells, task.aim(schema)
    wanted = f"{len(schema.classes)} classes" if plain else aim
    if task.ahead:
        read = together([column.name for column in schema.inputs])
        return f"{source}: {len(collected.table):,} windows of {read}; to predict: {aim}"
    columns = "column" if len(schema.inputs) == 1 else "columns"
    return (
        f"{source}: {len(collected.table):,} rows, {inputs} {columns}; "
        f"to predict: {schema.predicted}, {wanted}"
    )


def _found(findings: Iterable[Finding], width: int, free: int) -> list[str]:
    ordered = [finding for finding in ranked(findings) if finding.code not in TOLD]
    if not ordered:
        return []
    most = max(MOST_FINDINGS, len(serious(ordered)))
    least = len(serious(ordered))
    for count in range(min(most, len(ordered)), least - 1, -1):
        lines = [_sentence(finding) for finding in ordered[:count]]
        rest: Counter[str] = Counter(finding.severity for finding in ordered[count:])
        if rest:
            lines.append(f"and {_counts(rest)} more")
        told = _wrapped("found", lines, width)
        if len(told) <= free:
            break
    return told


def _sentence(finding: Finding) -> str:
    mark = f"{MARK} " if finding.severity == "serious" else ""
    return f"{mark}{finding.severity}: {finding.sentence}"


def _counts(severities: Mapping[str, int]) -> str:
    return ", ".join(
        f"{count} {severity}{'s' if count > 1 and severity != 'serious' else ''}"
        for severity, count in severities.items()
    )


def _rows(partition: "Partition", preprocessed: Preprocessed) -> str:
    names = {"train": "training", "valid": "validation", "test": "test"}
    parts = [f"{len(getattr(preprocessed, part)):,} {names[part]}" for part in PARTS]
    return f"{', '.join(parts)} ({partition.how})"


def _model(trained: Trained) -> str:
    settings = trained.settings
    nodes, best = settings.tree_nodes, settings.best_epoch
    size = f", {settings.parameters:,} parameters" if settings.parameters else ""
    size += f", {nodes:,} of them nodes of trees" if nodes else ""
    kept = f", best of {len(trained.history)} epochs: {best}" if best is not None else ""
    if settings.preferred and settings.estimator is not None:
        kept = f"{kept}, which validation rows kept in place of a network"
    calibrated = calibration_told(settings.calibration)
    private = privacy_told(settings.privacy)
    return f"{model_parts(trained)}{size}{kept}{calibrated}{private}"


def _scores(evaluated: Evaluated, collected: Collected) -> str:
    lines = headlines(evaluated, collected.schema)
    if not lines:
        return "not defined on these rows"
    few = " (few test rows)" if leads_with_folds(evaluated) else ""
    scores = [f"{line.name} {cell(line.score)}" for line in lines[:2]]
    return f"{lines[0].rows}{few}: {', '.join(scores)}"


def _weighted(evaluated: Evaluated, collected: Collected) -> str:
    schema = collected.schema
    name = leading(evaluated, schema).name
    score = evaluated.weighted[name]
    return (
        f"by `{schema.named('weight')}`, {score.n:,} effective test rows: {display_name(name)} "
        f"{cell(score)}"
    )


def _models(evaluated: Evaluated, collected: Collected) -> list[str]:
    table = evaluated.tables.get("model_comparison")
    if table is None or len(table) < 2:
        return []
    metric = leading(evaluated, collected.schema).name
    columns = ("model", metric, "fit_seconds", "milliseconds_per_row", "verdict")
    rows = [["model", display_name(metric), "fit s", "ms a row", "the model"]]
    for model, score, fit, speed, said in table[list(columns)].head(MOST_MODELS).to_numpy():
        timed = [
            "-" if value != value else form.format(value)
            for value, form in zip((fit, speed), FORMS, strict=True)
        ]
        rows.append([str(model), cell(score), *timed, str(said)])
    return aligned(rows, [False, False, True, True, False])


def _errors(evaluated: Evaluated, collected: Collected) -> str:
    schema = collected.schema
    if not len(evaluated.target):
        return "not measured: no test rows"
    task = task_of(schema)
    judged = Judged.of(task, evaluated.target, evaluated.scores)
    return task.mistakes(judged.target, decided(judged.scores, evaluated.threshold), schema, cell)


def _bundle(deployed: Deployed) -> list[str]:
    line = f"{deployed.path}, {bytes_text(deployed.bytes)}, SHA-256 {deployed.digest[:16]}"
    doors = {door: deployed.parity[door] for door in DOORS if door in deployed.parity}
    if not doors:
        return [line]
    rows, origin = deployed.parity.get("rows", 0), ""
    if "source" in deployed.parity:
        origin = f"; {deployed.parity['source_rows']:,} from the source"
    worst = max([*doors.values(), deployed.parity.get("source", 0.0)])
    return [
        line,
        f"replayed {rows:,} test rows by {', '.join(doors)}{origin}: "
        f"largest difference {worst:.1g}",
    ]
