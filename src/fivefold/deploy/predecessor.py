"""The bundle that a new model must not be worse than, asked for the same test rows."""

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Table
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import quoted
from fivefold.deploy.allowance import Origin, look_at
from fivefold.deploy.doors import json_rows
from fivefold.deploy.parity import answerable
from fivefold.division import By, resamples_of
from fivefold.errors import FivefoldError, PreflightError, WorseError
from fivefold.looks import (
    Seen,
    check_looks,
    digest_of_answers,
    digest_of_test_rows,
    take_looks,
)
from fivefold.metrics.comparison import Comparison, compare
from fivefold.metrics.estimates import estimate_one
from fivefold.serve.bundle import open_bundle
from fivefold.serve.contract import Contract
from fivefold.serve.predictor import Predictor, load
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import Threshold, decided, led
from fivefold.ties import Ties


def origin_of(
    collected: Collected,
    index: Array,
    scores: Array | None,
    metrics: Mapping[str, Estimate] | None = None,
) -> dict[str, Any]:
    """Where a model comes from, for the manifest of its bundle.

    Args:
        collected: what it was made from.
        index: `(n,)` positions of its test rows.
        scores: what it answered for them; None if it was not evaluated.
        metrics: what it is worth by these.
    """
    known: dict[str, Any] = {"data": collected.provenance.sha256}
    if scores is not None and len(index):
        known["test_rows"] = digest_of_test_rows(collected, index)
        known["answers"] = digest_of_answers(scores)
        known["scores"] = {name: _written(score) for name, score in (metrics or {}).items()}
    return {name: value for name, value in known.items() if value}


def _written(score: Estimate) -> dict[str, Any]:
    """A score as JSON has it; None where it has no number."""
    told = {"value": float(score), **vars(score)}
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in told.items()}


def answers_of(model: Predictor, collected: Collected, index: Array) -> tuple[Array, Array]:
    """What a bundle answers for rows, and which of them it was asked.

    Args:
        model: the bundle, loaded.
        collected: the table.
        index: `(n,)` positions in it.

    Returns:
        `(k, ...)` scores, and `(n,)` truth values.

    Raises:
        RequestError: if it refuses a row.
    """
    rows, columns = _source(collected), _columns(model, collected)
    kept = answerable(rows, columns, index)
    return _scores(model, rows.take(index[kept]), columns, collected.schema), kept


def is_there(path: str | PathLike[str]) -> bool:
    """Whether there is anything to be compared with; on the first night there is not."""
    return Path(fspath(path)).exists()


def misfits(path: str | PathLike[str], collected: Collected) -> list[FivefoldError]:
    """Why a bundle cannot answer the rows at hand; empty if it can, or is not there yet.

    Args:
        path: of the bundle.
        collected: the rows, before they are learnt from.

    Raises:
        BundleError: if it is damaged, or no bundle.
    """
    if not is_there(path):
        return []
    contract = Contract.from_json(open_bundle(path).json("schema.json"))
    schema = collected.schema
    there = _source(collected).names
    lacking = [name for name in contract.names if name not in there]
    wanted = found = ""
    if (contract.task, contract.targets or (contract.target,)) != (schema.task, schema.targets):
        wanted, found = f"a model of {schema.predicted} ({schema.task})", contract.aim
    elif set(contract.classes) != set(schema.classes):
        wanted = f"the classes {quoted(list(schema.classes), 5)}"
        found = quoted(list(contract.classes), 5)
    elif lacking:
        wanted, found = "columns that these rows have", f"that it reads {quoted(lacking, 5)} too"
    if not wanted:
        return []
    remedy = "Deploy to another path, or without better_than=, to begin anew."
    who = f"Deploy: better_than={fspath(path)!r}"
    return [PreflightError.expected(who, wanted, found, remedy, path=Path(fspath(path)))]


