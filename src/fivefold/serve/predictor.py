"""A deployed model that answers."""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from os import PathLike
from typing import Any, Self

import numpy as np

from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array, Columns, Table
from fivefold.kinds.codec import Codec
from fivefold.kinds.kind import Kind
from fivefold.kinds.quick_plan import Plan
from fivefold.reading.options import Reading
from fivefold.reading.plain_rows import PlainRows
from fivefold.reading.raw import Raw
from fivefold.serve import planes
from fivefold.serve.attribution import Reason, reasons_for
from fivefold.serve.bounded import About, Bounded
from fivefold.serve.bundle import Bundle, open_bundle
from fivefold.serve.chances import probabilities
from fivefold.serve.contract import Contract
from fivefold.serve.explained import Explained
from fivefold.serve.explainer import Explainer, read_background
from fivefold.serve.opened import Factory, Scores, parts_of, scores_of
from fivefold.serve.own import adopt_all, check_asked
from fivefold.serve.requests import ROWS, canonical_chunks, encoded, read_chunks, reading_of
from fivefold.serve.sources import rows_of, with_sources
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.known import task_of
from fivefold.tasks.task import Task
from fivefold.tasks.threshold import Threshold, decided
from fivefold.travel.changes import Changes


class Predictor(Bounded, Explained):
    """A model that takes rows in any form and gives labels, numbers or probabilities.

    Args:
        bundle: where it comes from.
        codec: raw values to blocks.
        contract: what a request must look like.
        scores: blocks to float32 `(rows, classes)` probabilities or float64 `(rows,)` values
            (float32 in bundles of 0.1.0).
        changes: what is done to rows before the codec reads them; None for nothing.
        threshold: what decides answers; None for the likeliest class.
        conformal: what holds the truth as often as is stated; None for nothing.

    Attributes:
        bundle: the verified entries.
        contract: names, kinds, ranges, categories and policies of the inputs.
        schema: the columns of the data it was fitted on, the target and the task.
        threshold: what decides answers, or None.
        conformal: what holds the truth as often as is stated, or None.
    """

    def __init__(
        self,
        *,
        bundle: Bundle,
        codec: Codec,
        contract: Contract,
        scores: Scores,
        changes: Changes | None = None,
        threshold: Threshold | None = None,
        conformal: Conformal | None = None,
    ) -> None:
        self.bundle = bundle
        self.contract = contract
        self.threshold, self.conformal = threshold, conformal
        self._codec, self._scores, self._changes = codec, scores, changes
        self.schema = codec.schema if changes is None else changes.request(codec.schema)
        self._plain = PlainRows(codec.raw_columns())
        self._plan = Plan.of(codec) if changes is None else None

    @property
    def changes_rows(self) -> bool:
        """Whether rows are changed before the codec reads them."""
        return self._changes is not None

    @property
    def task(self) -> str:
        """The name of what is predicted: `binary`, `multiclass`, `regression`, or one's own."""
        return self.contract.task

    @property
    def classes(self) -> tuple[Label, ...]:
        """The labels in the order of the probabilities; empty for regression."""
        return self.contract.classes

    @property
    def steps(self) -> int | None:
        """Positions of a row, where one input is a sequence."""
        return self._codec.steps

    @property
    def digest(self) -> str:
        """SHA-256 of the bundle."""
        return self.bundle.digest

    @property
    def card(self) -> str:
        """The model card, Markdown."""
        return self.bundle.text("card.md")

    @property
    def datasheet(self) -> str:
        """What is known and said of the data it learnt from, Markdown; empty in old bundles."""
        return self.bundle.text("datasheet.md") if "datasheet.md" in self.bundle else ""

    def predict(self, data: Any, *, root: str | PathLike[str] | None = None) -> Array:
        """The label of each row, as people wrote it, or its number.

        Args:
            data: whatever `Collect` takes, by the same readers: a frame of pandas or polars, an
                Arrow table, a data set, a matrix, a dict of columns, a list of dicts, the path of a
                file. Columns that the model does not read are ignored. Where sources were joined,
                rows with their keys, or a mapping of the rows and fresher sources by name.
            root: the folder below which texts of a frame or a file may name pictures; that of the
                file if None. Texts of dicts never do.

        Returns:
            `(rows,)`: labels (objects unless all are of one plain type), float64 numbers, or for
            pixels an array of places in `classes` each. Empty without rows.

        Raises:
            RequestError: with `row`, `column`, `wanted` and `found`.
        """
        if planes.plane_of(self.schema):
            return planes.masks_of(self, data, self.reading(root))
        return self.answers(self.scores(data, root=root))

    def predict_proba(self, data: Any, *, root: str | PathLike[str] | None = None) -> Array:
        """The probability of each class for each row.

        Args:
            data: see `predict`.
            root: see `predict`.

        Returns:
            Float32 `(rows, classes)`, one column a class in the order of `classes`.

        Raises:
            RequestError: with `row`, `column`, `wanted` and `found`; also for regression.
        """
        return probabilities(self._codec.schema, self.scores(data, root=root))

    def reasons(
        self, data: Any, *, root: str | PathLike[str] | None = None, most: int = 3
    ) -> list[list[Reason]]:
        """Which columns make each row odd, and by how much surprise, the strongest first.

        Args:
            data: see `predict`.
            root: see `predict`.
            most: columns of a row, at most.

        Returns:
            For each row a list of `{"column": ..., "surprise": ...}`; it may be empty.

        Raises:
            RequestError: as `predict`; also unless the model seeks odd rows.
        """
        pieces = read_chunks(data, self.schema, self.reading(root))
        return reasons_for(filter(len, pieces), self.contract, self.schema, self._surprise, most)

    def _surprise(self, rows: Columns) -> Array:
        return np.asarray(self._score_all(iter([rows]), 0, self._changes)[:, 1])

    def _explaining(
        self, data: Any, root: str | PathLike[str] | None
    ) -> tuple[Explainer, Iterator[Columns]]:
        data, changes = rows_of(data, self._changes)
        own = self._codec, changes, self._scores, self.schema
        made = Explainer(*own, read_background(self.bundle, self.schema))
        return made, read_chunks(data, self.schema, self.reading(root))

    def scores(
        self, data: Any, *, root: str | PathLike[str] | None = None, complete: bool = False
    ) -> Array:
        """What the network gives: `(rows, classes)` probabilities, or `(rows,)` values.

        Args:
            data: see `predict`.
            root: see `predict`.
            complete: refuse a mapping that lacks a column which another one has.
        """
        blocks = self._plain_blocks(data)
        if blocks is not None:
            return self._codec.cut(self._scores(blocks), blocks)
        rows, changes = rows_of(data, self._changes)
        pieces = read_chunks(rows, self.schema, self.reading(root), complete=complete)
        return self._score_all(pieces, 0, changes)

    def joining(self, sources: Mapping[str, Any]) -> Self:
        """The same model with fresher rows of sources that were joined, by their names.

        Raises:
            RequestError: if a source is none that is joined, or cannot be read as it was.
        """
        other = copy(self)
        other._changes = with_sources(self._changes, sources)
        return other

    def _plain_blocks(self, data: Any) -> dict[str, Array] | None:
        """The blocks of rows that need no closer look; None of all others, faults among them."""
        if self._plan is None or not hasattr(data, "__len__") or len(data) > ROWS:
            return None
        rows = self._plain.of(data)
        return self._plan.encode(rows) if rows else None

    def _about(self, data: Any, root: str | PathLike[str] | None) -> About:
        scores = self.scores(data, root=root)
        return About(scores, self._codec.schema, self.threshold, self.conformal)

    def truth(self, table: Table) -> Array:
        """The target of rows as scores are judged by it: `(n, ...)` places of classes, or numbers.

        Args:
            table: with the target columns, raw or canonical.

        Raises:
            DataError: if a target is missing, or none that this model knows.
        """
        return self._codec.encode_target(table)

    def score_raw(self, raw: Raw, first: int = 0) -> Array:
        """Scores of rows as they were read, the first of them having this number."""
        return self._score_all(canonical_chunks(raw, self.schema, first), first, self._changes)

    def _score_all(self, pieces: Iterator[Columns], first: int, changes: Changes | None) -> Array:
        scores: list[Array] = []
        for columns in pieces:
            if len(columns) == 0:
                scores.append(task_of(self.task).empty(self.schema, self.steps))
                continue
            blocks = encoded(self._codec, columns, first, changes)
            scores.append(self._codec.cut(self._scores(blocks), blocks))
            first += len(columns)
        return np.concatenate(scores)

    def reading(
        self, root: str | PathLike[str] | None = None, *, keep: tuple[str, ...] = ()
    ) -> Reading:
        """How rows are read for this model, and which columns are kept as they stand."""
        return reading_of(self.schema, self.contract.text, root=root, keep=keep)

    def answers(self, scores: Array, sizes: planes.Sizes = ()) -> Array:
        """What `predict` gives for these scores, of pictures of these sizes."""
        marks = decided(scores, self.threshold)
        answers = task_of(self.task).answers(marks, self._codec.schema)
        return planes.at_size(answers, sizes, self.steps)

    def __repr__(self) -> str:
        what = f"{self.contract.target!r} ({self.task}) from {len(self.contract.fields)} columns"
        return f"<Predictor of {what}, {self.digest[:12]}>"


