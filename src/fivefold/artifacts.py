"""What the five stages hand to one another."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import fivefold.formats  # noqa: F401 - teaches the store arrays, tables and codecs
from fivefold.codecs.rows import Rows
from fivefold.core.artifact import UNSAVED, Artifact
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.core.requirement import refusal
from fivefold.decided import Decided, Provenance, Resources
from fivefold.errors import DataError, FivefoldError, GateError
from fivefold.travel.changes import Changes, stepped

if TYPE_CHECKING:
    import pandas as pd

    from fivefold.codecs.schema import Schema
    from fivefold.codecs.table import Array, Table
    from fivefold.kinds.codec import Codec
    from fivefold.metrics.optimism import Looks
    from fivefold.models.assemble import Assembled
    from fivefold.reading.origin import Source
    from fivefold.sheet.datachanges import DataChanges
    from fivefold.sheet.datasheet import Datasheet
    from fivefold.sheet.testimony import Answers
    from fivefold.tasks.conformal import Conformal
    from fivefold.tasks.threshold import Threshold
    from fivefold.travel.step import Step

PartName = Literal["train", "valid", "test"]
PARTS: tuple[PartName, ...] = ("train", "valid", "test")


class Collected(Artifact):
    """The raw table, what its columns are, where it came from and what was noticed.

    Attributes:
        table: canonical values, all rows of the source in its order; it never loses rows.
        schema: the columns, the target, the task.
        usable: `(n,)` bool; False for rows that no part may hold (target missing, unreadable).
        given: `(n,)` int8, the part that the source itself puts a row in: 0 train, 1 valid,
            2 test, -1 not said; None if the source says nothing.
        findings: what was noticed.
        provenance: where the rows came from.
        source: refers to the rows as they came, before any stage of the user's, from which Deploy
            replays some; neither copied nor saved, so None where the table was loaded.
        decoded: cells a second, of columns whose cells are files; neither copied nor saved.
        changes: what stages did to the rows that travels with the model; None if nothing.
        unlearnt: `(n,)` bool, True for training rows that nothing may be learnt from, as `Clean`
            found them spoilt; None for none. Validation and test rows are what they are.
        cleaning: what `Clean` changed, one row each of the table of that name; None without it.
        labelling: who labelled the rows, one row each of the table of that name, or None.
    """

    made_by: ClassVar[str] = "Collect"
    remembered: ClassVar[bool] = True

    table: "Table"
    schema: "Schema"
    usable: "Array"
    given: "Array | None"
    findings: tuple[Finding, ...]
    provenance: Provenance
    source: "Source | None" = field(default=None, metadata=UNSAVED)
    decoded: Mapping[str, float] = field(default_factory=dict, metadata=UNSAVED)
    changes: Changes | None = None
    unlearnt: "Array | None" = None
    cleaning: "tuple[Mapping[str, Any], ...] | None" = None
    labelling: "tuple[Mapping[str, Any], ...] | None" = None

    @property
    def is_open(self) -> bool:
        """Whether rows wait for a stage `Label` to give them a target."""
        return not self.schema.targets

    def open_fault(self, who: str, later: str = "") -> FivefoldError:
        """The fault of a stage that needs a target, or rows that are divided by one."""
        remedy = "Pass target= to the stage that reads the rows, or put ff.Label after it."
        if later:
            remedy = f"Put {who} after {later}: labels say which rows it may learn from."
        return DataError.expected(who, "rows with a target", "none", remedy)

    @property
    def version(self) -> str:
        """SHA-256 of the rows, whatever their order and that of the columns."""
        from fivefold.sheet.datachanges import version_of

        return version_of(self.table)

    def datasheet(self, answers: "Answers | None" = None) -> "Datasheet":
        """What the data is and where it came from, as far as that is known, and what is asked.

        Args:
            answers: what people say, by the name of a question, or the path of a datasheet that
                they filled in.

        Raises:
            ConfigError: if the answers cannot be read, or are of no question.
        """
        from fivefold.sheet.filled import datasheet_of

        return datasheet_of(self, answers)

    def to_croissant(
        self, path: str | PathLike[str], *, answers: "Answers | None" = None
    ) -> tuple[str, ...]:
        """Describe the data as Croissant 1.1 does, with the rows beside it as Parquet.

        Args:
            path: of the description, `data/croissant.json`; the rows go to
                `data/croissant.parquet`.
            answers: as of `datasheet`.

        Returns:
            Questions that Croissant requires and nobody has answered.

        Raises:
            ConfigError: if the answers cannot be read, or are of no question.
            StoreError: if a file cannot be written.
        """
        from fivefold.sheet.croissant import write_croissant

        return write_croissant(self, path, answers)

    def changes_since(self, old: "Collected", *, key: str | Sequence[str] = ()) -> "DataChanges":
        """What changed from an older version to this one: columns, rows, cells.

        Args:
            old: an earlier version, from `Collected.load` for one.
            key: columns that name a row, so that one with other cells is told from a new one.

        Raises:
            ConfigError: if one lacks a column of the key, or they share no column.
            DataError: if the key names several rows.
        """
        from fivefold.sheet.datachanges import data_changes

        return data_changes(old, self, key)

    def fitted(self) -> Mapping[str, Any]:
        """What changed the rows, where that was fitted; not the rows themselves."""
        return {} if self.changes is None else {"changes": self.changes.pack()}

    def learnt(self, rows: "Array") -> "Array":
        """Those of these training rows that something may be learnt from."""
        return rows if self.unlearnt is None else rows[~self.unlearnt[rows]]

    def changed_by(self, step: "Step") -> Self:
        """The same rows with a change that travels with the model."""
        table, schema, changes = stepped(self.table, self.schema, self.changes, step)
        return self.replace(table=table, schema=schema, changes=changes)


class Preprocessed(Artifact):
    """Three parts as compact arrays, and the codec fitted on the first.

    Attributes:
        train: rows that anything may be fitted on.
        valid: rows that training may look at to stop and to choose.
        test: rows that nothing but Evaluate and the replay of Deploy may read.
        codec: fitted on the training rows only.
        findings: what was noticed in the training rows.
        markers: of a wide table the columns that were chosen, one row each of the table of that
            name, the one that tells most first; none where all are read.
        lasso: how an elastic net of some of them is held, `strengths` and `share`; None for none.
    """

    made_by: ClassVar[str] = "Preprocess"

    train: Rows
    valid: Rows
    test: Rows
    codec: "Codec"
    findings: tuple[Finding, ...] = ()
    markers: tuple[Mapping[str, Any], ...] = ()
    lasso: Mapping[str, Any] | None = None

    def fitted(self) -> Mapping[str, Any]:
        """All but the test rows, which nothing may depend on."""
        known = {"train": self.train, "valid": self.valid, "codec": self.codec}
        more = {"markers": self.markers, "lasso": self.lasso}
        return known | {name: value for name, value in more.items() if value}


class Trained(Artifact):
    """A network with what it took to train it.

    Attributes:
        model: Fixed, body and head in one module; `.body` is the user's module.
        history: one row an epoch: `epoch`, `train_loss`, `valid_loss`, `lr`, `seconds`.
        settings: everything that was decided.
        resources: what training took.
        first_digest: SHA-256 of the weights before the first step.
        findings: what was noticed in training.
        teacher: the model whose answers were learnt, fitted on the same rows; None without one.
    """

    made_by: ClassVar[str] = "Train"

    model: "Assembled"
    history: "pd.DataFrame"
    settings: Decided
    resources: Resources
    first_digest: str
    findings: tuple[Finding, ...] = ()
    teacher: "Assembled | None" = None

    @property
    def is_whole(self) -> bool:
        """Whether training was not interrupted."""
        return self.settings.ending != "interrupted"

    def fitted(self) -> Mapping[str, Any]:
        """All but what it took."""
        told = {"model": self.model, "settings": self.settings, "first_digest": self.first_digest}
        return told | {"history": self.history.drop(columns=["seconds"], errors="ignore")}


class Evaluated(Artifact):
    """What the deployed model is worth, on rows it has never seen.

    Attributes:
        metrics: a score with its interval by name, on the test rows.
        scores: float32 `(n, classes)` probabilities or float64 `(n,)` values of the test rows.
        target: `(n,)` the truth for the same rows: class indices, or values.
        index: `(n,)` positions of those rows in the collected table.
        weighted: where rows have weights, the same with each counted by its own, else empty.
        folds: mean and corrected interval by name when folds ran, else empty.
        tables: DataFrames by name.
        findings: what was noticed.
        looks: how many models were scored on these rows, and how optimistic the best is; not
            saved, as it depends on other runs. `Result.looks` tells it of any run.
        threshold: what decides answers in place of the likeliest class, or None.
        given: where the answers come from, in words, if the model was made elsewhere; else empty.
        conformal: what holds the truth as often as was asked for, or None.
    """

    made_by: ClassVar[str] = "Evaluate"

    metrics: Mapping[str, Estimate]
    scores: "Array"
    target: "Array"
    index: "Array"
    folds: Mapping[str, Estimate]
    tables: "Mapping[str, pd.DataFrame]"
    findings: tuple[Finding, ...]
    weighted: Mapping[str, Estimate] = field(default_factory=dict)
    looks: "Looks | None" = field(default=None, metadata=UNSAVED)
    threshold: "Threshold | None" = None
    given: str = ""
    conformal: "Conformal | None" = None

    def refusal(self) -> GateError | None:
        """What is required of the model and not met, or None."""
        table = self.tables.get("requirements")
        return None if table is None else refusal(table.itertuples(index=False))

    def decided(self) -> dict[str, Any]:
        """What validation rows decided of answers, which is deployed; by attribute."""
        return {"threshold": self.threshold, "conformal": self.conformal}

    def fitted(self) -> Mapping[str, Any]:
        """The scores, without the tables: these hold what was timed."""
        names = "metrics", "scores", "target", "folds", "threshold", "conformal"
        return {n: getattr(self, n) for n in names}


class Deployed(Artifact):
    """A bundle on disk that has answered the test rows as Evaluate did.

    Attributes:
        path: the bundle.
        digest: SHA-256 of the file (of the manifest, for a folder).
        bytes: its size.
        formats: what is in it, `onnx` and `onnx-raw` for instance.
        parity: largest absolute difference by door (`frame`, `csv`, `json`, `raw`, `source`), on
            how many `rows`, the `tolerance`; of the source's own rows `source_rows`,
            `source_left_out` (with a stray cell) and `source_process` (`fresh` or `this`).
        findings: what was noticed.
        answers: what people say of the data, by the question of the datasheet.
    """

    made_by: ClassVar[str] = "Deploy"

    path: Path
    digest: str
    bytes: int
    formats: tuple[str, ...]
    parity: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    def fitted(self) -> Mapping[str, Any]:
        """Nothing: what is in the bundle was fitted before."""
        return {}
