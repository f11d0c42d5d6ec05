"""Flags of the shell that are settings of stages: one table, made from their fields."""

import argparse
import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from fivefold.commands.meant import Form, form_of, meant
from fivefold.commands.phrasing import APART, METAVARS, NAMED, PREFIXED, SAID_OTHERWISE, WORDS
from fivefold.commands.written import written
from fivefold.core.docstring import first_sentence, meanings

STAGES = (
    *("Collect", "Split", "Clean", "Derive", "Preprocess", "Reweigh", "Train"),
    *("Pretrained", "Privacy", "Equalise"),
    *("Evaluate", "Deploy"),
)
"""Those that the shell makes a pipeline of, in order; weights to begin with beside what learns."""

GROUPS = {
    "Collect": "the data",
    "Split": "the parts: training, validation and test rows",
    "Clean": "spellings, repeated rows and bounds",
    "Derive": "columns made of others",
    "Preprocess": "the arrays",
    "Reweigh": "how training rows count",
    "Train": "the learning",
    "Pretrained": "weights to begin with",
    "Privacy": "differentially private training",
    "Equalise": "a threshold for each group",
    "Evaluate": "the judging",
    "Deploy": "the bundle",
}
"""What flags of a stage are about, for a help."""

_COLUMN = re.compile(r"(?:.{0,40}\b)?the column\b")

OF_ANOMALIES = "false_alarms"
"""The one setting that two stages have. Both say how many usual rows may raise an alarm: that of
Train counts where odd rows are sought, `--task anomaly`, that of Evaluate elsewhere."""


@dataclass(frozen=True)
class Flag:
    """A setting of a stage, as the shell has it.

    Args:
        option: `--time-limit`.
        stage: the name of the class.
        setting: its name there.
        form: in which ways it is said.
        annotation: its type.
        default: as Python has it.
        words: what it is, in a sentence.
        first: whether Python takes it without its name too.
    """

    option: str
    stage: str
    setting: str
    form: Form
    annotation: Any
    default: Any
    words: str
    first: bool = False

    @cached_property
    def help(self) -> str:
        """The sentence for a help, with the default where there is one to tell."""
        told = re.sub(r"`([^`]*)`", lambda found: _plain(found[1]), self.words)
        told = told.replace(" if None", " unless given")
        told = told.replace("True to ", "to ") if self.form.switch else told
        told = re.sub(
            r"\bNone (?:(?:is|for) )?", "none: " if self.default else "unless given, ", told
        )
        default = shown(self.default, self.form)
        told += f" (default: {default})" if default else ""
        return told.replace("%", "%%")

    @property
    def dest(self) -> str:
        """Its name in what was chosen, which no other flag has."""
        apart = self.stage in PREFIXED or (self.stage, self.setting) in APART
        return f"{self.stage.lower()}_{self.setting}" if apart else self.setting

    def value(self, said: Any) -> Any:
        """What was said with it, as the stage takes it.

        Args:
            said: texts, one for each time; a truth value of a switch.

        Raises:
            ConfigError: if it has another form.
        """
        if isinstance(said, bool):
            return said
        return meant(self.option, said, self.annotation, self.default, self.pair)

    @property
    def pair(self) -> str:
        """What a value by its name is in its help."""
        return next((one for one in self.form.metavar.split("|")[::-1] if "=" in one), "NAME=VALUE")

    def add(self, group: Any) -> None:
        """Give a parser, or a group of one, the flag."""
        more: dict[str, Any] = {"dest": self.dest, "default": None, "help": self.help}
        if self.form.switch:
            group.add_argument(self.option, action=argparse.BooleanOptionalAction, **more)
        else:
            more["metavar"] = self.form.metavar
            group.add_argument(self.option, action="append", **more)


def _option(setting: str, stage: str = "") -> str:
    """The flag of a setting."""
    usual = f"{stage}-{setting}" if stage in PREFIXED else setting
    return NAMED.get((stage, setting), f"--{usual.lower().replace('_', '-')}")


def _called(word: str, settings: Mapping[str, Any], stage: str) -> str:
    """What stands between backticks, as a flag where it is a setting of the stage."""
    return _option(word, stage) if word in settings else f"`{word}`"


