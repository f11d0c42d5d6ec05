"""What a bundle tells of the run that it came from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fivefold.artifacts import Collected, Evaluated
from fivefold.core.estimate import Estimate
from fivefold.core.execution import Execution
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.core.wording import named_after
from fivefold.errors import FivefoldError
from fivefold.looks import digest_of_test_rows
from fivefold.pipeline import built_in_stages
from fivefold.result import Result
from fivefold.serve.bundle import open_bundle
from fivefold.serve.predictor import load

MADE_WITH = ("python", "numpy", "torch")


@dataclass(frozen=True, eq=False)
class BundledRun:
    """The run that a bundle came from, as far as the bundle tells of it.

    Args:
        path: of the bundle.
        manifest: what it says of where the model comes from.
        recipe: its pipeline as JSON text.
    """

    path: Path
    manifest: Mapping[str, Any]
    recipe: str

    @classmethod
    def of(cls, path: Path) -> "BundledRun":
        """The run that the bundle there came from.

        Raises:
            BundleError: if it is damaged.
        """
        bundle = open_bundle(path)
        return cls(path, bundle.manifest, bundle.text("recipe.json"))

    @property
    def origin(self) -> Mapping[str, Any]:
        """Digests of data, test rows and answers, and the scores."""
        found: Mapping[str, Any] = self.manifest.get("origin", {})
        return found

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What decided the bits of the run, as far as that is known."""
        entries = json.loads(self.recipe).get("stages", [])
        bitless = {cls.__name__: cls.bitless for cls in built_in_stages()}
        made_with = self.manifest.get("made_with", {})
        return {
            "stages": ", ".join(entry["stage"] for entry in entries),
            "settings": {
                f"{name}.{setting}": value
                for name, entry in zip(self.stages, entries, strict=True)
                for setting, value in entry.get("with", {}).items()
                if setting not in bitless.get(entry["stage"], ())
            },
            "fivefold": self.manifest.get("fivefold"),
            **{name: made_with[name] for name in MADE_WITH if name in made_with},
        }

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of its stages, in order."""
        names = list[str]()
        for entry in json.loads(self.recipe).get("stages", []):
            name = named_after(entry["stage"].rpartition(":")[2])
            same = sum(each.partition("-")[0] == name for each in names)
            names.append(f"{name}-{same + 1}" if same else name)
        return tuple(names)

    @property
    def metrics(self) -> dict[str, Estimate]:
        """Its scores on its test rows; none of a bundle that was not evaluated, or is older."""
        nothing, found = float("nan"), dict[str, Estimate]()
        for name, told in self.origin.get("scores", {}).items():
            ends: dict[str, Any] = {k: nothing if v is None else v for k, v in told.items()}
            found[name] = Estimate(ends.pop("value"), **ends)
        return found

    def beside(self, result: Result) -> Result | None:
        """A result with what the bundle answers in place of its own answers.

        None where the bundle was judged by other test rows, which it may have learnt from.
        """
        from fivefold.deploy.predecessor import answers_of

        evaluated, collected = result.get(Evaluated), result.get(Collected)
        if evaluated is None or collected is None:
            return None
        if digest_of_test_rows(collected, evaluated.index) != self.origin.get("test_rows"):
            return None
        try:
            scores, kept = answers_of(load(self.path), collected, evaluated.index)
        except FivefoldError:
            return None
        if not kept.all():
            return None
        context = result.context.extended(Key(Evaluated), evaluated.replace(scores=scores))
        return Result(Execution(Session(), context))
