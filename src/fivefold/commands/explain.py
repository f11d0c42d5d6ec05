"""`fivefold explain`: what a finding, an error or a status means; why a model answers so."""

import argparse
from typing import Any

from fivefold import errors
from fivefold.commands.command import Command, Told, add_own, add_threads
from fivefold.commands.exits import EXITS
from fivefold.commands.parser import Parser
from fivefold.commands.querying import source_asked
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError, FivefoldError

CODE = "of a finding (baseline_wins), an error (DataError) or a status; all of them if left out"
_FILE = "rows to explain the answers for; CODE is then a model, as --to of run wrote it"
_OF = "a class, or a target of several; default: what is answered"
_FIRST = "rows of the file, the first ones (default 1)"
WHO = "fivefold explain"


def _add(parser: Parser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help=CODE)
    parser.add_argument("file", nargs="?", metavar="FILE", help=_FILE)
    parser.add_argument("--of", metavar="LABEL", help=_OF)
    parser.add_argument("--first", type=int, default=1, metavar="N", help=_FIRST)
    add_threads(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    if chosen.file is not None:
        return _answers(chosen)
    known = explanations()
    if chosen.code is None:
        width = max(map(len, known))
        lines = [f"{code:<{width}}  {entry['meaning']}" for code, entry in known.items()]
        return Told("\n".join(lines), list(known.values()))
    entry = known.get(chosen.code)
    if entry is None:
        near = nearest(chosen.code, list(known))
        remedy = f"Write {WHO} {near}." if near else f"{WHO} alone lists all codes."
        wanted = "the code of a finding or an error"
        raise ConfigError.expected(WHO, wanted, repr(chosen.code), remedy)
    advice = in_flags(entry["advice"])
    head = f"{entry['code']}: {entry['kind']}"
    lines = [head, "", f"{entry['meaning'][:1].upper()}{entry['meaning'][1:]}."]
    lines += ["", f"What to do: {advice}"] if advice else []
    return Told("\n".join([*lines, "", f"More: {entry['page']}"]), {**entry, "advice": advice})


def _answers(chosen: argparse.Namespace) -> Told:
    """Why a model answers the first rows of a file as it does."""
    from fivefold.serve.predictor import load

    if chosen.first < 1:
        remedy = "Leave it out for the first row alone."
        raise ConfigError.expected(f"{WHO} --first", "at least 1", str(chosen.first), remedy)
    rows = source_asked(chosen.file, None, ())
    told = load(chosen.code, threads=chosen.threads).explain(rows, of=chosen.of, rows=chosen.first)
    return Told("\n\n".join(map(str, told)), [one.to_json() for one in told])


def explanations() -> dict[str, dict[str, Any]]:
    """What is known of each code: its kind, meaning, advice in Python's words, page."""
    from fivefold.core.advice import ADVICE
    from fivefold.core.finding import FINDINGS

    found: dict[str, dict[str, Any]] = {}
    for code, entry in FINDINGS.items():
        kind = f"a finding of {entry.stage}, {' or '.join(entry.severities)}"
        found[code] = _entry(code, kind, entry.told, ADVICE.get(code, ""), "findings")
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, FivefoldError):
            status = 3 if issubclass(value, errors.GateError) else 2
            meaning = (value.__doc__ or "").splitlines()[0].removesuffix(".")
            advice = "The last line of its message says what to do; --traceback, where it arose."
            found[name] = _entry(name, f"an error, exit status {status}", meaning, advice, "errors")
    for status, words in EXITS.items():
        found[str(status)] = _entry(str(status), "an exit status", words, "", "shell")
    return found


def _entry(code: str, kind: str, meaning: str, advice: str, page: str) -> dict[str, Any]:
    names = ("code", "kind", "meaning", "advice", "page")
    return dict(zip(names, (code, kind, meaning, advice, f"docs/{page}.md"), strict=True))


def in_flags(advice: str) -> str:
    """Advice in Python's words, with the flags of `fivefold run` in their place."""
    if "(" not in advice:
        return advice
    from fivefold.commands.run import RUN
    from fivefold.commands.spoken import Spoken

    parser = RUN.parser()
    return Spoken.of(parser, parser.parse_args(["data"])).sentence(advice)


EXPLAIN = Command(
    "explain",
    "tell what a finding, an error or a status means, or why a model answers so",
    _add,
    _act,
    ("explain baseline_wins", "explain DataError", "explain income.ff new.csv --first 3"),
)