class _Field(NamedTuple):
    """A setting: its type, its default (None where it must be given), whether it is the first."""

    annotation: Any
    default: Any
    first: bool


def _fields_of(stage: type[Any]) -> dict[str, _Field]:
    """The settings of a stage by name, of a plain dataclass too."""
    if is_dataclass(stage):
        defaults = {one.name: (one.type, one.default) for one in fields(stage)}
        return {
            name: _Field(kind, None if default is MISSING else default, default is MISSING)
            for name, (kind, default) in defaults.items()
        }
    return {
        name: _Field(
            field.annotation,
            None if field.is_required() else field.get_default(call_default_factory=True),
            field.kw_only is False,
        )
        for name, field in stage.model_fields.items()
    }


@cache
def flags_of(stage: type) -> tuple[Flag, ...]:
    """The flags of a stage: a setting that no text can mean, a function or a frame, has none."""
    said, name, settings = meanings(stage.__doc__), stage.__name__, _fields_of(stage)
    found = list[Flag]()
    for setting, field in settings.items():
        form = form_of(field.annotation)
        if form is None or (name, setting) in SAID_OTHERWISE:
            continue
        words = WORDS.get((name, setting)) or first_sentence(said.get(setting, ""))
        if form.metavar.startswith("TEXT") and _COLUMN.match(words):
            form = form._replace(metavar=form.metavar.replace("TEXT", "COLUMN"))
        if (name, setting) in METAVARS:
            form = form._replace(metavar=METAVARS[name, setting])
        option = _option(setting, name)
        words = re.sub(r"`(\w+_\w+)`", lambda one: _called(one[1], settings, name), words)
        found.append(
            Flag(option, name, setting, form, field.annotation, field.default, words, field.first)
        )
    return tuple(found)


def flags(stages: Collection[str] = STAGES, *, without: Collection[str] = ()) -> tuple[Flag, ...]:
    """The flags of several stages of fivefold's own, by the names of these.

    Args:
        stages: of which.
        without: settings that have none here.
    """
    import fivefold as ff

    every = [flag for name in STAGES if name in stages for flag in flags_of(getattr(ff, name))]
    twice = "Train" if "Evaluate" in stages else ""
    left_out = {*without}
    return tuple(
        flag
        for flag in every
        if flag.dest not in left_out and (flag.stage, flag.setting) != (twice, OF_ANOMALIES)
    )


def unsayable(stages: Collection[str]) -> dict[str, str]:
    """Stages by those of their settings that no text can mean, functions for instance."""
    import fivefold as ff

    return {setting: name for name in stages for setting in _unsayable_of(getattr(ff, name))}


@cache
def _unsayable_of(stage: type) -> tuple[str, ...]:
    """Settings of a stage that no text can mean."""
    every = _fields_of(stage).items()
    return tuple(name for name, field in every if form_of(field.annotation) is None)


def said_of(table: Mapping[str, Flag], chosen: argparse.Namespace) -> dict[str, Any]:
    """What flags say of their settings, by name; no setting that is not said."""
    said = {name: getattr(chosen, name, None) for name in table}
    return {name: table[name].value(one) for name, one in said.items() if one is not None}


def shown(value: Any, form: Form | None = None) -> str:
    """A value as the shell has it; empty for nothing.

    Example:
        >>> shown(("a", "b")), shown({"zip": "text"}), shown(True), shown(None), shown(0.5)
        ('a,b', 'zip=text', 'yes', '', '0.5')
        >>> shown({"cat": {"dog": 5}})
        'cat:dog=5'
    """
    if value is None or value == () or value == {} or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "" if form and form.switch else "no"
    if isinstance(value, Mapping):
        return ",".join(
            f"{name}:{shown(each)}" if isinstance(each, Mapping) else f"{name}={shown(each)}"
            for name, each in value.items()
        )
    if isinstance(value, tuple | list):
        return ",".join(map(shown, value))
    return str(value)


def _plain(text: str) -> str:
    """What stands between backticks as the shell has it."""
    setting = re.fullmatch(r"(\w+)=(.+)", text)
    if setting is not None:
        return written(_option(setting[1]), setting[2], Form(many=True, named=True, whole=False))
    if text == "()":
        return "none"
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return shown(value) if isinstance(value, dict | list | tuple) and value else text
