"""What the library says of its arguments, in the words of the shell that gave them."""

import argparse
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from shlex import join, quote
from typing import Any, Self

from fivefold.commands.arguments import begun_with
from fivefold.commands.flags import OF_ANOMALIES, STAGES
from fivefold.commands.flags import flags as every_flag
from fivefold.commands.meant import Form
from fivefold.commands.parser import Parser
from fivefold.commands.phrasing import ALONE
from fivefold.commands.written import calls_in, settings_of, value_at, written
from fivefold.errors import ConfigError, FivefoldError

ARGUMENTS = {"not_missing": "missing", "on_test": "test"}
"""Options that give an argument of another name, by their own."""

OF_THE_COMMAND = ("on_test",)
"""Of these the ones that win where a setting of a stage is called alike."""

MAY_BE_EMPTY = ("missing", "thousands")
"""Options for which the empty text is a value."""

STUDIES = {"learning_curve": "curve", "investigate": "study", "tune": "tune"}
"""Commands that conduct a study, by the function."""

_STAGES = "|".join(STAGES)
_STUDY = re.compile(rf"ff\.({'|'.join(STUDIES)})\(pipeline[^()]*\)")
_RUN = re.compile(r"(?<![\w.])run\((\w+)=\.\.\.\)")
_ANSWERED = re.compile(r"""ff\.load\((["'])(.+?)\1\)\.predict\(rows\)""")
_TO_STAGE = re.compile(rf"(--[a-z][^\n]*?),? to (?:{_STAGES})\b")
_OF_PLACE = re.compile(r"\A,? between Collect and Preprocess\b")
_WHOSE = re.compile(rf"({_STAGES})\b(?=[:(,])")
_STAGE = re.compile(rf"(?:ff\.)?({_STAGES})\(")


