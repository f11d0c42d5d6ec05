"""The parser of one command: a short help and a whole one, and the flag that was meant."""

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, NoReturn

from fivefold.core.wording import nearest

if TYPE_CHECKING:
    from fivefold.commands.flags import Flag

COMMON = (
    *("target", "task", "kinds", "drop", "missing", "group", "time", "test"),
    *("model", "quality", "epochs", "folds", "path"),
    *("derive_formulas", "pretrained_source"),
)
"""Settings that a short help tells of."""


_WRONG = (
    (r"argument ([^:]+): invalid int value: (.*)", r"expected a whole number as \1, found \2."),
    (r"argument ([^:]+): invalid float value: (.*)", r"expected a number as \1, found \2."),
    (r"argument ([^:]+): invalid \w+ value: (.*)", r"expected another \1, found \2."),
    (r"argument ([^:]+): (expected .*, found .*)", r"\1: \2"),
    (r"argument ([^:]+): expected one argument", r"expected a value of \1, found none."),
    (r"argument ([^:]+): invalid choice: (.*) \(choose from (.*)\)", r"expected \1 \3, found \2."),
)
"""What argparse says, and how it is said here."""


class Parser(argparse.ArgumentParser):
    """A parser that knows which of its flags are settings of stages.

    `-h` tells what a command is asked for most, `--help` all of it. What is wrong is told below the
    usage of the command itself, with the flag that was meant.
    """

    def __init__(self, **options: Any) -> None:
        shape = argparse.RawDescriptionHelpFormatter
        super().__init__(
            **{
                "add_help": False,
                "allow_abbrev": False,
                "formatter_class": lambda prog: shape(
                    prog, max_help_position=28, width=min(100, get_terminal_size().columns - 2)
                ),
                **options,
            }
        )
        self.table: dict[str, Flag] = {}
        """Flags that are settings of stages, by their name in what was chosen."""
        self.unsayable: dict[str, str] = {}
        """Stages by settings that no text can mean."""
        self.example = ""
        """How the command may be called."""
        self._asked = list[str]()
        self._whole = list[argparse._ArgumentGroup]()
        self.add_argument("-h", action=_Help, nargs=0, help="what is asked for most, then leave")
        self.add_argument("--help", action=_Help, nargs=0, help="every flag, then leave")

    def add_settings(
        self, flags: Iterable["Flag"], titles: "dict[str, str]", *, short: bool = True
    ) -> None:
        """Take flags of stages, a group a stage.

        Args:
            flags: in order.
            titles: what they are about, by stage.
            short: whether those that are asked for most come first, and the others in the whole
                help only.
        """
        few = self.add_argument_group("asked for most") if short else None
        if few:
            self._action_groups.remove(few)
            self._action_groups.insert(1, few)  # before what the command has of its own
        groups = dict[str, Any]()
        for flag in flags:
            if flag.stage not in groups:
                title = f"{titles[flag.stage]}: settings of {flag.stage}"
                groups[flag.stage] = self.add_argument_group(title)
            flag.add(few if few and flag.dest in COMMON else groups[flag.stage])
            self.table[flag.dest] = flag
        self._whole += groups.values() if short else ()

    def tell_defaults(self) -> None:
        """Say in the help of every flag what holds where it is not given."""
        for action in self._actions:
            default = action.default
            told = isinstance(default, str | int | float) and not isinstance(default, bool)
            if told and action.help is not None and action.help != argparse.SUPPRESS:
                action.help += f" (default: {default})"

    def short_help(self) -> str:
        """The help without the settings that are seldom asked for."""
        count = sum(len(group._group_actions) for group in self._whole)
        if not count:
            return self.format_help()
        groups = self._action_groups
        self._action_groups = [group for group in groups if group not in self._whole]
        try:
            told = self.format_help()
        finally:
            self._action_groups = groups
        return f"{told}\n{self.prog} --help tells {count} more flags, the settings of the stages.\n"

    def format_usage(self) -> str:
        """One line, however many flags there are."""
        told = [
            f"[{_word(action)}]" if action.nargs in ("?", "*") else _word(action)
            for action in self._actions
            if not action.option_strings
        ]
        return f"usage: {' '.join([self.prog, *told, '[flags]'])}\n"

    def format_help(self) -> str:
        """The usage, what the command is for, examples, flags."""
        self.usage = self.format_usage().removeprefix("usage: ").strip().replace("%", "%%")
        return super().format_help()

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What was chosen; leaves where a word is not known."""
        self._asked = [*args] if args is not None else []
        chosen, strange = self.parse_known_args(args, namespace)
        if strange:
            self.error(self._unknown(strange))
        return chosen

    def error(self, message: str) -> NoReturn:
        """Leave with what is wrong below the usage of this command, or with that as JSON."""
        message, remedy = self._said(message), f"{self.prog} --help tells more."
        told = f"{self.format_usage()}{self.prog}: {message}\n{remedy}\n"
        if "--json" in self._asked:
            fault = {"error": "UsageError", "message": message, "remedy": remedy, "exit": 2}
            told = f"{json.dumps(fault, ensure_ascii=False)}\n"
        self.exit(2, told)

    def _said(self, message: str) -> str:
        """What argparse says in the words of the usage, with an example where something lacks."""
        lacking = message.removeprefix("the following arguments are required: ")
        if lacking != message:
            words = {action.dest: _word(action) for action in self._actions}
            named = " and ".join(words.get(name, name) for name in lacking.split(", "))
            return f"expected {named}, found none; for instance: {self.example}"
        for told, ours in _WRONG:
            message = re.sub(told, ours, message)
        return message

    def _unknown(self, strange: Sequence[str]) -> str:
        flags = [word.partition("=")[0] for word in strange if word.startswith("-")]
        known = [o for a in self._actions for o in a.option_strings if a.help != argparse.SUPPRESS]
        if not flags:
            pairs = [word for word in strange if f"--{word.partition('=')[0]}" in known]
            meant = f"; did you mean --{' --'.join(pairs)}?" if pairs else "."
            return f"expected no more words, found {' '.join(map(repr, strange))}{meant}"
        return " ".join(self._near(flag, known) for flag in flags)

    def _near(self, flag: str, known: Sequence[str]) -> str:
        setting = flag.lstrip("-").replace("-", "_")
        if setting in self.unsayable:
            return f"{flag} is for Python alone: {self.unsayable[setting]}({setting}=) is no text."
        near = nearest(flag, known)
        if len(flag) == 2:  # one letter: the flag asked for most that begins with it
            most = (*(f"--{name}" for name in COMMON), *known)
            near = next((o for o in most if o in known and o.startswith(f"-{flag}")), near)
        return f"no flag {flag}; did you mean {near}?" if near else f"no flag {flag}."


class _Help(argparse.Action):
    def __call__(self, parser: Any, chosen: Any, values: Any, option: str | None = None) -> None:
        print(parser.short_help() if option == "-h" else parser.format_help(), end="")
        parser.exit()


def _word(action: argparse.Action) -> str:
    return str(action.metavar or action.dest.upper())
