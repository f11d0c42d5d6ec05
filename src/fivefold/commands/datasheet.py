"""`fivefold datasheet`: what is known of data, in a file that people fill in."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.commands.arguments import add_source, pipeline_of
from fivefold.commands.command import Command, Told, add_own
from fivefold.commands.meant import listed
from fivefold.commands.parser import Parser
from fivefold.errors import ConfigError, PreflightError
from fivefold.report.outlet import check_place

if TYPE_CHECKING:
    from fivefold.artifacts import Collected

WHO = "fivefold datasheet"
SOURCE = "data, a recipe, a folder that --save wrote, or a bundle, whose own is told"
TO = "write the datasheet there, to be filled in; answers that stand there already are kept"
SAVE = "keep the rows as they were collected in that folder, to compare a later version with"
CROISSANT = "describe the data there as Croissant does, FILE.json; the rows go to FILE.parquet"
SINCE = "an earlier version that --save wrote: say what changed"
KEY = "beside --since: columns that name a row: A,B"


def _add(parser: Parser) -> None:
    add_source(parser, words=SOURCE, stages=("Collect",))
    parser.add_argument("--to", metavar="FILE", help=TO)
    parser.add_argument("--answers", metavar="FILE", help="take answers from there")
    parser.add_argument("--save", metavar="FOLDER", help=SAVE)
    parser.add_argument("--croissant", metavar="FILE", help=CROISSANT)
    parser.add_argument("--since", metavar="FOLDER", help=SINCE)
    parser.add_argument("--key", action="append", default=[], metavar="COLUMNS", help=KEY)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.records.saved import is_bundle
    from fivefold.sheet.testimony import answers_of

    if is_bundle(Path(chosen.source)):
        from fivefold.serve.predictor import load

        kept = load(chosen.source).datasheet
        return Told(kept, {"datasheet": kept})
    _check(chosen)
    to = None if chosen.to is None else Path(chosen.to)
    answers = answers_of(chosen.answers, "--answers")
    if to is not None and to.exists():
        answers = {**answers_of(to, "--to"), **answers}
    data = _collected(chosen)
    sheet = data.datasheet(answers)
    facts = {name: list(told) for name, told in sheet.facts.items()}
    value: dict[str, Any] = {"facts": facts, "answers": dict(sheet.answers)}
    value |= {"lacking": sheet.lacking(), "version": data.version}
    lines = list[str]()
    if to is not None:
        sheet.write(to)
        lines.append(f"{to}: {sheet.told()}.")
    if chosen.save is not None:
        data.save(chosen.save)
        lines.append(f"{chosen.save}: version {data.version[:12]}.")
    if chosen.croissant is not None:
        open_ones = data.to_croissant(chosen.croissant, answers=answers)
        lacks = f"; Croissant requires answers to {', '.join(open_ones)} too" if open_ones else ""
        rows = Path(chosen.croissant).with_suffix(".parquet")
        lines.append(f"{chosen.croissant}: rows in {rows}{lacks}.")
    if chosen.since is not None:
        changes = data.changes_since(_saved(chosen.since), key=listed(chosen.key))
        lines.append(str(changes))
        value["changes"] = {
            name: len(told) if hasattr(told, "dtype") else told
            for name, told in vars(changes).items()
        }
    return Told("\n".join(lines) if lines else str(sheet), value)


def _check(chosen: argparse.Namespace) -> None:
    """Refuse places where nothing can be written, and what is not there, before the work."""
    for option, place in (("--to", chosen.to), ("--croissant", chosen.croissant)):
        if place is not None:
            check_place(option, Path(place))
    if chosen.croissant is not None and Path(chosen.croissant).suffix == ".parquet":
        raise ConfigError.expected(
            "--croissant", "a name that ends in .json", chosen.croissant, "Name such a file."
        )
    save = None if chosen.save is None else Path(chosen.save)
    if save is not None and (save.is_file() or not save.parent.is_dir()):
        found = "a file" if save.is_file() else f"no folder {save.parent}"
        raise PreflightError.expected("--save", f"a folder, {save}", found, "Name another one.")
    if chosen.since is not None and not _is_saved(chosen.since):
        remedy = f"Write one: {WHO} DATA --save {chosen.since}"
        raise PreflightError.expected("--since", f"a version in {chosen.since}", "none", remedy)
    if chosen.key and chosen.since is None:
        raise ConfigError.expected(
            "--key", "--since FOLDER beside it", "none", "Name an older one."
        )


def _collected(chosen: argparse.Namespace) -> "Collected":
    """What was saved in a folder, else what the first stages of a pipeline collect."""
    if _is_saved(chosen.source):
        return _saved(chosen.source)
    from fivefold.artifacts import Collected
    from fivefold.commands.spoken import Spoken
    from fivefold.observers.console import Console

    pipeline = pipeline_of(chosen).check()
    until = pipeline.writers_of(Collected)[-1]
    said = Spoken.of(chosen.parser, chosen).sentence
    result = pipeline.run(until=until, progress=False, observers=[Console(said=said)])
    return result[Collected]


def _is_saved(folder: str) -> bool:
    from fivefold.core.store import MANIFEST

    return (Path(folder) / MANIFEST).is_file()


def _saved(folder: str) -> "Collected":
    from fivefold.artifacts import Collected

    return Collected.load(folder)


DATASHEET = Command(
    "datasheet",
    "tell what is known of data, and ask for the rest",
    _add,
    _act,
    (
        "datasheet adult.csv --target income --to datasheet.md",
        "datasheet adult.csv --target income --save adult-1",
        "datasheet adult.csv --target income --since adult-1",
    ),
)
