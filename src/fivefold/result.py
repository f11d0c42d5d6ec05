"""What a run gives: its artifacts, and what people ask of them."""

import html
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from fivefold.answering import Answering
from fivefold.artifacts import Collected, Evaluated, Preprocessed
from fivefold.core.artifact import Artifact
from fivefold.core.context import Context
from fivefold.core.estimate import Estimate
from fivefold.core.execution import Execution
from fivefold.core.finding import Finding
from fivefold.core.named import Named
from fivefold.core.why import why
from fivefold.core.wording import plural
from fivefold.looks import looks_of
from fivefold.metrics.optimism import Looks
from fivefold.report.headline import serious
from fivefold.report.pictures import Figures
from fivefold.report.reportpage import ReportPage, made_with, write_page
from fivefold.report.ten import Tables
from fivefold.report.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from fivefold.sheet.testimony import Answers

A = TypeVar("A", bound=Artifact)


class Result(Answering):
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
