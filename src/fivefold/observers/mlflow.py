"""A run in MLflow: parameters, metrics by step, tags, the bundle; refits as nested runs."""

import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.core.circumstances import repository
from fivefold.core.events import (
    Event,
    FileWritten,
    Found,
    Progress,
    RunFinished,
    RunStarted,
    Scored,
    Settled,
)
from fivefold.errors import PreflightError
from fivefold.observers.nesting import refit_of, scalar_name

if TYPE_CHECKING:
    from mlflow import MlflowClient

LONGEST = 6000
"""Characters of a parameter that MLflow takes."""
UNTOLD = ("seconds_left",)  # of no interest afterwards


class MLflow:
    """Logs a run to MLflow, by a client of its own: no run of yours that is active is touched.

    Settings of all stages and what training decided are parameters, losses are metrics by epoch,
    scores of test rows and folds are metrics with the ends of their intervals, findings and recipe
    are texts, and the bundle is an artifact. Each refit is a run nested in it.

    Args:
        experiment: its name; made if there is none.
        tracking_uri: as of MLflow: `sqlite:///mlflow.db`, an address; its own default if None.
        run: a name for the run; MLflow's own choice if None.
        artifacts: whether bundles are copied to MLflow.

    Raises:
        PreflightError: if MLflow is not installed.

    Example:
        >>> board = MLflow("adult", tracking_uri="sqlite:///mlflow.db")  # doctest: +SKIP
        >>> pipeline.run(observers=[board])  # doctest: +SKIP
    """

    def __init__(
        self,
        experiment: str = "fivefold",
        *,
        tracking_uri: str | None = None,
        run: str | None = None,
        artifacts: bool = True,
    ) -> None:
        from importlib.util import find_spec

        if find_spec("mlflow") is None:
            remedy = "Run pip install 'fivefold[mlflow]'."
            raise PreflightError.expected("MLflow", "mlflow", "it not installed", remedy)
        self._experiment, self._uri, self._name = experiment, tracking_uri, run
        self._artifacts = artifacts
        self._runs: dict[str, str] = {}
        self._findings: list[str] = []

    def __call__(self, event: Event) -> None:
        """Log what an event has of settings, numbers, findings and files."""
        match event:
            case RunStarted():
                self._runs.clear()
                self._findings.clear()
                self._begin(event)
            case Progress():
                values = {
                    scalar_name(event, name, event.unit): value
                    for name, value in event.values.items()
                    if name not in UNTOLD
                }
                self._measure(event, values, event.done)
            case Scored():
                self._measure(event, dict(_with_ends(event)), 0)
            case Settled():
                stage = event.path[-1]
                named = {f"decided.{stage}.{n}": value for n, value in event.values.items()}
                self._describe(self._run(event), named)
            case Found():
                found = event.finding
                self._findings.append(f"- **{found.severity}** {found.sentence} (`{found.code}`)")
            case FileWritten() if self._artifacts and not refit_of(event):
                self._keep(Path(event.file))
            case RunFinished():
                self._end(event)

    @cached_property
    def _client(self) -> "MlflowClient":
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when it is imported
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self._uri)

    def _begin(self, event: RunStarted) -> None:
        run, client = self._run(event), self._client
        told = {"seed": event.seed, "device": event.device, "directory": event.directory}
        self._describe(run, {name: value for name, value in told.items() if value != ""})
        if event.recipe:
            seen: Counter[str] = Counter()
            for stage in json.loads(event.recipe)["stages"]:
                title = stage["stage"]
                seen[title] += 1
                title += f"-{seen[title]}" if seen[title] > 1 else ""
                settings = stage.get("with", {}).items()
                self._describe(run, {f"{title}.{name}": value for name, value in settings})
            client.log_text(run, event.recipe, "recipe.json")
        commit, dirty = repository(Path.cwd())
        if commit:
            client.set_tag(run, "mlflow.source.git.commit", commit)
            client.set_tag(run, "git.dirty", str(dirty).lower())

    def _run(self, event: Event) -> str:
        """The run that an event belongs to, begun if it is new."""
        refit = refit_of(event)
        if refit in self._runs:
            return self._runs[refit]
        client, tags, name = self._client, {"fivefold": "run"}, self._name
        found = client.get_experiment_by_name(self._experiment)
        experiment = client.create_experiment(self._experiment) if found is None else None
        if refit:
            tags |= {"fivefold": "refit", "mlflow.parentRunId": self._run(Event())}
            name = refit
        begun = client.create_run(
            found.experiment_id if found is not None else str(experiment), tags=tags, run_name=name
        )
        self._runs[refit] = str(begun.info.run_id)
        return self._runs[refit]

    def _describe(self, run: str, values: Mapping[str, Any]) -> None:
        from mlflow.entities import Param

        texts = {
            name: value if isinstance(value, str) else json.dumps(value, default=str)
            for name, value in values.items()
        }
        params = [Param(_allowed(name), text[:LONGEST]) for name, text in texts.items()]
        for start in range(0, len(params), 100):  # as many as MLflow takes at once
            self._client.log_batch(run, params=params[start : start + 100])

    def _measure(self, event: Event, values: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        finite = {name: float(value) for name, value in values.items() if math.isfinite(value)}
        if finite:
            measured = [Metric(_allowed(name), value, now, step) for name, value in finite.items()]
            self._client.log_batch(self._run(event), metrics=measured)

    def _keep(self, file: Path) -> None:
        run = self._runs.get("") or self._run(Event())
        if file.is_dir():
            self._client.log_artifacts(run, str(file), file.name)
        else:
            self._client.log_artifact(run, str(file))

    def _end(self, event: RunFinished) -> None:
        client, run = self._client, self._run(Event())
        if self._findings:
            client.log_text(run, "\n".join([*self._findings, ""]), "findings.md")
        self._measure(Event(), {"seconds": event.seconds}, 0)
        if event.error:
            client.set_tag(run, "error", event.error)
        status = "FAILED" if event.error else "FINISHED"
        for each in reversed(self._runs.values()):
            client.set_terminated(each, status)
        self._runs.clear()


def _allowed(name: str) -> str:
    """A name of the letters that MLflow takes."""
    return re.sub(r"[^\w\-. :/]", "_", name)


def _with_ends(event: Scored) -> Iterator[tuple[str, float]]:
    for name, value in event.values.items():
        yield f"{event.rows}/{name}", value
        for end in ("low", "high"):
            if hasattr(value, end):
                yield f"{event.rows}/{name}/{end}", getattr(value, end)
