"""What a run gives: its artifacts, and what people ask of them."""

import html
from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.artifact import Artifact
from fivefold.core.context import Context
from fivefold.core.estimate import Estimate
from fivefold.core.execution import Execution
from fivefold.core.finding import Finding
from fivefold.core.named import Named
from fivefold.core.why import why
from fivefold.core.wording import plural
from fivefold.errors import ConfigError
from fivefold.looks import looks_of
from fivefold.metrics.optimism import Looks
from fivefold.report.headline import serious
from fivefold.report.pictures import Figures
from fivefold.report.reportpage import ReportPage, made_with, write_page
from fivefold.report.ten import Tables
from fivefold.report.verdict import Verdict
from fivefold.serve.bounded import About, Bounded
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from fivefold.codecs.schema import Schema
    from fivefold.deploy.changes import Difference
    from fivefold.reading.raw import Raw
    from fivefold.sheet.testimony import Answers
    from fivefold.travel.changes import Changes

A = TypeVar("A", bound=Artifact)


class Result(Bounded):
    """The artifacts of a run, by type: `result[Trained].model`.

    Args:
        execution: the run that took place.
    """

    def __init__(self, execution: Execution) -> None:
        self.execution = execution

    @property
    def context(self) -> Context:
        """All artifacts."""
        return self.execution.context

    @overload
    def __getitem__(self, address: type[A]) -> A: ...
    @overload
    def __getitem__(self, address: tuple[type[A], str]) -> A: ...
    def __getitem__(self, address: Any) -> Any:
        return self.context[address]

    def _ipython_key_completions_(self) -> list[type[Artifact]]:
        return [key.type for key in self.context]

    def get(self, kind: type[A]) -> A | None:
        """The artifact of this class, or None."""
        return self.context.get(kind)

    def __contains__(self, address: object) -> bool:
        return address in self.context

    @cached_property
    def metrics(self) -> Mapping[str, Estimate]:
        """Scores of the model that would be deployed, on the test rows."""
        return Named("metric", self[Evaluated].metrics)

    @cached_property
    def tables(self) -> Tables:
        """Tables by name, the ten first; every cell was measured or says "not measured".

        `architectures`, and what training computed in `hardware`, are worked out when they are
        first asked for.
        """
        from fivefold.evaluate.ten import tables_of

        return tables_of(self)

    @cached_property
    def figures(self) -> Figures:
        """Pictures by name, `roc` or `importance`, each drawn when it is asked for."""
        from fivefold.report.pictures import figures_of
        from fivefold.report.reported import Reported

        return figures_of(Reported.of(self))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed by any stage, in the order of the stages."""
        found: list[Finding] = []
        for key in self.context:
            found += getattr(self.context.get((key.type, key.label)), "findings", ())
        return tuple(found) if self.looks is None else (*found, *self.looks.findings)

    @cached_property
    def looks(self) -> Looks | None:
        """How many models were scored on the test rows so far; None if it was not evaluated."""
        evaluated = self.get(Evaluated)
        if evaluated is None or Collected not in self:
            return None
        return looks_of(self[Collected], evaluated, self.execution.session.run_directory)

    @cached_property
    def verdict(self) -> Verdict:
        """Is it good, better than a simple model, to be trusted; what is wrong, and what is next.

        `result.verdict.next[0].line` is what to do first, `to_json()` all of it as plain values.
        """
        from fivefold.report.judgement import verdict_of
        from fivefold.report.reported import Reported

        return verdict_of(Reported.of(self))

    @cached_property
    def seconds(self) -> Mapping[str, float]:
        """Wall-clock seconds by stage."""
        return Named("stage", self.execution.seconds)

    def why(self, stage: str = "") -> str:
        """Why a stage was run, or taken from the cache or the folder of the run.

        Args:
            stage: its name, `train`; all of them if empty.

        Returns:
            A line a stage. One that ran with a cache, or in the folder of an earlier run, names
            the first thing that differs from the run before, what it was and what it is; of the
            runs before it in the cache, the one that is most like it.

        Raises:
            WiringError: if there is no such stage.
        """
        return why(self.execution.decisions, stage)

    def predict(
        self, data: Any, *, root: str | PathLike[str] | None = None
    ) -> "np.ndarray[Any, Any]":
        """Labels, or numbers for regression, by the network itself; works without Deploy.

        Args:
            data: whatever `Collect` takes, by the same readers: a frame, a data set, a dict of
                columns, a list of dicts, a path; the target column may be absent.
            root: the folder below which texts of a frame or a file may name pictures; that of the
                file if None.

        Returns:
            `(n,)` labels as the source wrote them, or float64 values.

        Raises:
            RequestError: naming row and column.
            ParityError: naming stages and columns, if a stage changed the table that was read.
        """
        from fivefold.serve.planes import at_size, sizes_in

        self._check_here()
        codec = self[Preprocessed].codec
        raw, changes = self._read(data, root)
        judged = self.context.get(Evaluated)
        marks = decided(self._scores(raw, changes), judged.threshold if judged else None)
        answers = task_of(codec.schema.task).answers(marks, codec.schema)
        return at_size(answers, sizes_in(raw, codec.schema), codec.steps)

    def predict_proba(
        self, data: Any, *, root: str | PathLike[str] | None = None
    ) -> "np.ndarray[Any, Any]":
        """Probabilities, one column a class in the order of `Schema.classes`.

        Args:
            data: as for `predict`.
            root: as for `predict`.

        Returns:
            `(n, classes)` float32.

        Raises:
            RequestError: naming row and column, or for a regression model.
            ParityError: naming stages and columns, if a stage changed the table that was read.
        """
        from fivefold.serve.chances import probabilities

        self._check_here()
        return probabilities(self[Preprocessed].codec.schema, self._scores(*self._read(data, root)))

    def _check_here(self) -> None:
        """Refuse, by a ConfigError, to ask a model that was made elsewhere."""
        if Trained not in self and Evaluated in self and self[Evaluated].given:
            wanted, found = "a model of this run", f"one made elsewhere, {self[Evaluated].given}"
            raise ConfigError.expected("predict", wanted, found, "Ask it where it was made.")

    def _about(self, data: Any, root: str | PathLike[str] | None) -> About:
        self._check_here()
        by = self[Evaluated].decided() if Evaluated in self else {}
        return About(self._scores(*self._read(data, root)), self[Preprocessed].codec.schema, **by)

    @cached_property
    def _changes(self) -> "tuple[Difference, ...]":
        from fivefold.deploy.changes import table_changes

        return table_changes(self.context)

    @property
    def _asked(self) -> "Schema":
        """The columns that rows come with which are to be answered."""
        changes, schema = self[Collected].changes, self[Preprocessed].codec.schema
        return schema if changes is None else changes.request(schema)

    def _read(self, data: Any, root: str | PathLike[str] | None) -> "tuple[Raw, Changes | None]":
        from fivefold.deploy.changes import predict_fault
        from fivefold.serve.contract import text_of
        from fivefold.serve.requests import raw_pieces, reading_of
        from fivefold.serve.sources import rows_of

        if self._changes:
            raise predict_fault(self.context, self._changes)
        reading = reading_of(self._asked, text_of(self[Collected].provenance), root=root)
        data, changes = rows_of(data, self[Collected].changes)
        (raw,) = raw_pieces(data, self._asked, reading, rows=None)
        return raw, changes

    def _scores(self, raw: "Raw", changes: "Changes | None") -> "np.ndarray[Any, Any]":
        from fivefold.models.score import score
        from fivefold.serve.requests import canonical_columns, encoded

        codec = self[Preprocessed].codec
        arrays = encoded(codec, canonical_columns(raw, self._asked, 0), changes=changes)
        return codec.cut(score(self[Trained].model, arrays), arrays)

    def report(
        self,
        path: str | Path | None = None,
        *,
        tables: "Mapping[str, pd.DataFrame] | None" = None,
        datasheet: "Answers | None" = None,
    ) -> ReportPage:
        """One self-contained HTML page about the run.

        Args:
            path: where to write it, whole or not at all; nowhere if None.
            tables: that stand in it, those of a study for instance; those of the run if None.
            datasheet: what people say of the data, by the name of a question, or the path of a
                datasheet that they filled in; what Deploy was told if None.

        Returns:
            The page, a text that a notebook shows in a line.

        Raises:
            StoreError: if it cannot be written there.
        """
        from fivefold.report.html import render
        from fivefold.report.reported import Reported

        run = self.execution
        page = render(
            Reported.of(self),
            run.session.recipe,
            tables=tables or self.tables,
            answers=datasheet,
            made=made_with(run.session.seed, run.when),
        )
        if path is not None:
            write_page(Path(path), page)
        return ReportPage(page, None if path is None else Path(path))

    def __repr__(self) -> str:
        names = ", ".join(str(key) for key in self.context)
        scores = ""
        if Evaluated in self:
            count = len(serious(self.findings))
            mark = f"! {plural(count, 'serious finding')}: " if count else ""
            scores = f"; {mark}" + ", ".join(f"{k} {v}" for k, v in list(self.metrics.items())[:3])
        judged = f"\n{self.verdict}" if Evaluated in self else ""
        return f"Result({names}{scores}){judged}"

    def _repr_html_(self) -> str:
        if Evaluated not in self:
            return f"<pre>{html.escape(repr(self))}</pre>"
        from fivefold.report.firstscreen import first_screen

        return first_screen(
            self.verdict,
            self[Evaluated],
            self[Preprocessed].codec.schema,
            self.findings,
            self.figures,
        )