def load(
    path: str | PathLike[str] | bytes,
    sha256: str | None = None,
    *,
    factory: Factory | None = None,
    threads: int = 1,
    kinds: Iterable[Kind | type[Kind]] = (),
    tasks: Iterable[Task | type[Task]] = (),
    stages: Iterable[type[Any]] = (),
) -> Predictor:
    """Open a bundle for predicting; nothing in it is executed and torch is not needed.

    Args:
        path: a file or folder that Deploy wrote, or the bytes of such a file.
        sha256: the digest it must have (`Deployed.digest`); detects tampering.
        factory: for a bundle of `Deploy(format="torch")` only: makes the scoring function from
            codec and weights; `fivefold.deploy.factory.torch_factory` builds one from a module.
        threads: of onnxruntime; 0 is one a core. One is best for few rows, and where others use
            the cores too.
        kinds: classes of your own that the bundle's columns need; it holds their names alone.
        tasks: the same of what is predicted.
        stages: the same of stages that changed the rows.

    Returns:
        A predictor.

    Raises:
        BundleError: if it is missing, damaged, incomplete, too new, or of another digest.
        ConfigError: if an argument is wrong, or what is handed over is no kind, task or stage.

    Example:
        >>> model = load("income.ff")  # doctest: +SKIP
        >>> model.predict([{"age": 39, "workclass": "Private"}])  # doctest: +SKIP
        array(['<=50K'], dtype=object)
    """
    check_asked(path, sha256, factory, threads)
    adopt_all(kinds, tasks, stages)
    bundle = open_bundle(path, sha256)
    parts = parts_of(bundle)
    scores = scores_of(bundle, parts.codec, factory, threads)
    return Predictor(bundle=bundle, scores=scores, **parts._asdict())
