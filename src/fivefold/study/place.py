"""The folder of a study: whose it is, and what of it is done."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from fivefold.core.difference import differences, refusal
from fivefold.core.estimate import Estimate
from fivefold.core.ledger import LOOKS
from fivefold.core.lock import LOCK, locked
from fivefold.core.recipe import write_recipe
from fivefold.core.record import EARLIER
from fivefold.core.stage import Stage
from fivefold.core.store import write_bytes
from fivefold.errors import ConfigError, PreflightError, ResumeError, StoreError
from fivefold.study.unit import OUTCOME, Outcome

STUDY = "study.json"
UNITS = "units"
FORMAT = "fivefold/study-1"


@contextmanager
def place_of(
    directory: Path | None, who: str, asked: Mapping[str, Any], *, resume: bool
) -> Iterator[None]:
    """Hold the folder of a study, which is begun there or gone on with.

    Args:
        directory: the folder; None where nothing is kept.
        who: the study, `cross_validate`.
        asked: what it was asked for, as plain values.
        resume: go on with what is there.

    Raises:
        ConfigError: if there is no folder to resume in.
        PreflightError: if another study works there, or the folder holds something else.
        ResumeError: if the study there was asked for something else.
    """
    if directory is None:
        if resume:
            remedy = "Pass directory= with the folder of the study, the same at every start."
            raise ConfigError.expected(who, "a directory to resume in", "none", remedy)
        yield
        return
    _check_is_ours(directory, who)
    with locked(directory):
        now = {"study": who, **asked}
        then = _read(directory, who) if resume else None
        if then is None:
            _set_aside(directory)
            content = {"format": FORMAT, "identity": now}
            write_bytes(directory / STUDY, json.dumps(content, indent=1).encode())
        else:
            fault = refusal(then, now, who, directory)
            if fault is not None:
                raise fault
        yield


def note_found(directory: Path, done: str, metric: str, score: float) -> None:
    """Note what a study found beside what it was asked for, for those who list studies."""
    content = json.loads((directory / STUDY).read_text("utf-8"))
    ends = vars(score) if isinstance(score, Estimate) else {}
    content["found"] = {"done": done, "metric": metric, "score": {"value": float(score), **ends}}
    write_bytes(directory / STUDY, json.dumps(content, indent=1).encode())


def place_of_data(directory: Path, stages: Sequence[Stage], taken: list[Path]) -> Path:
    """A folder for the rows that stages collect, the same whatever else is studied."""
    recipe = write_recipe(stages, strict=False).encode()
    folder = directory / f"data-{sha256(recipe).hexdigest()[:8]}"
    twins = sum(place == folder for place in taken)
    taken.append(folder)
    return folder.with_name(f"{folder.name}-{twins + 1}") if twins else folder


def whole_outcome(
    folder: Path, identity: Mapping[str, Any], who: str, chosen: Sequence[str] = ()
) -> Outcome | None:
    """What came of a unit at an earlier start; None where it is to be done.

    That is so too where it was ended by a clock, or failed and may not fail again; and where a
    search has chosen other settings since, as an earlier trial of it has come to another end.

    Args:
        folder: of the unit.
        identity: what decides its bits.
        who: the unit, for messages.
        chosen: as of the unit.

    Raises:
        ResumeError: if what decides its bits is not what it was; every difference is named.
    """
    try:
        found = Outcome.load(folder / OUTCOME)
    except StoreError:
        return None
    fault = refusal(found.identity, identity, who, folder)
    others = differences(found.identity, identity)
    if not found.lasts or (fault and (found.failed or all(_is_chosen(n, chosen) for n in others))):
        return None
    if fault is not None:
        raise fault
    return found


def _is_chosen(name: str, chosen: Sequence[str]) -> bool:
    """Whether a difference between two identities is one between what a search chose."""
    setting = name.removeprefix("content of ")
    stages = [at for at in chosen if "." not in at]  # whole ones, with all that is theirs
    within = any(setting == at or setting.startswith(f"{at}.") for at in chosen)
    return (
        within
        or (bool(chosen) and name == "bounds")
        or (bool(stages) and (name == "stages" or name.startswith("code of ")))
    )


def _read(directory: Path, who: str) -> dict[str, Any] | None:
    path = directory / STUDY
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] == FORMAT:
            return dict(content["identity"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    remedy = "Choose a new folder, or begin again with resume=False."
    raise ResumeError.expected(who, f"the record of a study in {path}", "another one", remedy)


def _check_is_ours(directory: Path, who: str) -> None:
    """Refuse a folder that holds anything but a study."""
    found = ""
    if directory.exists() and not directory.is_dir():
        found = "a file"
    elif directory.is_dir() and not (directory / STUDY).is_file():
        others = [path for path in directory.iterdir() if path.name not in (LOCK, LOOKS)]
        found = "one that holds something else" if others else ""
    if found:
        raise PreflightError.expected(
            who, f"a new folder or that of a study in {directory}", found, "Choose another folder."
        )


def _set_aside(directory: Path) -> None:
    """Make room for a study: an earlier one stays beside it until the next begins."""
    left = [path for path in directory.iterdir() if path.name not in (LOCK, EARLIER, LOOKS)]
    if not left:
        return
    place = directory / EARLIER
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for path in left:
        path.rename(place / path.name)
