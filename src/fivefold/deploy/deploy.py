"""The stage that turns a trained network into a bundle that is served."""

from collections.abc import Mapping
from os import fspath
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.codecs.codec import Codec
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import TABULAR, Schema
from fivefold.codecs.table import Array, Table
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted
from fivefold.core.finding import Finding
from fivefold.core.session import Session
from fivefold.core.stage import Count, PathText, Stage
from fivefold.deploy.bundle import is_folder, path_faults, write_bundle
from fivefold.errors import FivefoldError
from fivefold.partition import Partition
from fivefold.serve.contract import Contract


class Deploy(Stage):
    """Write a bundle that answers as the network was evaluated, or none.

    The bundle is written beside its path, replayed there in a fresh process through three doors
    (frame, CSV, JSON) and the graph for raw values, and renamed only if every replayed test
    row gets the score that Evaluate gave it.

    Args:
        path: of the bundle; one that ends in "/" is a folder. An older bundle is replaced,
            nothing else ever is.
        format: `onnx` holds a graph that needs no torch; `torch` holds weights only, and
            `load(path, factory=torch_factory(your_module))` serves them.
        parity_rows: the most test rows to replay, drawn by seed; None is all of them.

    Raises:
        PreflightError: if the path is taken or not writable.
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

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """Whether the path can be written to."""
        return path_faults(self.path)

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
        graphs, _ = self._graphs(data, trained)
        return Deployed(
            path=Path(fspath(self.path)),
            digest="",
            bytes=sum(map(len, graphs.values())),
            formats=_formats(graphs),
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
        from fivefold.deploy.package import pack_weights, package
        from fivefold.report.card import card
        from fivefold.serve.contract import contract_of, text_of

        graphs, without = self._graphs(data, trained)
        contract = contract_of(
            data.codec, data.train.inputs.get("numeric"), text_of(collected.provenance)
        )
        examples = _examples(data.codec, contract, trained, session.seed)
        entries = package(
            codec=data.codec,
            contract=contract,
            weights=pack_weights(trained.model),
            graphs=graphs,
            parity=examples,
            recipe=session.recipe,
            card=card(collected=collected, trained=trained, evaluated=evaluated),
        )
        rows, wanted = _to_replay(data, trained, evaluated)
        kept = _readable(collected.table, collected.schema, rows)
        left_out = len(rows) - int(kept.sum())
        rows, wanted = _some(rows[kept], wanted[kept], self.parity_rows, session.seed)
        parity: dict[str, Any] = {}

        def check(bundle: Path) -> None:
            table = collected.table.take(rows)
            parity.update(self._parity(bundle, table, rows, wanted, examples, data, trained))

        digest = write_bundle(entries, self.path, check=check)
        is_table = any(column.kind in TABULAR for column in data.codec.schema.inputs)
        findings = tuple(_findings(without if is_table else "", left_out))
        for finding in findings:
            session.emit(Found(finding=finding))
        size = sum(map(len, entries.values()))
        target = Path(fspath(self.path))
        session.emit(Noted(text=_line(target, size, digest, parity)))
        return Deployed(
            path=target,
            digest=digest,
            bytes=size if is_folder(self.path) else target.stat().st_size,
            formats=_formats(graphs),
            parity={**parity, "left_out": left_out},
            findings=findings,
        )

    def _graphs(self, data: Preprocessed, trained: Trained) -> tuple[dict[str, bytes], str]:
        """The graphs by entry, and why the one for raw values is not among them."""
        if self.format == "torch":
            return {}, "no graph: format is torch"
        from fivefold.deploy.export import EXAMPLES, export_onnx
        from fivefold.deploy.raw import export_raw, raw_refusal

        example = {name: values[:EXAMPLES] for name, values in data.train.inputs.items()}
        graphs = {"model.onnx": export_onnx(trained.model, example)}
        without = raw_refusal(data.codec)
        if not without:
            graphs["model-raw.onnx"] = export_raw(graphs["model.onnx"], data.codec)
        return graphs, without

    def _parity(
        self,
        bundle: Path,
        table: Table,
        rows: Array,
        wanted: Array,
        examples: Mapping[str, Any],
        data: Preprocessed,
        trained: Trained,
    ) -> dict[str, Any]:
        """Differences by door; raises if one is too large."""
        from fivefold.deploy.parity import compare, replay_fresh, replay_here, tolerance_of

        schema, targets = data.codec.schema, data.train.target
        fresh = self.format == "onnx"
        if fresh:
            scores = replay_fresh(bundle, table, schema)
        else:
            scores = replay_here(bundle, table, schema, trained.model)
        key = "predictions" if schema.task == "regression" else "probabilities"
        known = np.array(examples["answers"][key], dtype=np.float64)
        own = {"synthetic": scores.pop("synthetic")}
        tolerance = tolerance_of(schema.task, targets, wanted)
        return {
            **compare(scores, wanted, rows, tolerance=tolerance),
            **compare(
                own,
                known,
                np.arange(len(known)),
                tolerance=tolerance_of(schema.task, targets, known),
            ),
            "rows": len(rows),
            "tolerance": tolerance,
            "fresh_process": fresh,
        }


def _formats(graphs: Mapping[str, bytes]) -> tuple[str, ...]:
    names = {"model.onnx": "onnx", "model-raw.onnx": "onnx-raw"}
    return tuple(names[entry] for entry in graphs) or ("torch",)


def _examples(codec: Codec, contract: Contract, trained: Trained, seed: int) -> dict[str, Any]:
    """Requests that copy no row of the data, and what the network itself answers."""
    from fivefold.deploy.synthetic import draw_rows
    from fivefold.models.score import score
    from fivefold.serve.answers import answers
    from fivefold.serve.doors import read

    rows = draw_rows(codec, contract, seed=seed)
    scores = score(trained.model, codec.encode(read(rows, codec.schema)), device="cpu")
    found: dict[str, Any] = {"predictions": answers(codec, scores).tolist()}
    if codec.schema.task != "regression":
        found |= {"classes": list(codec.schema.classes), "probabilities": scores.tolist()}
    return {"synthetic": True, "requests": {"instances": rows}, "answers": found}


def _to_replay(
    data: Preprocessed, trained: Trained, evaluated: Evaluated | None
) -> tuple[Array, Array]:
    """Rows and the scores they had: Evaluate's, else scored here on the first part with rows."""
    if evaluated is not None and len(evaluated.index):
        return np.asarray(evaluated.index), np.asarray(evaluated.scores)
    from fivefold.models.score import score

    parts: tuple[Rows, ...] = (data.test, data.valid, data.train)
    part = next((part for part in parts if len(part)), data.train)
    return part.index, score(trained.model, part.inputs)


