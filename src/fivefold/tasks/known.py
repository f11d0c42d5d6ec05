"""The tasks there are, those that a user has added, and which is for some target columns."""

from functools import cache

from fivefold.codecs.schema import Schema
from fivefold.core.roster import Roster
from fivefold.core.wording import literal, quoted
from fivefold.errors import DataError
from fivefold.tasks.anomaly import Anomaly
from fivefold.tasks.binary import Binary
from fivefold.tasks.count import Count
from fivefold.tasks.forecast import Forecast
from fivefold.tasks.multiclass import Multiclass
from fivefold.tasks.multilabel import Multilabel
from fivefold.tasks.ordinal import Ordinal
from fivefold.tasks.regression import Regression
from fivefold.tasks.returns import Returns
from fivefold.tasks.segmentation import Segmentation
from fivefold.tasks.several import BASE, Several
from fivefold.tasks.tagging import Tagging
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.task import Task
from fivefold.tasks.transcription import Transcription
from fivefold.tasks.unlabelled import Unlabelled

BINARY, MULTICLASS, REGRESSION = Binary(), Multiclass(), Regression()
MULTILABEL, ORDINAL, COUNT, SEVERAL = Multilabel(), Ordinal(), Count(), Several()
TAGGING, SEGMENTATION, ANOMALY = Tagging(), Segmentation(), Anomaly()
FORECAST, RETURNS = Forecast(), Returns()
TRANSCRIPTION, UNLABELLED = Transcription(), Unlabelled()


class Tasks(Roster[Task]):
    """Tasks by name; that of several targets says which these are."""

    def __getitem__(self, name: str) -> Task:
        return _several(name) if name.startswith(f"{BASE} {{") else super().__getitem__(name)


@cache
def _several(name: str) -> Task:
    return Several.named(name)


TASKS = Tasks(
    "task",
    Task,  # type: ignore[type-abstract]
    (
        *(BINARY, MULTICLASS, REGRESSION, MULTILABEL, ORDINAL, COUNT),
        *(TAGGING, TRANSCRIPTION, SEGMENTATION, FORECAST, RETURNS, ANOMALY, UNLABELLED, SEVERAL),
    ),
    remedy="hand over the class of a task of your own: Collect(task=MyTask), "
    "load(path, tasks=[MyTask]), --with FILE.py",
)
"""The tasks there are; all other places ask here."""
FEWEST_ROWS = 10


def number_task() -> str:
    """The name of the task that predicts a number; empty if there is none."""
    return next((name for name, task in TASKS.known.items() if task.trees == "number"), "")


def text_task() -> str:
    """The name of the task that writes down what a row says; empty if there is none."""
    return next((name for name, task in TASKS.known.items() if task.spells), "")


def task_of(named: str | Schema) -> Task:
    """The task of this name, or of a schema, whose classes may say by what it is judged.

    Raises:
        ConfigError: if there is none.

    Example:
        >>> task_of("binary")
        Binary()
    """
    return TASKS[named] if isinstance(named, str) else TASKS[named.task].fitted(named)


def settle(targets: Targets, task: Task | None = None) -> tuple[Task, Settled]:
    """Decide what is predicted, and say what the target columns are.

    Texts, booleans and categories are classes; whole numbers are classes where there are at most
    20 different ones, each five times or more on average; other numbers are a regression. Lists,
    texts that are surely labels with a separator, and several columns of truth values are many
    labels; classes of a known order are ordinal.

    Args:
        targets: the columns.
        task: what is to be predicted, if the guess is not wanted.

    Raises:
        DataError: if there are fewer than 10 rows, or the values do not suit the task.
    """
    rows = int(targets.usable.sum())
    if rows < FEWEST_ROWS:
        columns = targets.columns
        raise DataError(
            f"{targets.source}: expected at least {FEWEST_ROWS} rows with a target, found {rows} "
            f"of {len(targets.usable):,}.",
            evidence=next((column.lost for column in columns if column.lost), ""),
            remedy=next((c.remedy for c in columns if c.remedy), "Collect more rows."),
            rows=rows,
            column=columns[0].name,
        )
    if task is not None:
        return _settled(task, targets)
    if not targets.are_regions:
        targets.refuse_unfit()
    among = [one for one in TASKS.known.values() if one.plane == targets.are_regions]
    bids = {task: task.recognise(targets) for task in among}
    surest = max(bids, key=lambda task: bids[task])
    if bids[surest] > 0:
        return _settled(surest, targets)
    names = tuple(column.name for column in targets.columns)
    raise DataError(
        f"{targets.source}: expected a target that a built-in task predicts, found "
        f"{quoted(names)}.",
        remedy="Name one column, or pass a task of your own with task=.",
        columns=names,
    )


def _settled(task: Task, targets: Targets) -> tuple[Task, Settled]:
    """The task, as what it found says more of it, and what the columns are."""
    targets.refuse_unheeded(task.name, task.heeds, _going_by)
    found = task.settle(targets)
    return (task_of(found.task) if found.task else task), found


def _going_by(setting: str) -> str:
    """The tasks that go by a setting of Collect, in words."""
    names = [literal(name) for name, task in TASKS.known.items() if setting in task.heeds]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
