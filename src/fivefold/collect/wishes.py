"""What a user says of the columns, and whether the columns can meet it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from fivefold.codecs.schema import Label
from fivefold.collect.notation import Notations
from fivefold.core.wording import literal, quoted
from fivefold.errors import DataError, FivefoldError
from fivefold.kinds_asked import names_of_kinds
from fivefold.reading.columnnames import Name, absent_column, named_column, placed
from fivefold.reading.names import FILES, IDS, SEQUENCES
from fivefold.tasks.known import FORECAST, task_of
from fivefold.tasks.task import Task

ALONE = "Collect what is to be predicted too: a table with a column of it, or arrays (X, y)."
ROLES = ("group", "time", "until", "weight", "exposure")
"""Uses of columns that are neither learnt from nor predicted, each asked for by its name."""
NO_CLASS = (
    "Write the class into each header, >gene1 class=promoter, or pass several files, one a class, "
    f"with target={FILES!r}."
)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a user says of the columns; see `Collect` for each.

    Example:
        >>> wishes = Wishes(target="incom", drop=("fnlwgt",))
        >>> [fault.near for fault in wishes.faults(["fnlwgt", "income"], "adult.csv")]
        ['income']
    """

    target: Name | tuple[Name, ...] | None = None
    task: Task | None = None
    positive: Label | None = None
    order: tuple[Label, ...] | Mapping[str, tuple[Label, ...]] | None = None
    order_found: bool = False  # it is the source's own, and nobody said it
    tasks: Mapping[str, str] = field(default_factory=dict)
    normal: Label | None = None
    classes: Mapping[Any, str | None] | tuple[str | None, ...] | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    missing: Any = ()
    notations: Notations = field(default_factory=Notations)
    group: str | None = None
    time: str | None = None
    until: str | None = None
    weight: str | None = None
    exposure: str | None = None
    levels: tuple[float, ...] = ()
    on_bad_value: Literal["missing", "error"] = "missing"
    may_lack_target: bool = False  # a later stage gives one

    def named(self, names: Sequence[str], source: str) -> Self:
        """The same with the names of columns that are asked for by place.

        Args:
            names: of the columns of the source, in order.
            source: what it is called.

        Raises:
            DataError: if there are fewer columns.
        """
        told: dict[str, Any] = {}
        for setting in ("target", "drop", *ROLES):
            said = getattr(self, setting)
            several = said if isinstance(said, tuple) else (said,)
            if any(isinstance(one, int) for one in several):
                found = tuple(placed(several, names, source, f"{setting}="))
                told[setting] = found if isinstance(said, tuple) else found[0]
        return replace(self, **told) if told else self

    @property
    def roles(self) -> dict[str, str]:
        """Names of columns that are neither learnt from nor predicted but used, by their use."""
        named = {role: getattr(self, role) for role in ROLES}
        return {role: name for role, name in named.items() if name is not None}

    def labels(self) -> bool | None:
        """Whether the target holds labels; None if that is not said."""
        if self.task is not None and self.task.separate:
            return None
        if self.order:
            return True
        if self.positive is not None or self.task is not None:
            task = self.task
            return task is None or task.labelled or task.several or task.network != ""
        return None

    @property
    def answers_alone(self) -> bool:
        """Whether no target is named, and none is needed."""
        return self.target is None and self.task is not None and self.task.network != ""

    def _ordered(self) -> list[str]:
        """Columns that an order is said of, but for targets, which are looked for anyway."""
        named = self.target if isinstance(self.target, tuple) else (self.target,)
        said = self.order if isinstance(self.order, Mapping) else {}
        return [name for name in said if name not in named]

    def orders(self, targets: Sequence[str]) -> dict[str, tuple[Label, ...]]:
        """The order of the classes by target; one that is said alone is that of the first."""
        if isinstance(self.order, Mapping):
            return {name: tuple(order) for name, order in self.order.items()}
        return {targets[0]: tuple(self.order)} if self.order else {}

    def task_of(self, name: str) -> Task | None:
        """What a target is to be predicted as; None if that is not said."""
        if name in self.tasks:
            return task_of(self.tasks[name])
        return None if self.task is None or self.task.separate else self.task

    def said(self, targets: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """By setting the targets whose labels it speaks of, where a user said so."""
        said = {} if self.order_found else {"order": tuple(self.orders(targets))}
        said |= {"positive": tuple(targets)} if self.positive is not None else {}
        said |= {"normal": tuple(targets)} if self.normal is not None else {}
        said |= {"exposure": tuple(targets)} if self.exposure is not None else {}
        said |= {"classes": tuple(targets)} if self.classes is not None else {}
        return said

    def target_names(self, names: Sequence[str], default: str, source: str) -> tuple[str, ...]:
        """The names of the target columns, one or more.

        Raises:
            DataError: if no target is given, or it is no column.
        """
        if self.target is None and default:
            return (default,)
        if not names:
            remedy = "Pass a source that holds a table."
            raise DataError.expected(source, "rows and columns", "no column", remedy, columns=())
        if self.target in (None, ()) and self.may_lack_target and not self.answers_alone:
            return ()
        if self.answers_alone:  # rows get a column for it once they are read
            return ()
        if self.target is None or self.target == ():
            bare = set(names) <= {IDS, SEQUENCES}
            remedy = f"Pass target={literal(names[-1])}, or another of these, to Collect."
            remedy = remedy if len(names) > 1 else ALONE
            raise DataError(
                f"{source}: expected a target column, found no target=.",
                evidence=f"Columns: {quoted(names, 20)}.",
                remedy=NO_CLASS if bare else remedy,
                columns=tuple(names),
            )
        asked = self.target if isinstance(self.target, tuple) else (self.target,)
        found = tuple(named_column(one, names, source, "target=") for one in asked)
        twice = next((name for name in found if found.count(name) > 1), None)
        if twice is not None:
            raise DataError.expected(
                source, "each target once", f"{literal(twice)} twice", "Name it once.", column=twice
            )
        return found

    def faults(self, names: Sequence[str], source: str, default: str = "") -> list[FivefoldError]:
        """Every name that is no column, and every column that is asked to be two things."""
        try:
            self = self.named(names, source)
        except DataError as fault:
            return [fault]
        found: list[FivefoldError] = []
        targets: tuple[str, ...] = ()
        try:
            targets = self.target_names(names, default, source)
        except DataError as fault:
            found.append(fault)
            if not names:
                return found
        by_column = self.missing if isinstance(self.missing, Mapping) else {}
        asked = [
            *(("drop", name) for name in self.drop),
            *(("kinds", name) for name in self.kinds),
            *(("task", name) for name in self.tasks),
            *(("order", name) for name in self._ordered()),
            *(("missing", name) for name in by_column),
            *self.notations.named(),
            *self.roles.items(),
        ]
        found += [
            absent_column(name, names, source, f"{setting}=")
            for setting, name in asked
            if name not in names
        ]
        said = [*(("task", name) for name in self.tasks), *(("order", n) for n in self._ordered())]
        found += [
            DataError.expected(
                f"{source}, {setting}=", "targets", literal(name), "Name it in target= too."
            )
            for setting, name in said
            if targets and name in names and name not in targets
        ]
        found += self.notations.clashes(self.kinds, source)
        uses = [*(("target", name) for name in targets), *self.roles.items()]
        for role, name in uses:
            others = [other for other, same in uses if same == name]
            others += ["drop"] if name in self.drop else []
            if len(others) > 1 and others[0] == role:
                where, listed = f"{source}, column `{name}`", " and ".join(f"{o}=" for o in others)
                found.append(
                    DataError.expected(where, "one use", listed, "Name it once.", column=name)
                )
        return found


def wishes_of(
    asked: Any, task: str | None, notations: Notations, may_lack_target: bool = False
) -> Wishes:
    """What the settings of a stage say of the columns.

    Args:
        asked: the settings, by the names that Collect has for them.
        task: the name of it, where that is said.
        notations: how texts are written.
        may_lack_target: whether a later stage gives one.
    """
    task = task or (FORECAST.name if asked.horizon is not None else None)
    return Wishes(
        target=asked.target,
        task=None if task is None else task_of(task),
        positive=asked.positive,
        order=asked.order,
        normal=asked.normal,
        classes=asked.classes,
        tasks=asked.task if isinstance(asked.task, dict) else {},
        kinds=names_of_kinds(asked.kinds),
        drop=asked.drop,
        missing=asked.missing,
        notations=notations,
        group=asked.group,
        time=asked.time[0] if isinstance(asked.time, tuple) else asked.time,
        until=asked.until,
        levels=asked.quantiles,
        weight=asked.weight,
        exposure=asked.exposure,
        on_bad_value=asked.on_bad_value,
        may_lack_target=may_lack_target,
    )
