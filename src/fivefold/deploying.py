"""Options of the shell that say what becomes of a model."""

import argparse
import csv
from typing import TYPE_CHECKING, Any

from fivefold.errors import ConfigError

if TYPE_CHECKING:
    from fivefold.deploy.deploy import Deploy

TO = "write the model there, ready to be served"
BETTER = (
    "write only if the model is not worse than that one on the same test rows; else exit with 3"
)
DATASHEET = "what people say of the data, a file from `fivefold datasheet`: it goes into the bundle"
REQUIRED = "questions of the datasheet that must be answered: A,B; or all"


def add_deploy(parser: argparse.ArgumentParser) -> None:
    """Give a command these options."""
    parser.add_argument("--to", metavar="BUNDLE", help=TO)
    parser.add_argument("--better-than", metavar="BUNDLE", help=BETTER)
    parser.add_argument("--datasheet", metavar="FILE", help=DATASHEET)
    parser.add_argument(
        "--required", action="append", default=[], metavar="QUESTIONS", help=REQUIRED
    )


def deploy_of(chosen: argparse.Namespace) -> "list[Deploy]":
    """The stage that writes a bundle, if one is wanted.

    Raises:
        ConfigError: if something is asked of it and there is no place for it.
    """
    import fivefold as ff

    given = {name: getattr(chosen, name, None) for name in ("better_than", "datasheet", "required")}
    asked: dict[str, Any] = {name: value for name, value in given.items() if value}
    if asked and not chosen.to:
        name, value = next(iter(asked.items()))
        option = f"--{name.replace('_', '-')}"
        to = value if name == "better_than" else "model.ff"
        said = ",".join(value) if isinstance(value, list) else value
        remedy = f"Write --to {to} {option} {said}."
        raise ConfigError.expected(option, "--to BUNDLE beside it", "none", remedy)
    if asked.get("required"):
        names = [name for row in csv.reader(asked["required"]) for name in row]
        asked["required"] = "all" if names == ["all"] else tuple(names)
    return [ff.Deploy(chosen.to, **asked)] if chosen.to else []
