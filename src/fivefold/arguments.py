"""Options of the shell that describe the data and what is learnt from it."""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from fivefold.attached import NAMES as ATTACHED
from fivefold.attached import add_joins, joins_of
from fivefold.deploying import deploy_of
from fivefold.dividing import NAMES as DIVIDING
from fivefold.dividing import add_division, evaluate_of, split_of
from fivefold.errors import ConfigError
from fivefold.querying import add_query, asked_of

if TYPE_CHECKING:
    from fivefold.pipeline import Pipeline

READING = {
    "delimiter": "between the fields of a text",
    "encoding": "of a text",
    "skip": "lines to leave out at the top of a text",
    "series_id": "column that says which rows of a long table are one series",
    "step": "column that puts the rows of a series in order",
    "root": "texts in a column of images name files below this folder; default: the table's",
}
"""Flags that say how a file is read, each a setting of Collect."""

ROLES = {
    "group": "column whose rows belong together, a patient for instance: on one side of a split",
    "time": "column that divides rows into past and future; of a forecast also DAY,HOUR",
    "until": "beside --time: column of the last moment that a row and its label tell of",
    "weight": "column that says how much each row counts",
    "exposure": "of counts, column that says how long or how much each row was watched",
}
"""Flags that say what columns are used for, each a setting of Collect."""

STEPS = {
    "horizon": "of a table with a row a step: steps ahead that the target is forecast",
    "history": "steps before an origin that are looked at",
    "stride": "steps from origin to origin in rows to judge by",
}
"""Numbers of steps of a forecast, each a setting of Collect."""

LINES = {
    "past": "columns of numbers known up to an origin, for a forecast: A,B",
    "known": "columns of numbers known ahead too: A,B",
}
"""What a forecast reads beside its target, each a setting of Collect."""

MARKS = {
    "decimal": "the mark before a fraction, . or ,",
    "thousands": "the mark between groups of three digits",
    "date-format": "a strptime pattern of dates, such as %%d/%%m/%%Y",
}
"""Options that say how texts write numbers and dates, for all columns or by column."""
TARGET = "what to predict, a name or a place from 0 on; repeatable, for a task that takes several"
LEARNING = ("epochs", "quality")
"""Options that are settings of Train."""
PRETRAINED = "begin with these weights: a bundle, a folder, hf:org/name@revision, word vectors"
FREEZE = "with --pretrained: they stay as they are, and the last layer learns alone"
LIKE = "encode rows by the rules of this bundle, or read texts as these weights do"
QUALITY = "fast, balanced or best: how much time the rules give to learning; balanced unless said"
TASK = (
    "binary, multiclass, regression, multilabel, ordinal, count, returns, transcription, "
    "segmentation or own"
)
ORDER = "a class of the target, from the least to the most where they have an order; repeatable"
CLASSES = "what class ids of masks are called, from 0 on, or by id or colour: 1=tree; repeatable"

EXAMPLES = {
    "kinds": "zip=categorical",
    "decimal": "price=,",
    "thousands": "price=.",
    "date-format": "when=%d/%m/%Y",
}


def by_column(option: str, words: Sequence[str]) -> str | dict[str, str]:
    """A text by column, or one for all where the option allows it; empty if nothing is said.

    Raises:
        ConfigError: if a word has no column before its equals sign and may not be for all.

    Example:
        >>> by_column("decimal", [","]), by_column("decimal", ["a=,", "b=."])
        (',', {'a': ',', 'b': '.'})
    """
    pairs = [word.rpartition("=") for word in words]
    if option in MARKS and len(pairs) == 1 and not pairs[0][0]:
        return pairs[0][2]
    if not all(name for name, _, _ in pairs):
        form = "TEXT once, or COLUMN=TEXT" if option in MARKS else "COLUMN=KIND"
        remedy = f"Write for instance --{option} {EXAMPLES[option]}."
        raise ConfigError.expected("fivefold", f"--{option} {form}", " ".join(words), remedy)
    return {name: text for name, _, text in pairs}


