"""`fivefold runs`: the runs and studies below a folder."""

import argparse
import json
from typing import Any

from fivefold.commands.command import Command
from fivefold.report.outlet import say, terminal_width


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: here")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.core.estimate import Estimate
    from fivefold.records.listing import runs, shown

    found = runs(chosen.folder)
    if not chosen.json:
        say(shown(found, terminal_width()))
        return
    for values in found.itertuples(index=False):  # to_dict would make plain floats of estimates
        line: dict[str, Any] = dict(zip(found.columns, values, strict=True))
        score = line["score"]
        if score is not None:
            line["score"] = float(score)
        if isinstance(score, Estimate):
            line |= {"low": score.low, "high": score.high}
        say(json.dumps(line))


RUNS = Command("runs", "list the runs and studies below a folder", _add, _act)
