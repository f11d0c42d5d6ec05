"""Write docs/stages.md from the docstrings, and the functions into docs/derive.md from their table.

Run: `python docs/make_stages.py`.
"""

import inspect
from pathlib import Path

import fivefold as ff
from fivefold.commands.flags import STAGES, Flag, flags_of
from fivefold.core.docstring import meanings
from fivefold.core.stage import Stage
from fivefold.travel.aggregates import AGGREGATES, COUNTS
from fivefold.travel.compute import LOOKUPS
from fivefold.travel.functions import FUNCTIONS

PAGE = Path(__file__).with_name("stages.md")
DERIVE = Path(__file__).with_name("derive.md")
OTHERWISE = {
    ("Collect", "parameters"): "<code>--parameters NAME=VALUE</code>",
    ("Collect", "join"): "<code>--join NAME=SOURCE:KEY[@TIME]</code>",
}
"""Flags that are no field by themselves."""
BEGIN, END = "<!-- functions -->", "<!-- end of functions -->"
HEAD = """# The five stages

<!-- Written by docs/make_stages.py from the docstrings; change it there. -->

Every setting but the source and the path has a default that suits most data. Settings are strict: a
wrong name, type or value is refused when the stage is built, with all faults at once.
`stage.replace(...)` gives a changed copy. In [the shell](shell.md) a setting is a flag.
"""


def stages() -> tuple[type[Stage], ...]:
    """The stages in the order in which they run."""
    return (
        ff.Collect,
        ff.Scrape,
        ff.Fetch,
        ff.Label,
        ff.Split,
        ff.Clean,
        ff.Derive,
        ff.Preprocess,
        ff.Train,
        ff.Evaluate,
        ff.Deploy,
    )


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *map(section, stages())])


def section(stage: type[Stage]) -> str:
    """What a stage does, reads and writes, and its settings."""
    text = inspect.cleandoc(stage.__doc__ or "")
    said = text.split("\nArgs:\n")[0].strip()
    reads = [
        f"{linked(read.key)}{' where there is one' if read.optional else ''}"
        for read in stage.wiring.reads
        if str(read.key) != "Session"
    ]
    lines = [f"## {stage.__name__}", "", said.replace("<", "&lt;"), ""]
    lines += [f"As `help` tells it: {linked(stage.__name__)}.", ""]
    lines += [f"Reads {', '.join(reads) or 'nothing'}; writes {linked(stage.wiring.writes)}.", ""]
    flags = {flag.setting: flag for flag in flags_of(stage)} if stage.__name__ in STAGES else {}
    lines += ["| setting | flag | default | meaning |", "|---|---|---|---|"]
    said_of = meanings(text)
    for name, field in stage.model_fields.items():
        required = field.is_required()
        default = "" if required else f"`{field.get_default(call_default_factory=True)!r}`"
        flag = called(flags[name]) if name in flags else OTHERWISE.get((stage.__name__, name), "")
        lines.append(f"| `{name}` | {flag} | {default} | {said_of[name].replace('|', '&#124;')} |")
    return "\n".join([*lines, ""])


def linked(key: object) -> str:
    """The name of an artifact, as a link to what it holds."""
    there = (PAGE.parent / "reference" / f"{key}.md").exists()
    return f"[`{key}`](reference/{key}.md)" if there else f"`{key}`"


def called(flag: Flag) -> str:
    """How the shell calls a setting, a switch by what it is not already."""
    if flag.form.switch and flag.default:
        return f"<code>--no-{flag.option.removeprefix('--')}</code>"
    text = f"{flag.option} {flag.form.metavar}".strip().replace("|", "&#124;")
    return f"<code>{text}</code>"


def with_functions(text: str) -> str:
    """The page on derived columns with the table of functions as they are."""
    ways = [way for ways in FUNCTIONS.values() for way in ways]
    rows = [(way.signature, way.says) for way in ways if way.name.isidentifier()]
    rows += LOOKUPS.items()
    rows += [
        (f"{name}(x: number, by: any) -> number", said) for name, (said, _) in AGGREGATES.items()
    ]
    rows += [(f"{name}(by: any) -> number", said) for name, said in COUNTS.items()]
    table = [f"| `{signature}` | {said} |" for signature, said in rows]
    lines = [BEGIN, "", "| function | gives |", "|---|---|", *table, "", END]
    before, _, after = text.partition(BEGIN)
    return before + "\n".join(lines) + after.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    DERIVE.write_text(with_functions(DERIVE.read_text("utf-8")), encoding="utf-8")