def _readable(table: Table, schema: Schema, rows: Array) -> Array:
    """Which of the rows have all their pictures: a request without one is refused."""
    from fivefold.codecs.canonical import canonical_column

    kept = np.ones(len(rows), dtype=bool)
    for column in schema.inputs:
        if column.kind == "image":
            values = table.take(rows).column(column.name)
            if values.dtype == object:
                images = canonical_column(values, column, on_bad="missing")[0]
                kept &= np.array([image is not None for image in images], dtype=bool)
    return kept


def _some(rows: Array, wanted: Array, limit: int | None, seed: int) -> tuple[Array, Array]:
    if limit is None or len(rows) <= limit:
        return rows, wanted
    places = np.sort(np.random.default_rng(seed).permutation(len(rows))[:limit])
    return rows[places], wanted[places]


def _findings(without: str, left_out: int) -> list[Finding]:
    findings = []
    if without:
        findings.append(
            Finding(
                code="no_raw_graph",
                severity="note",
                sentence=f"The bundle has {without}.",
                stage="deploy",
            )
        )
    if left_out:
        findings.append(
            Finding(
                code="rows_not_replayed",
                severity="note",
                sentence=f"{left_out:,} test rows without a picture were not replayed.",
                numbers={"rows": left_out},
                stage="deploy",
            )
        )
    return findings


def _line(target: Path, size: int, digest: str, parity: Mapping[str, Any]) -> str:
    doors = [door for door in ("frame", "csv", "json", "raw") if door in parity]
    worst = max((parity[door] for door in doors), default=0.0)
    where = "in a fresh process" if parity["fresh_process"] else "in this process"
    return (
        f"{target}, {_size(size)}, sha256 {digest[:12]}: {parity['rows']:,} rows replayed "
        f"{where} through {len(doors)} doors ({', '.join(doors)}), "
        f"largest difference {worst:.1g}."
    )


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