@dataclass(frozen=True)
class Spoken:
    """The options of a command, by the arguments that they give.

    Args:
        options: by name of the argument, `{"n_jobs": "--jobs"}`.
        given: texts that were given, by option.
        forms: in which ways values of options are said; one value of those that are not named.
        settings: options by stage and setting, for what is said of a stage; that which Python takes
            without its name has an empty one too.
        begun: the words that describe data and what is learnt, for another command.
    """

    options: Mapping[str, str]
    given: Mapping[str, Sequence[str]]
    forms: Mapping[str, Form] = field(default_factory=dict)
    settings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    begun: str = ""

    @classmethod
    def of(cls, parser: Parser, chosen: argparse.Namespace) -> Self:
        """Those of a parser, of which the command's own and those that were given count first."""
        options, given = dict[str, str](), dict[str, Sequence[str]]()
        for action in parser._actions:
            if action.help == argparse.SUPPRESS or not action.option_strings:
                continue
            option, value = action.option_strings[0], getattr(chosen, action.dest, None)
            name, told = ARGUMENTS.get(action.dest, action.dest), value != action.default
            if told or name not in options or action.dest in OF_THE_COMMAND:
                options[name] = option
            texts = value if isinstance(value, list) else [value]
            if told:
                given[option] = [text for text in texts if isinstance(text, str)]
        table = parser.table.values()
        forms = {flag.option: flag.form for flag in table}
        settings = {(flag.stage, flag.setting): flag.option for flag in table}
        settings |= {(flag.stage, ""): flag.option for flag in table if flag.first}
        if any(flag.stage == "Collect" for flag in table):  # advice is for those that learn, too
            for flag in every_flag():
                forms.setdefault(flag.option, flag.form)
                settings.setdefault((flag.stage, flag.setting), flag.option)
                settings.setdefault((flag.stage, "" if flag.first else flag.setting), flag.option)
            settings |= {(stage, ""): option for stage, option in ALONE.items()}
        settings |= {
            (stage, ""): option for stage, option in ALONE.items() if option in options.values()
        }
        if OF_ANOMALIES in parser.table:
            settings["Train", OF_ANOMALIES] = parser.table[OF_ANOMALIES].option
        learns = any(flag.stage == "Train" for flag in table)
        return cls(options, given, forms, settings, join(begun_with(chosen)) if learns else "")

    def check_given(self) -> None:
        """Refuse options with nothing in them, as an empty variable of the shell gives.

        Raises:
            ConfigError: naming the first.
        """
        empty = {self.options[name] for name in MAY_BE_EMPTY if name in self.options}
        for option, texts in self.given.items():
            if "" in texts and option not in empty:
                remedy = f"Give {option} a value, or leave it out."
                raise ConfigError.expected("fivefold", f"{option} with a value", "none", remedy)

    def error(self, error: FivefoldError) -> str:
        """What an error says, by the option that was wrong.

        Example:
            >>> spoken = Spoken({"n_jobs": "--jobs"}, {})
            >>> from fivefold.core.wish import counts
            >>> print(spoken.error(counts(1).fault("tune", "n_jobs", 0)))
            tune: expected --jobs of 1 or more, found 0.
            Pass a whole number as --jobs.
        """
        told, faults = str(error), error.facts.get("faults")
        if isinstance(faults, tuple):
            for fault in faults:
                told = told.replace(_set_in(str(fault)), _set_in(self.error(fault)))
            return told
        told = _for_the_shell(self._within(told)._about(error, told))
        if any(option in told for option in self.options.values()):
            return told
        return "\n".join([told, *self._meant(told)])

    def remedy(self, error: FivefoldError) -> str:
        """What an error says is to be done."""
        return _for_the_shell(self._within(str(error))._about(error, error.remedy))

    def _within(self, told: str) -> Self:
        """The same, with the flags of the stage first that an error begins with."""
        stage = _WHOSE.match(told)
        if stage is None:
            return self
        own = {name: flag for (of, name), flag in self.settings.items() if of == stage[1] and name}
        return replace(self, options={**self.options, **own})

    def _about(self, error: FivefoldError, told: str) -> str:
        """What is told of an error, with the options that it is about."""
        named = [error.facts.get("argument"), *_listed(error.facts.get("settings"))]
        for name in filter(self.options.__contains__, named):
            told = re.sub(rf"(?<![\w.`'\"-]){name}(?![\w=`'\"])", self.options[str(name)], told)
        if "settings" in error.facts:
            for name, option in self.options.items():
                told = told.replace(f"`{name}`", f"`{option}`")
        columns = {error.facts.get("column"), *_listed(error.facts.get("columns"))}
        return self.text(told, but=columns)

    def text(self, text: str, but: Collection[Any] = ()) -> str:
        """A text in which arguments are written `name=value`, with options in their place.

        Args:
            text: what is told.
            but: names that are no arguments in it, of columns for instance.

        Example:
            >>> Spoken({"device": "--device"}, {}).text('Pass device="cpu", or leave it out.')
            'Pass --device cpu, or leave it out.'
            >>> Spoken({"time": "--time"}, {}).text('Name both: time=("day", "hour").')
            'Name both: --time day,hour.'
        """
        text = self.sentence(text)
        names = [name for name in self.options if "_" in name]  # no word of English
        for name in (name for name in names if name not in but):
            text = re.sub(rf"(?<![\w.-]){name}(?![\w=(])", self.options[name], text)
        return text

    def sentence(self, sentence: str) -> str:
        """What was found, with the options that its advice is about; names of columns stay.

        Example:
            >>> settings = {("Split", "similar"): "--similar"}
            >>> spoken = Spoken({"drop": "--drop"}, {}, settings=settings)
            >>> spoken.sentence('Pass drop=("alive",) if so, or Split(similar=0.8).')
            'Pass --drop alive if so, or --similar 0.8.'
        """
        sentence = _ANSWERED.sub(lambda found: f"fivefold predict {quote(found[2])} NEW", sentence)
        if self.begun:
            sentence = _STUDY.sub(
                lambda found: f"fivefold {STUDIES[found[1]]} {self.begun}", sentence
            )
        for start, end in reversed(calls_in(sentence)):
            call = sentence[start:end]
            stage = _STAGE.match(call)
            settings = settings_of(call) if stage else {}
            if stage and call.endswith("()"):
                settings = {"": ""} if stage[1] in ALONE else {}
            if stage and settings:
                options = [self.settings.get((stage[1], name), "") for name in settings]
                pairs = zip(options, settings.values(), strict=True)
                words = [option and self._written(option, value) for option, value in pairs]
                if all(words):
                    between = " and " if "=," in call or "=)" in call else " "
                    said = f"{sentence[:start]}{between.join(words)}"
                    sentence = said + _OF_PLACE.sub("", sentence[end:], count=1)
        return self._by_option(sentence)

    def _by_option(self, text: str) -> str:
        """The text with options for `name=value`, but within a call, which is meant as it is."""
        calls, said, done = calls_in(text), list[str](), 0
        names = "|".join(map(re.escape, sorted(self.options, key=len, reverse=True)))
        for found in re.finditer(rf"(?<![\w.-])({names})=" if names else r"(?!)", text):
            inside = any(start < found.start() < end for start, end in calls)
            if inside or found.start() < done:
                continue
            value = value_at(text, found.end())
            option = self._written(self.options[found[1]], value)
            if option:
                said += [text[done : found.start()], option]
                done = found.end() + len(value)
        return _TO_STAGE.sub(r"\1", "".join([*said, text[done:]])) if said else text

    def _written(self, option: str, value: str) -> str:
        """A setting as the shell has it; empty if it has no such thing."""
        return written(option, value, self.forms.get(option, Form()))

    def _meant(self, told: str) -> list[str]:
        """The options whose value an error tells of."""
        return [
            f"That is {option} {text}."
            for option, texts in self.given.items()
            for text in texts
            if any(_is_in(part, told) for part in (text, *_pair(text)) if part)
        ]


def _pair(text: str) -> tuple[str, str]:
    """A name, as an error has it, and the value of `NAME=VALUE`."""
    name, sign, value = text.partition("=")
    return (f"`{name}`", value) if sign and name else ("", "")


def _is_in(part: str, told: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", told) is not None


def _for_the_shell(told: str) -> str:
    """What may be said of a setting, without what Python alone can say."""
    told = _RUN.sub(lambda found: f"run --{found[1].replace('_', '-')}", told)
    told = told.replace("a bundle that Deploy wrote", "a bundle that `fivefold run` wrote")
    told = re.sub(r"(?: or|,) (?:callable|an instance of \w+|a subclass of \w+)(?=,| or)", "", told)
    return told.replace("a valid dictionary", "NAME=VALUE").replace("a valid tuple", "a list A,B")


def _set_in(text: str) -> str:
    """As a list of faults has it."""
    return text.replace("\n", "\n     ")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple | list) else []
