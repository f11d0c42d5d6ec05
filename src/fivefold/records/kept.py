"""A study as it lies in its folder."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fivefold.artifacts import Collected
from fivefold.core.circumstances import Circumstances
from fivefold.core.estimate import Estimate
from fivefold.core.record import RECORD
from fivefold.core.store import load_fields
from fivefold.core.wording import plural
from fivefold.errors import ConfigError, FivefoldError, ResumeError, StoreError
from fivefold.records.saved import SavedRun, state_of
from fivefold.study.place import FORMAT, STUDY, UNITS
from fivefold.study.tried import read_trials
from fivefold.study.unit import OUTCOME, Outcome


@dataclass(frozen=True, eq=False)
class KeptStudy:
    """What a folder tells of the study in it.

    Args:
        folder: of the study.
        identity: what it was asked for; `study` is its name.
        found: what it found; empty while it works, or if it was ended.
        circumstances: when and where it was begun, or gone on with; None where none are noted.
    """

    folder: Path
    identity: Mapping[str, Any]
    found: Mapping[str, Any]
    circumstances: Circumstances | None

    @classmethod
    def of(cls, folder: Path, who: str) -> "KeptStudy":
        """The study in a folder.

        Raises:
            ResumeError: if there is none that can be read.
        """
        try:
            content = json.loads((folder / STUDY).read_text("utf-8"))
            if content["format"] != FORMAT:
                raise KeyError(FORMAT)
            identity, found = dict(content["identity"]), dict(content.get("found", {}))
        except (OSError, ValueError, KeyError, TypeError):
            remedy = "Begin the study again, with resume=False."
            wanted = f"the record of a study in {folder / STUDY}"
            raise ResumeError.expected(who, wanted, "another one", remedy) from None
        return cls(folder, identity, found, Circumstances.read(folder))

    @property
    def state(self) -> str:
        """As of `state_of`."""
        return state_of(self.folder, self.circumstances)

    @property
    def done(self) -> str:
        """How much is done, in words: what was found, or else trials or refits so far."""
        if self.found:
            return str(self.found["done"])
        with suppress(ConfigError):
            return plural(len(read_trials(self.folder)[1]), "trial")
        return plural(len(self._outcomes), "refit")

    @property
    def score(self) -> float | None:
        """The best one, with its interval where it has one; None before the end."""
        if not self.found:
            return None
        told = dict(self.found["score"])
        value = float(told.pop("value"))
        return Estimate(value, **told) if told else value

    @property
    def source(self) -> str | None:
        """Where its rows came from."""
        for record in sorted(self.folder.glob(f"*/{RECORD}")):
            with suppress(FivefoldError):
                run = SavedRun.of(record.parent, "runs")
                if found := run.field(Collected, "provenance"):
                    return str(found["source"])
        return None

    @property
    def seconds(self) -> float:
        """What its refits took, all together."""
        total = 0.0
        for folder in self._outcomes:
            with suppress(StoreError):
                total += sum(load_fields(Outcome.__name__, folder, {"seconds"})["seconds"].values())
        return total

    @cached_property
    def _outcomes(self) -> list[Path]:
        return [path for path in self.folder.glob(f"{UNITS}/*/{OUTCOME}") if path.is_dir()]