def compare_with(
    path: str | PathLike[str],
    collected: Collected,
    index: Array,
    target: Array,
    scores: Array,
    *,
    by: By,
    ties: Ties,
    seed: int,
    directory: Path | None = None,
    limit: int | None = None,
    threshold: Threshold | None = None,
) -> Finding:
    """Compare a new model with a deployed one, both on the same test rows.

    The new one is worse if the interval of the paired difference, by the metric that leads, lies
    wholly on its worse side; where there is no interval nothing shows that it is not.

    Args:
        path: of the bundle.
        collected: the table.
        index: `(n,)` positions of the test rows.
        target: `(n, ...)` their truth.
        scores: `(n, ...)` of the new model.
        by: how the rows were drawn.
        ties: what holds them together.
        seed: of the resamples.
        directory: of the run, which counts the look.
        limit: the most models that may be scored on these rows; None for any number.
        threshold: what decides the answers of the new model; the old one has its own.

    Returns:
        What is worth telling of a model that may be deployed.

    Raises:
        WorseError: of one that may not.
        SpentError: if others took the last look meanwhile.
        RequestError: if the bundle refuses a row.
    """
    model, schema = load(path), collected.schema
    digest = digest_of_test_rows(collected, index)
    known = look_at(model.bundle, digest)
    check_looks(collected, index, [known], limit=limit, directory=directory)
    try:
        theirs, kept = answers_of(model, collected, index)
    except FivefoldError as error:
        error.add_note(f"in {fspath(path)}, which better_than= names, asked for the test rows")
        raise
    ours, truth, index = scores[kept], target[kept], index[kept]
    task = task_of(schema)
    metric = led(task.metrics, threshold)[0]
    if metric.decided:
        ours, theirs = decided(ours, threshold), decided(theirs, model.threshold)
    first, second = Judged.of(task, truth, ours), Judged.of(task, truth, theirs)
    drawn = first.drawn(resamples_of(collected, index, first, seed=seed, by=by, ties=ties))
    new, old = (estimate_one(metric, j.target, j.scores, drawn) for j in (first, second))
    outcome = compare(metric, first.target, first.scores, second.scores, drawn)
    origin: Origin = model.bundle.manifest.get("origin", {})
    seen = origin.get("test_rows") == digest_of_test_rows(collected, index)
    look = Seen(known, old)
    take_looks(collected, index, [look], metric=metric.name, directory=directory, limit=limit)
    told = f"{metric.title} {_told(new)}, of {fspath(path)} {_told(old)}"
    gap = outcome.difference
    chance = ", though that may be chance" if outcome.verdict == "a tie" and gap else ""
    leak, clean = _leak(origin, collected, seen=seen)
    facts = {
        "metric": metric.name,
        "rows": len(index),
        "left_out": int(len(kept) - kept.sum()),
        "score": float(new),
        "old_score": float(old),
        "difference": float(gap),
        "low": gap.low,
        "high": gap.high,
        "verdict": outcome.verdict,
        "old_sha256": model.digest,
        "old_data": origin.get("data", ""),
    }
    if outcome.verdict in ("loses", "not measured"):
        raise _worse(path, outcome, f"{told}; the difference is {gap}. {leak}", facts)
    sentence = (
        f"On the same {len(index):,} test rows {told}: {metric.told(float(gap))}{chance}. The "
        f"difference is {gap}. {leak}"
    )
    plain = {k: v for k, v in facts.items() if not isinstance(v, float) or np.isfinite(v)}
    return finding("not_worse", sentence, "note" if clean else "warning", **plain)


def _worse(
    path: str | PathLike[str], outcome: Comparison, evidence: str, facts: Mapping[str, Any]
) -> WorseError:
    """The error about a model that is worse, or of which nothing shows that it is not."""
    how = f"cannot be told from it ({outcome.difference.method})"
    return WorseError(
        f"Deploy: expected a model that is not worse than {fspath(path)}, found one that "
        f"{'loses to it' if outcome.verdict == 'loses' else how} "
        f"on the same {facts['rows']:,} test rows.",
        evidence=evidence,
        remedy="Keep the deployed one, or deploy without better_than= to replace it all the same.",
        **{**facts, "path": Path(fspath(path))},
    )


def _told(score: Estimate) -> str:
    return f"{float(score):.4g}"


def _source(collected: Collected) -> Table:
    """The columns as the source gave them, which is what a bundle is asked with."""
    changes = collected.changes
    return collected.table if changes is None else changes.source_table(collected.table)


def _columns(model: Predictor, collected: Collected) -> Schema:
    """The columns of these rows that the bundle reads, whatever the new model makes of them."""
    changes, schema = collected.changes, collected.schema
    own = (schema if changes is None else changes.source).by_name
    wanted = [replace(own[name], role="input") for name in model.contract.names]
    return Schema(columns=tuple(wanted), targets=(), task=schema.task, classes=schema.classes)


def _scores(model: Predictor, rows: Table, columns: Schema, schema: Schema) -> Array:
    """What the bundle answers, its classes in the order of the new model's."""
    scores = model.scores(json_rows(rows, columns))
    if schema.classes:
        places = [model.classes.index(label) for label in schema.classes]
        scores = np.take(scores, places, axis=-1)
    return scores


def _leak(origin: Origin, collected: Collected, *, seen: bool) -> tuple[str, bool]:
    """Whether the bundle may have learnt from these rows, in a sentence; True if it has not."""
    data = origin.get("data", "")
    if seen:
        return "Both were judged by these rows, and neither has learnt from them.", True
    flattered = "It may have learnt from some of these rows, which flatters it."
    if not data:
        return f"What data the deployed one was made from is not known. {flattered}", False
    if data == collected.provenance.sha256:
        return (
            f"The deployed one was made from the same data, divided otherwise. {flattered}",
            False,
        )
    told = f"The deployed one was made from other data (SHA-256 {data[:12]}). {flattered}"
    return told, False