def missing_of(tokens: Sequence[str], levels: Sequence[str]) -> Any:
    """What stands for missing: more texts in all columns, or fewer by column.

    Args:
        tokens: of `--missing`.
        levels: of `--level`, one an option.

    Raises:
        ConfigError: if a level has no column or no text, or both options are given.

    Example:
        >>> missing_of([], ["country=NA"]), missing_of(["unknown"], [])
        ({'country': {'NA': False}}, ('unknown',))
    """
    pairs = [level.rpartition("=")[::2] for level in levels]
    if not all(map(all, pairs)) or (tokens and levels):
        found = "--missing beside it" if tokens else " ".join(levels)
        remedy = "Write for instance --level country=NA; where both are needed, a recipe."
        raise ConfigError.expected("fivefold", "--level COLUMN=TEXT", found, remedy)
    return {n: {text: False for m, text in pairs if m == n} for n, _ in pairs} or tuple(tokens)


def target_of(text: str, source: str) -> str | int:
    """A target by its name, or by its place where a number is no name of a column."""
    if not text.removeprefix("-").isdecimal():
        return text
    from fivefold.collect.glance import glance
    from fivefold.reading.filepaths import find_files
    from fivefold.reading.options import Reading

    named = bool(find_files(source)) and text in glance(source, Reading())
    return text if named else int(text)


def listed_names(given: Sequence[str]) -> list[str]:
    """Names of columns from options `A,B`; one that holds a comma stands in double quotes.

    Example:
        >>> listed_names(["id,name", '"a,b"'])
        ['id', 'name', 'a,b']
    """
    return [name for row in csv.reader(given) for name in row]


def adopt_files(paths: Sequence[str]) -> list[ModuleType]:
    """Make what files of the user's define known, before anything is read or built.

    Returns:
        What else they define.

    Raises:
        ConfigError: if one does not run.
    """
    found = list[ModuleType]()
    if paths:
        from fivefold.serve.own import adopt_file

        for path in paths:
            module = adopt_file(path)
            found.append(module)
            values = [value for value in vars(module).values() if isinstance(value, type)]
            own = [cls for cls in values if cls.__module__ == module.__name__]
            if any(hasattr(cls, "get_params") for cls in own):
                from fivefold.train import rebuilt

                rebuilt.hand_over(filter(rebuilt.is_estimator_class, own))
            if "fivefold.train.callback" in sys.modules:  # else it defines none
                from fivefold.train.callback import callbacks_in, hand_over

                hand_over(callbacks_in(module))
    return found


def add_source(
    command: argparse.ArgumentParser,
    *,
    words: str = "a data file, folder, address or sklearn:NAME; or a recipe.json",
) -> None:
    """Give a command the options that describe the data and what is learnt from it."""
    several: Any = {"action": "append", "default": []}
    column = {**several, "metavar": "COLUMN"}
    command.add_argument("source", help=words)
    command.add_argument("--target", **column, help=TARGET)
    command.add_argument("--task", metavar="NAME", help=TASK)
    command.add_argument("--order", **several, metavar="CLASS", help=ORDER)
    command.add_argument("--classes", **several, metavar="[ID=]NAME", help=CLASSES)
    command.add_argument("--drop", **column, help="repeatable")
    command.add_argument("--missing", **several, metavar="TEXT", help="also stands for no value")
    command.add_argument("--level", **several, metavar="COLUMN=TEXT", help="NA is a value there")
    add_query(command)
    command.add_argument("--test-source", metavar="FILE", help="the rows to judge on")
    for role, words in ROLES.items():
        command.add_argument(f"--{role}", metavar="COLUMN", help=words)
    for name, words in STEPS.items():
        command.add_argument(f"--{name}", type=int, metavar="STEPS", help=words)
    for name, words in LINES.items():
        command.add_argument(f"--{name}", **several, metavar="COLUMNS", help=words)
    command.add_argument("--kinds", **several, metavar="COLUMN=KIND", help="numeric, text, ...")
    for mark, words in MARKS.items():
        command.add_argument(f"--{mark}", **several, metavar="[COLUMN=]TEXT", help=words)
    for name, words in READING.items():
        flag = f"--{name.replace('_', '-')}"
        command.add_argument(flag, type=int if name == "skip" else str, help=words)
    add_joins(command)
    add_division(command)
    command.add_argument("--epochs", type=int, help="at most; by a rule on rows if left out")
    command.add_argument("--quality", metavar="NAME", help=QUALITY)
    command.add_argument("--pretrained", metavar="WEIGHTS", help=PRETRAINED)
    command.add_argument("--freeze", action="store_true", help=FREEZE)
    command.add_argument("--like", metavar="WEIGHTS", help=LIKE)


