"""The stage that turns a trained network into a bundle that is served."""

from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.context import Context
from fivefold.core.events import FileWritten, Found, Noted
from fivefold.core.session import Session
from fivefold.core.stage import Count, PathText, Stage
from fivefold.deploy.bundle import is_folder, path_faults, write_bundle
from fivefold.deploy.changes import deploy_fault
from fivefold.deploy.graphs import formats_of, graphs_of
from fivefold.deploy.lean import served
from fivefold.deploy.notes import findings_of, summary_line
from fivefold.deploy.replayed import draw, draw_examples, rows_to_replay
from fivefold.deploy.sheetfaults import RequiredNames, sheet_faults
from fivefold.deploy.succession import succeeds
from fivefold.errors import FivefoldError
from fivefold.kinds.known import may_lack
from fivefold.partition import Partition
from fivefold.requested import Requested, requested
from fivefold.sheet.question import CARD
from fivefold.sheet.testimony import answers_of
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    from fivefold.deploy.origins import FromSource


class Deploy(Stage):
    """Write a bundle that answers as the model was evaluated, or none.

    The bundle is written beside its path, replayed there in a fresh process through three doors
    (frame, CSV, JSON) and the graph for raw values, and renamed only if every replayed test
    row gets the score that Evaluate gave it. Up to 2,000 of them are replayed from the source as
    it gave them, before any stage: files and tables of Arrow there, frames in this process.
    Stages of one's own are not in it, so what they change
    of the table that the model reads is refused before the training.

    Args:
        path: of the bundle; one that ends in "/" is a folder. An older bundle is replaced,
            nothing else ever is.
        format: `onnx` holds a graph that needs no torch; `torch` holds weights only, and
            `load(path, factory=torch_factory(your_module))` serves them.
        parity_rows: the most test rows to replay, drawn by seed; None is all of them.
        better_than: a bundle, as a rule the one at `path`. Both answer the same test rows, and the
            new one is written only if it is not worse: the interval of the paired difference, by
            the metric that leads, does not lie wholly on its worse side. Where there is no bundle
            yet, it is written. The old one is a look at the test rows too: where it is more than
            `Evaluate(looks=)` allows, the run is refused before the training.
        datasheet: what people say of the data: answers by the name of their question, or the path
            of a datasheet that they filled in. It goes into the bundle, its card and the report,
            beside what is known of the data.
        card: what people say of the model: what it is for and not for, whom it may harm, who has
            reviewed it and when; answers by name, or the path of a form that they filled in. They
            stand in the model card, the bundle and the report.
        require: questions of datasheet and card that must be answered, `reviewer` for one, or
            `all` of which nothing can be known without people. Otherwise nothing is collected, let
            alone trained.

    Raises:
        SpentError: if there is no look left for the bundle that `better_than` names.
        WorseError: if the model is worse than the bundle that `better_than` names, which stays.
        PreflightError: if the path is taken or not writable, or if a stage changed the table.
        ModelError: if the network does not export.
        ParityError: if the bundle answers otherwise; nothing is left behind.

    Example:
        >>> Deploy("income.ff")
        Deploy(path='income.ff')
    """

    side_effects: ClassVar[bool] = True

    path: PathText = Field(kw_only=False)
    format: Literal["onnx", "torch"] = "onnx"
    parity_rows: Count | None = None
    better_than: PathText | None = None
    datasheet: PathText | dict[str, str] | None = None
    card: PathText | dict[str, str] | None = None
    require: RequiredNames = ()

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """Whether the path can be written to, the model reads Collect's columns, looks are left."""
        from fivefold.deploy.allowance import look_faults
        from fivefold.deploy.predecessor import is_there, misfits

        fault, collected = deploy_fault(found), found.get(Collected)
        faults = [*path_faults(self.path), *([fault] if fault is not None else [])]
        faults += sheet_faults(self.datasheet, self.card, self.require, collected)
        if self.better_than is not None and collected is not None and is_there(self.better_than):
            faults += misfits(self.better_than, collected) or look_faults(
                self.better_than, found, session.recipe, session.run_directory
            )
        return faults

    def rehearse(
        self,
        collected: Collected,
        partition: Partition,
        data: Preprocessed,
        trained: Trained,
        session: Session,
        evaluated: Evaluated | None = None,
    ) -> Deployed:
        """Try the export on eight rows; nothing is written."""
        data = served(data, trained)
        graphs, _ = graphs_of(self.format, collected, data, trained)
        return Deployed(
            path=Path(fspath(self.path)),
            digest="",
            bytes=sum(map(len, graphs.values())),
            formats=formats_of(graphs),
            parity={},
        )

    def run(
        self,
        collected: Collected,
        partition: Partition,
        data: Preprocessed,
        trained: Trained,
        session: Session,
        evaluated: Evaluated | None = None,
    ) -> Deployed:
        """Export, write beside, replay, rename."""
        from fivefold.deploy.origins import from_source
        from fivefold.deploy.package import pack_weights, package
        from fivefold.deploy.parity import answerable
        from fivefold.deploy.predecessor import origin_of
        from fivefold.explaining import background_of
        from fivefold.report.card import card

        data = served(data, trained)
        beside = succeeds(self.better_than, collected, partition, data, trained, session, evaluated)
        session.emit(Noted(text="Exporting the model."))
        graphs, without = graphs_of(self.format, collected, data, trained)
        asked, sheet = requested(collected, data), collected.datasheet(self.datasheet)
        said = answers_of(self.card, "Deploy", CARD)
        by = {} if evaluated is None else evaluated.decided()
        entry, known = draw_examples(asked, data.codec, trained, session.seed, **by)
        entries = package(
            codec=data.codec,
            changes=asked.changes,
            contract=asked.contract,
            weights=pack_weights(trained.model),
            graphs=graphs,
            parity=entry,
            background=background_of(asked, data.train.index, collected.findings),
            recipe=session.recipe,
            card=card(
                collected=collected,
                preprocessed=data,
                partition=partition,
                trained=trained,
                evaluated=evaluated,
                datasheet=sheet,
                said=said,
            ),
            datasheet=sheet.markdown(),
            **by,
            origin=origin_of(
                collected,
                data.test.index,
                None if evaluated is None else evaluated.scores,
                None if evaluated is None else evaluated.metrics,
            ),
        )
        rows, wanted = rows_to_replay(data, trained, evaluated)
        kept = answerable(asked.table, asked.schema, rows)
        left_out = len(rows) - int(kept.sum())
        rows, wanted = draw(rows[kept], wanted[kept], self.parity_rows, session.seed)
        parity: dict[str, Any] = {}

        origin = from_source(collected.source, rows, session.seed)
        changed = [] if origin is None else origin.source.changed()
        origin = None if changed else origin

        def check(bundle: Path) -> None:
            parity.update(self._parity(bundle, asked, rows, wanted, origin, known, data, trained))

        session.emit(Noted(text=f"Asking the bundle about {len(rows):,} rows, by each door."))
        digest = write_bundle(entries, self.path, check=check)
        is_table = any(block.block.shared for block in data.codec.blocks)
        here = parity.get("in_this_process", "") if self.format == "onnx" else ""
        fitted, schema = data.codec.columns, data.codec.schema
        wanted_cells = (fitted[c.name].kind.item for c in schema.inputs if not may_lack(c, schema))
        cell = " or ".join(dict.fromkeys(wanted_cells))
        raw = without if is_table else ""
        findings = (*beside, *findings_of(raw, left_out, changed, here, cell=cell))
        for finding in findings:
            session.emit(Found(finding=finding))
        size = sum(map(len, entries.values()))
        target = Path(fspath(self.path))
        session.emit(Noted(text=summary_line(target, size, digest, parity)))
        session.emit(FileWritten(file=fspath(self.path)))
        return Deployed(
            path=target,
            digest=digest,
            bytes=size if is_folder(self.path) else target.stat().st_size,
            formats=formats_of(graphs),
            parity={**parity, "left_out": left_out},
            findings=findings,
            answers={**sheet.answers, **said},
        )

    def _parity(
        self,
        bundle: Path,
        asked: Requested,
        rows: Array,
        wanted: Array,
        source: "FromSource | None",
        known: Array,
        data: Preprocessed,
        trained: Trained,
    ) -> dict[str, Any]:
        """Differences by door of `rows`, some from the `source` too, and of those `known` there."""
        from fivefold.deploy.own import own_files
        from fivefold.deploy.parity import (
            NotLoadedError,
            compare,
            refuse_unread,
            replay_fresh,
            replay_here,
        )

        schema, table, targets = asked.schema, asked.table.take(rows), data.train.target
        files, here = own_files(data.codec, asked.changes)
        if self.format == "torch":
            here = "format is torch, and its module is not in it"
        if not here:
            try:
                scores, places = replay_fresh(bundle, table, schema, source, files)
            except NotLoadedError as error:
                here = f"a fresh one cannot run {files[0].name}: {error}"
        if here:
            module = trained.model if self.format == "torch" else None
            scores, places = replay_here(bundle, table, schema, module, source)
        fresh = not here
        known = known.astype(np.float64)
        own, allowed = {"synthetic": scores.pop("synthetic")}, task_of(schema.task).tolerance
        tolerance, within = allowed(targets, wanted), allowed(targets, known)
        parity: dict[str, Any] = {}
        if source is not None:
            kept, found = places["source"], scores.pop("source")
            answered = np.ones(len(rows), bool)
            answered[source.places] = False
            answered[kept] = True
            refuse_unread(table, schema, rows, answered)
            if len(kept):
                parity |= compare({"source": found}, wanted[kept], rows[kept], tolerance=tolerance)
            there = fresh and source.is_fresh
            parity |= {
                "source_rows": len(kept),
                "source_left_out": len(source.rows) - len(kept),
                "source_process": "fresh" if there else "this",
            }
        return {
            **compare(scores, wanted, rows, tolerance=tolerance),
            **parity,
            **compare(own, known, np.arange(len(known)), tolerance=within),
            "rows": len(rows),
            "tolerance": float(np.max(tolerance)),
            "fresh_process": fresh,
            **({"in_this_process": here} if here else {}),
        }
