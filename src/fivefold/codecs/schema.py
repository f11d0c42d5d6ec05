"""What the columns of a table are, and what is to be predicted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

from fivefold.core.wording import together
from fivefold.errors import DataError

KindName = Literal[
    "numeric",
    "categorical",
    "boolean",
    "datetime",
    "text",
    "image",
    "sequence",
    "audio",
    "series",
    "sentence",
    "lags",
    "prices",
    "ahead",
    "video",
    "mask",
]
TaskName = Literal[
    "binary",
    "multiclass",
    "regression",
    "multilabel",
    "ordinal",
    "count",
    "tagging",
    "transcription",
    "segmentation",
    "forecast",
    "returns",
    "anomaly",
    "unlabelled",
    "several",
]
_Read = Literal["input", "exposure"]
Role = Literal[_Read, "target", "group", "time", "weight", "until", "judged", "ignored"]
Label = str | int | float | bool

RULES = 3
"""By which cells are read today. A bundle is answered by the rules that it was trained with:
1: words lose their combining marks; pictures as they are stored, without alpha, eight bits deep.
2: marks belong to the word before them; pictures as a viewer shows them, as deep as they are.
3: pictures of more than 512 pixels along a side are reduced to that."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Args:
        name: as it stands in the source.
        kind: what its values are.
        role: what it is used for; `ignored` columns stay in the table and out of the model.
        missing: texts that stand for a missing value here (after stripping); the empty text and
            NaN always do.
        format: a datetime column's `strptime` pattern, empty for ISO 8601; of a numeric column how
            its texts write 1234.56 (`1.234,56 €`), empty for plain numbers; of a target of several
            labels what stands between them, of transcripts what they are spelt with, of masks the
            ids of the classes as JSON.
        reason: why it is ignored, or why no source has it, in a few words.
        rules: by which its cells are read, see `RULES`.
    """

    name: str
    kind: str
    role: Role = "input"
    missing: tuple[str, ...] = ()
    format: str = ""
    reason: str = ""
    rules: int = RULES

    @property
    def in_source(self) -> bool:
        """Whether rows come with it; False for a target that was made up or given by labelling."""
        return self.role not in ("target", "judged") or not self.reason

    @property
    def reading(self) -> tuple[str, tuple[str, ...], str, int]:
        """What decides how a cell is read."""
        return self.kind, self.missing, self.format, self.rules


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The columns of a table, what is predicted, and its classes.

    Args:
        columns: in the order of the source, the target among them.
        targets: names of the target columns, in the order in which the task takes them.
        task: what is predicted.
        classes: labels as people write them (str, int, float or bool), in the order of the
            scores' columns; empty where numbers are predicted. Of two, the second is the positive
            one.
        levels: of the quantiles that are told beside numbers, 0 to 1 in order; mostly none.
        each: the classes of each target, where each is predicted as a task of its own.

    Example:
        >>> schema = Schema(
        ...     columns=(Column(name="x", kind="numeric"),
        ...              Column(name="y", kind="categorical", role="target")),
        ...     targets=("y",), task="binary", classes=("no", "yes"))
        >>> [column.name for column in schema.inputs], schema.positive
        (['x'], 'yes')
    """

    columns: tuple[Column, ...]
    targets: tuple[str, ...]
    task: str
    classes: tuple[Label, ...] = ()
    levels: tuple[float, ...] = ()
    each: tuple[tuple[Label, ...], ...] = ()
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    def __getitem__(self, name: str) -> Column:
        if name not in self.by_name:
            raise DataError(
                f"Schema: expected a column of the table, found {name!r}.",
                evidence=f"Columns: {', '.join(map(repr, self.by_name))}.",
                column=name,
            )
        return self.by_name[name]

    @property
    def target(self) -> str:
        """The name of the only target column.

        Raises:
            DataError: if there are several.
        """
        if len(self.targets) == 1:
            return self.targets[0]
        raise DataError(
            f"Schema: expected one target column, found {len(self.targets)}.",
            evidence=f"Targets: {', '.join(map(repr, self.targets))}.",
            remedy="Read `targets`.",
            columns=self.targets,
        )

    @property
    def predicted(self) -> str:
        """The names of the target columns in words; of steps ahead the name of what is forecast."""
        return self.targets[0].removesuffix("+1") if self.levels else together(self.targets)

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that rows to answer must have, in order: what the model reads of them."""
        return tuple(column for column in self.columns if column.role in ("input", "exposure"))

    @property
    def positive(self) -> Label | None:
        """The second of two classes, which scores are about; None unless there are two."""
        return self.classes[1] if len(self.classes) == 2 else None

    def named(self, role: Role) -> str | None:
        """The name of the column with this role (`group`, `time`, `weight`, ...), or None."""
        return next((column.name for column in self.columns if column.role == role), None)

    def replace(self, name: str, **changes: Any) -> Self:
        """The same schema with one column changed."""
        changed = replace(self[name], **changes)
        columns = tuple(changed if c.name == name else c for c in self.columns)
        return replace(self, columns=columns)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        one = len(self.targets) == 1
        return {
            "columns": [asdict(column) for column in self.columns],
            **({"target": self.target} if one else {"targets": list(self.targets)}),
            "task": self.task,
            "classes": list(self.classes),
            **({"levels": list(self.levels)} if self.levels else {}),
            **({"each": [list(classes) for classes in self.each]} if self.each else {}),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The schema that `to_json` described."""
        columns = tuple(
            Column(**{"rules": 1, **c, "missing": tuple(c["missing"])}) for c in values["columns"]
        )
        return cls(
            columns=columns,
            targets=tuple(values["targets"]) if "targets" in values else (values["target"],),
            task=values["task"],
            classes=tuple(values["classes"]),
            levels=tuple(values.get("levels", ())),
            each=tuple(map(tuple, values.get("each", ()))),
        )