def pipeline_of(chosen: argparse.Namespace) -> "Pipeline":
    """The pipeline that a recipe or the options describe.

    Raises:
        ConfigError: if a recipe has options beside it, or a setting is wrong.
    """
    import fivefold as ff
    from fivefold.tasks.ids import names_of_ids

    recipe = recipe_text(chosen.source)
    if recipe is not None:
        given = beside(chosen)
        if given:
            raise ConfigError(
                f"fivefold: expected a recipe alone, found {', '.join(given)} beside it.",
                remedy="Write these settings into the recipe.",
            )
        pipeline = ff.Pipeline.from_json(recipe)
        return ff.Pipeline([*pipeline, *deploy_of(chosen)])
    targets = [target_of(text, chosen.source) for text in chosen.target]
    source, joins = joins_of(chosen.source, chosen.join, chosen.aggregate)
    wanted: dict[str, Any] = {
        "target": targets[0] if len(targets) == 1 else tuple(targets),
        "task": chosen.task,
        "order": tuple(chosen.order),
        "classes": names_of_ids(chosen.classes),
        "drop": tuple(chosen.drop),
        "missing": missing_of(chosen.missing, chosen.level),
        **asked_of(chosen),
        "test_source": chosen.test_source,
        "join": joins,
        **{name: getattr(chosen, name) for name in (*ROLES, *READING, *STEPS)},
        **{name: tuple(listed_names(getattr(chosen, name))) for name in LINES},
        **{
            name.replace("-", "_"): by_column(name, getattr(chosen, name.replace("-", "_")))
            for name in EXAMPLES
        },
    }
    settings = {name: value for name, value in wanted.items() if value not in (None, (), {})}
    if chosen.horizon is not None and chosen.time:
        times = listed_names([chosen.time])
        settings["time"] = times[0] if len(times) == 1 else tuple(times)
    learning = {n: v for n in LEARNING if (v := getattr(chosen, n)) is not None}
    if chosen.freeze and chosen.pretrained is None:
        remedy = "Write --pretrained WEIGHTS --freeze."
        raise ConfigError.expected("--freeze", "--pretrained beside it", "none", remedy)
    if chosen.pretrained is not None:
        learning["model"] = ff.Pretrained(chosen.pretrained, freeze=chosen.freeze)
    stages = [
        ff.Collect(source, **settings),
        *split_of(chosen, listed_names(chosen.test_groups)),
        ff.Preprocess(**({} if chosen.like is None else {"like": chosen.like})),
        ff.Train(**learning),
        evaluate_of(chosen),
        *deploy_of(chosen),
    ]
    return ff.Pipeline(stages)


def beside(chosen: argparse.Namespace) -> list[str]:
    """The options of `add_source` that are given beside the source."""
    names = ["target", "task", "order", "classes", "drop", "missing", "level", "test-source"]
    names += ["query", "parameter", "kinds", *ROLES, *MARKS, *READING, *STEPS, *LINES, *ATTACHED]
    names += [*DIVIDING]
    names += [*LEARNING, "pretrained", "freeze", "like"]
    return [f"--{name}" for name in names if getattr(chosen, name.replace("-", "_"))]


def recipe_text(source: str) -> str | None:
    """The text of a recipe, or None if the source is data."""
    path = Path(source)
    if path.suffix != ".json" or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    return text if '"fivefold/recipe' in text[:200] else None
