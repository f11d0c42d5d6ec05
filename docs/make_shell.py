"""Write docs/shell.md from the parsers of the commands: `python docs/make_shell.py`."""

import argparse
from pathlib import Path

from fivefold import cli
from fivefold.commands.command import Command
from fivefold.commands.exits import EXITS

PAGE = Path(__file__).with_name("shell.md")
BEGIN = "<!-- from here on written by docs/make_shell.py -->"


def page() -> str:
    """The whole page as Markdown: what is written by hand, and what the parsers tell."""
    before, _, _ = PAGE.read_text("utf-8").partition(BEGIN)
    exits = [f"| {status} | {words} |" for status, words in EXITS.items()]
    lines = [BEGIN, "", "| exit status | means |", "|---|---|", *exits]
    for command in cli.COMMANDS:
        lines += section(command)
    return before + "\n".join([*lines, ""])


def section(command: Command) -> list[str]:
    """What a command does, how it is called, and the flags that are its own."""
    parser = command.parser()
    usage = parser.format_usage().removeprefix("usage: ").strip()
    examples = [f"fivefold {example}" for example in command.examples]
    words = f"{command.words[0].upper()}{command.words[1:]}: `{usage}`"
    lines = ["", f"## {command.name}", "", words, "", "```console", *examples, "```"]
    told = [
        action
        for action in parser._actions
        if action.dest not in parser.table
        and action.help not in (None, argparse.SUPPRESS)
        and not {"-h", "--help", "--json", "--traceback"} & {*action.option_strings}
    ]
    if told:
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| <code>{called(action)}</code> | {escaped(action.help)} |" for action in told]
    if parser.table:
        stages = dict.fromkeys(flag.stage for flag in parser.table.values())
        lines += ["", f"And the settings of {', '.join(stages)}: [the stages](stages.md)."]
    return lines


def called(action: argparse.Action) -> str:
    """A flag with what stands for its value."""
    name = ", ".join(action.option_strings)
    value = "" if action.nargs == 0 else action.metavar or action.dest.upper()
    return escaped(f"{name} {value}".strip())


def escaped(text: str | None) -> str:
    """Words of a help as a cell of a table."""
    plain = (text or "").replace("%%", "%").replace("&", "&amp;").replace("<", "&lt;")
    return plain.replace("|", "&#124;").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
