"""The stage that reads data and says what it is."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, NonNegativeInt, ValidationInfo, field_validator, model_validator

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Label, TaskName
from fivefold.codecs.timestamp import compiled
from fivefold.collect.apart import apart, check_named, joins_asked
from fivefold.collect.gather import decoding, gather
from fivefold.collect.glance import check_names
from fivefold.collect.horizon import check_horizon
from fivefold.collect.joinfaults import check_joins
from fivefold.collect.notation import Notations, Said, check_missing
from fivefold.collect.restored import saved_as_asked, told_of
from fivefold.collect.taken import check_place, check_query, query_faults, reading_of, sources_asked
from fivefold.collect.wishes import Wishes, wishes_of
from fivefold.core.context import Context
from fivefold.core.events import Found, Measured, Noted
from fivefold.core.session import Session
from fivefold.core.stage import Count, Data, PathText, Stage
from fivefold.errors import FivefoldError
from fivefold.kinds_asked import KindsByColumn
from fivefold.reading.columnnames import Name
from fivefold.reading.content import content_of_source
from fivefold.reading.options import Reading
from fivefold.reading.query import Plain
from fivefold.reading.source import check_source
from fivefold.tasks.forecast import LEVELS
from fivefold.tasks.known import SEVERAL, TASKS, task_of
from fivefold.tasks.onetarget import tasks_of_targets
from fivefold.tasks.task import Task

Cell = str | int | float
Decimal = Literal[".", ","]
Thousands = Literal["", ".", ",", " ", "'"]


class Collect(Stage):
    """Read a table or images from any source, infer a schema and report what is noticed.

    All rows are kept, in the order of the source. Rows without a target or with an unreadable
    image are marked as not usable. Nothing is written. Where a column is asked for, its place does
    as well as its name: 0 is the first, -1 the last; mappings by column go by names.

    Args:
        source: a path (CSV, TSV, Parquet, JSON lines, Excel, idx; also gzipped), a pattern, a
            folder or zip of images with one subfolder a class, `"sklearn:digits"`, a pair of idx
            files, a frame of any library, a data set of torch or Hugging Face, `(X, y)` with a
            matrix or a sparse one, a mapping of columns, a list of mappings; an address
            (`s3://`, `https://`, `zip://`, `openml:61`), a database, a `Query`.
        query: of a database or a file of SQLite: `select ... where day > :first`, or a table.
        parameters: the values that are bound in it, `{"first": "2026-01-31"}`.
        target: the column to predict, by name or place; several for a task that takes them, such as
            columns of truth values, which are labels. One column may hold lists of labels, or texts
            of several. Images, `(X, y)` and bundled sets bring one. Rows without are not used.
        test_source: the test rows, in any of these forms.
        task: `binary`, `multiclass`, `regression`, `multilabel`, `ordinal`, `count`, `tagging` or
            `segmentation`, where the guess is not wanted; `anomaly` to seek odd rows, by whose
            target a model is judged and not taught; `transcription` to write down what a row
            says; or one of your own. Of several targets that are predicted each for itself,
            `{"visits": "count"}` names the tasks of some.
        positive: the class whose probability a binary model is judged by. Unless said it is the
            second of 0/1, no/yes, n/y, false/true, f/t, -/+, -1/1 and negative/positive, else the
            rarer. With more than two classes: this one against the rest.
        order: the classes of the target from the least to the most, where they have an order: the
            task is `ordinal` then, and the last of two is the positive one. That of a frame's
            ordered categories is known. Of several targets, by name.
        normal: for `task="anomaly"`, the class of usual rows. Unless said it is the first of 0/1
            and such pairs, the one called normal or benign, else the commonest.
        classes: names of class ids in masks, from 0 on or by id or colour, `{0: "sky", 255: None}`;
            pixels of all others are ignored. Without names 255 may be.
        kinds: of columns where the guess is not wanted, `{"zip": "categorical"}`, by name or as a
            class of your own.
        join: of a source that is a mapping of sources by name, `{"orders": ..., "customers": ...}`:
            how each but that of the rows is joined, by its key, `{"customers": "customer_id"}`, or
            with times and aggregates by `Join`; or one key of all that follow the first. Columns of
            a source begin with its name.
        drop: columns to leave out.
        missing: texts or numbers that stand for missing, besides the usual ones; in all columns,
            or by column: `{"insulin": [0]}`. By column usual ones can be taken out, so that they
            are levels or classes: `{"country": {"NA": False}}`, or all of them: `{"country": []}`.
        decimal: the mark before the fraction of a number in a text, `.` or `,`; in all columns, or
            by column: `{"price": ","}`. None to detect it.
        thousands: the mark between groups of three digits, one of `.` `,` `'` and a blank, which
            stands for every kind of blank; the empty text is none. In all columns or by column;
            None to detect it.
        date_format: the `strptime` pattern of dates in a text, such as `%d/%m/%Y`, with English
            names of months; in all columns or by column. None to detect it.
        group: the column whose rows belong together, a patient for instance.
        time: the column by which rows are divided into past and future; with `horizon` also two,
            of days and of hours.
        until: beside `time` the column of the last moment that a row and its label tell of: no
            rows that overlap are learnt from and judged by.
        weight: the column that says how much each row counts, a number of 0 or more (0: not at
            all). No input; the loss, trees, simple models and weighted scores take it, `predict`
            does not look at it.
        exposure: of counts, the column that says how long or how much each row was watched, a
            number above 0: its logarithm is added to that of the rate, in training and in answers.
        series_id: of a long table, a row a step: the column that says which rows are one series.
            Each becomes one row: columns of numbers that vary within series are the channels of a
            column `series`; the others have one value a series, the target among them.
        step: the column of numbers or moments by which the rows of a series are put in order, and
            on a grid where some are missing or uneven; None for the order of the rows.
        horizon: of a table with a row a step: how many steps ahead `target` is forecast at once.
            Rows become windows, one an origin. With `series_id` there are several series.
        history: steps before an origin that are looked at; None to follow from the clock. Without
            `horizon`, the series of a long table are cut into pieces of so many steps, each with
            the target of its last step; those of one series stay together.
        past: columns of numbers that are known up to an origin.
        known: columns of numbers that are known for the steps ahead too.
        quantiles: their levels beside the expected value, two or more.
        stride: steps from origin to origin in test rows and those that folds hold out.
        on_bad_value: a stray cell that is not of its column's kind becomes `missing` with a
            finding, or is an `error`.
        header: whether the first row names the columns; None to detect, as for the next two.
        delimiter: between the fields of a text.
        encoding: of a text.
        skip: lines to leave out at the top, besides blank ones, `sep=;` and comments after `#`.
        root: the folder below which texts in a column of images (`kinds={"photo": "image"}`) name
            files; the folder of the table if None. A frame has none.

    Example:
        >>> Collect("adult.csv", target="income").target
        'income'
    """

    source: Data = Field(kw_only=False)
    target: Name | tuple[Name, ...] | None = None
    query: str = ""
    parameters: dict[str, Plain] = Field(default_factory=dict)
    test_source: Data = None
    task: TaskName | Task | type[Task] | dict[str, TaskName] | None = None
    positive: Label | None = None
    order: tuple[Label, ...] | dict[str, tuple[Label, ...]] | None = None
    normal: Label | None = None
    classes: tuple[str | None, ...] | dict[int | str, str | None] | None = None
    kinds: KindsByColumn = Field(default_factory=dict)
    join: dict[str, Any] = Field(default_factory=dict)
    drop: tuple[Name, ...] = ()
    missing: tuple[Cell, ...] | dict[str, Cell | tuple[Cell, ...] | dict[Cell, bool]] = ()
    decimal: Decimal | dict[str, Decimal] | None = None
    thousands: Thousands | dict[str, Thousands] | None = None
    date_format: str | dict[str, str] | None = None
    group: Name | None = None
    time: Name | tuple[Name, ...] | None = None
    until: Name | None = None
    weight: Name | None = None
    exposure: Name | None = None
    series_id: Name | None = None
    step: Name | None = None
    horizon: Count | None = None
    history: Count | None = None
    past: tuple[Name, ...] = ()
    known: tuple[Name, ...] = ()
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = LEVELS
    stride: Count = 1
    on_bad_value: Literal["missing", "error"] = "missing"
    header: bool | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None
    skip: NonNegativeInt = 0
    root: PathText | None = None

    @field_validator("source", "test_source", mode="before")
    @classmethod
    def _without_password(cls, source: Any) -> Any:
        return check_place(source)

    @field_validator("task", mode="before")
    @classmethod
    def _own_task(cls, task: Any) -> Any:
        """Its object, adopted; a name of the table stays."""
        if isinstance(task, dict):
            return tasks_of_targets(task)
        if isinstance(task, str):
            return TASKS.own(task) or (task_of(task) if "{" in task else task)
        return task if task is None else TASKS.adopt(task)

    @field_validator("join", mode="before")
    @classmethod
    def _read_joins(cls, join: Any, info: ValidationInfo) -> Any:
        return joins_asked(join, info.data.get("source"))

    @field_validator("date_format")
    @classmethod
    def _check_patterns(cls, said: Said) -> Said:
        for pattern in said.values() if isinstance(said, dict) else [said or ""]:
            if pattern and "%" not in pattern:
                raise ValueError(f"expected strptime patterns such as %d/%m/%Y, not {pattern!r}")
            compiled(pattern)
        return said

    @model_validator(mode="after")
    def _check_marks(self) -> Self:
        self._notations().check()
        return self

    @model_validator(mode="after")
    def _check_normal(self) -> Self:
        asked = self._task_name()
        if self.normal is not None and not (asked and task_of(asked).network):
            raise ValueError('`normal` has no effect without task="anomaly"')
        return self

    @model_validator(mode="after")
    def _check_step(self) -> Self:
        if self.step is not None and self.series_id is None:
            raise ValueError("`step` has no effect without `series_id`")
        check_horizon(self, self.model_fields_set)
        check_query(self)
        return self

    @field_validator("missing", mode="before")
    @classmethod
    def _missing_by_column(cls, missing: Any) -> Any:
        check_missing(missing)
        return missing

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """Paths that do not exist, readers not installed, names that no column has."""
        if found.get(Collected) is not None:
            return []
        source, joins = sources_asked(self)
        given = [source, self.test_source, *(other for other, _ in joins.values())]
        faults = query_faults(source) if joins else [*query_faults(source), *check_named(source)]
        faults += [f for one in given if one is not None and not faults for f in check_source(one)]
        reading, every = reading_of(self), self._wishes(session)
        faults = faults or check_joins(source, reading, joins, every)
        return faults or check_names(source, reading, apart(every, joins))

    def sources(self) -> dict[str, str]:
        """The digests of the files that are read, pictures that they may name among them."""
        reading = reading_of(self)
        source, joins = sources_asked(self)
        found = {"source": content_of_source(source, reading)}
        others = {f"join of {name}": other for name, (other, _) in joins.items()}
        found |= {name: content_of_source(other, Reading()) for name, other in others.items()}
        if self.test_source is not None:
            found["test_source"] = content_of_source(self.test_source, reading)
        return {name: digest for name, digest in found.items() if digest}

    def run(self, session: Session) -> Collected:
        """Read, infer, inspect; what was collected and saved is taken as it is."""
        source, _ = sources_asked(self)
        kept = saved_as_asked(self)
        if kept is not None and (kept.schema.targets or session.may_leave_open):
            session.emit(Noted(text=told_of(kept, str(source))))
            for finding in kept.findings:
                session.emit(Found(finding=finding))
            return kept
        return self.gathered(session)

    def gathered(self, session: Session, *, needs_inputs: bool = True) -> Collected:
        """The rows as they are read now.

        Args:
            session: is told, and has the seed.
            needs_inputs: whether rows without a column to learn from are refused.
        """
        source, joins = sources_asked(self)
        collected, notes = gather(
            source,
            self._wishes(session),
            test_source=self.test_source,
            reading=reading_of(self, may_lack_target=session.may_leave_open),
            joins=joins,
            seed=session.seed,
            needs_inputs=needs_inputs,
        )
        for note in notes:
            session.emit(Noted(text=note))
        for text in decoding(collected):
            session.emit(Measured(text=text))
        for finding in collected.findings:
            session.emit(Found(finding=finding))
        return collected

    def _task_name(self) -> str | None:
        if isinstance(self.task, dict):
            return SEVERAL.name
        return self.task if self.task is None or isinstance(self.task, str) else self.task.name

    def _wishes(self, session: Session) -> Wishes:
        return wishes_of(self, self._task_name(), self._notations(), session.may_leave_open)

    def _notations(self) -> Notations:
        return Notations(
            decimal=self.decimal, thousands=self.thousands, date_format=self.date_format
        )
