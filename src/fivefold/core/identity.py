"""What decides the bits of a run or of one step, as far as that is known before the work."""

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from fivefold.core.content import UNSEEN, content_of
from fivefold.core.context import UNKNOWN
from fivefold.core.cores import cores
from fivefold.core.own_code import around, own_code, own_objects
from fivefold.core.recipe import write_recipe
from fivefold.core.session import Session
from fivefold.core.values import notes, write_value
from fivefold.core.wiring import Step
from fivefold.core.wording import first_line
from fivefold.errors import FivefoldError
from fivefold.version import __version__

LIBRARIES = ("torch", "numpy", "pandas", "scikit-learn", "scipy", "pyarrow", "pillow")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_CPUINFO = Path("/proc/cpuinfo")
_CARDS = Path("/proc/driver/nvidia/gpus")
_FEW = 16  # parts of a setting that are compared one by one
_VECTORS = re.compile(r"\b(?:avx|amx|fma|sve|asimd|bf16|i8mm)\w*")


def identify(
    steps: Sequence[Step],
    session: Session,
    reads: Mapping[str, str] | None = None,
    *,
    handed: Mapping[str, str] | None = None,
    sources: bool = True,
    artifact: type | None = None,
) -> dict[str, Any]:
    """What must be equal for the same bits, as plain values; groups are compared one by one.

    Args:
        steps: all of a run, or the one whose identity this is.
        session: of the run, or of the step.
        reads: digests of what the step reads, or of what decides it, by name. None for a run: it
            does again what has side effects, so the settings and the code of these may differ, and
            what its settings hold besides plain values is known by name alone.
        handed: digests of the user's code that steps before handed over.
        sources: whether what the step reads besides artifacts counts too.
        artifact: the class of what is derived, where that is no step's.
    """
    recipe = json.loads(write_recipe([step.stage for step in steps], strict=False))
    compared = [s for s in steps if reads is not None or not type(s.stage).side_effects]
    objects = [each for step in compared for each in own_objects(step.stage.settings())]
    written = [] if reads is None else [step.signature.writes.type for step in steps]
    written += [artifact] if artifact is not None else []
    own = {name: text for name, text in own_code(written).items() if text}  # fields need none
    own |= own_code([*(step.stage for step in compared), *objects])
    own = dict(sorted({**(handed or {}), **own}.items()))
    arguments = {
        f"{each.setting_name}.{name}": value
        for each in objects
        for name, value in getattr(each, "called_with", {}).items()
    }
    return {
        "stages": ", ".join(entry["stage"] for entry in recipe["stages"]),
        **({} if artifact is None else {"artifact": artifact.__qualname__}),
        "settings": {
            f"{step.name}.{setting}": value
            for step, entry in zip(steps, recipe["stages"], strict=True)
            for setting, value in entry.get("with", {}).items()
            if step in compared and setting not in type(step.stage).bitless
        },
        "arguments": arguments,
        **({} if reads is None else {"contents": _contents(steps, objects, arguments)}),
        **({"sources": sources_of(steps)} if reads is not None and sources else {}),
        "seed": session.seed,
        "device": session.device,
        **({} if reads is None else {"reads": dict(reads)}),
        "python": platform.python_version(),
        "fivefold": __version__,
        **{name: version_of(name) for name in LIBRARIES},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        **({"graphics": cards} if session.device != "cpu" and (cards := graphics()) else {}),
        "threads": threads(),
        "own": own,
    }


def handed_by(step: Step) -> dict[str, str]:
    """Digests of the user's code that a step hands over to those after it, by its names.

    That is the code of kinds and tasks in its settings: what it writes knows them by name.
    """
    objects = [*own_objects(step.stage.settings())]
    found = own_code(objects)
    for each in objects:
        state = {} if hasattr(each, "called_with") else getattr(each, "__dict__", {})
        digest = content_of(state) if state else ""
        if isinstance(digest, dict) or digest:
            found[f"the state of {each.setting_name}"] = "" if isinstance(digest, dict) else digest
    return found


def _contents(
    steps: Sequence[Step], objects: Sequence[Any], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Digests of what stands in settings, and is noted in a recipe by its name alone."""
    found: dict[str, Any] = {}
    for step in steps:
        stage = type(step.stage)
        for name, value in step.stage.settings().items():
            where = f"{step.name}.{name}"
            if name in stage.bitless or stage.holds_rows(name):
                continue
            parts = value if _is_named(value) else {"": value}
            for part, inner in parts.items():
                written = write_value(inner, Any, where, strict=False)
                if any(notes(written)):
                    found[f"{where}.{part}" if part else where] = content_of(inner)
        held = around(stage)
        if held:
            found[f"what {stage.__qualname__} is defined in"] = content_of(held)
    for each in objects:
        called = [name for name in arguments if name.startswith(f"{each.setting_name}.")]
        state = {k: v for k, v in getattr(each, "__dict__", {}).items() if k != "called_with"}
        unsaid = any(any(notes(arguments[name])) for name in called)
        if state and (unsaid or not hasattr(each, "called_with")):
            found[each.setting_name] = content_of(state)
    return found


def _is_named(value: Any) -> bool:
    few = isinstance(value, Mapping) and 0 < len(value) <= _FEW
    return few and all(isinstance(name, str) for name in value)


def sources_of(steps: Sequence[Step]) -> dict[str, Any]:
    """Digests of what steps read besides artifacts: of files, and of rows in their settings."""
    found: dict[str, Any] = {}
    for step in steps:
        for name, value in step.stage.settings().items():
            where = f"{step.name}.{name}"
            rows = type(step.stage).holds_rows(name)
            if rows and any(notes(write_value(value, Any, where, strict=False))):
                found[where] = content_of(value)
        try:
            found |= {f"{step.name}.{name}": sha for name, sha in step.stage.sources().items()}
        except (OSError, FivefoldError) as error:  # the stage says it better
            found[step.name] = {UNSEEN: first_line(error)}
    return found


def unseen(identity: Mapping[str, Any]) -> str:
    """Why an identity does not hold all that decides the bits, in words; empty where it does."""
    for group in ("contents", "sources"):
        for name, digest in identity.get(group, {}).items():
            if isinstance(digest, dict):
                return f"{name} holds {digest[UNSEEN]}"
    for name, text in identity.get("own", {}).items():
        if not text:
            return f"the text of {name} is nowhere"
    for name, digest in identity.get("reads", {}).items():
        if str(digest).startswith(UNKNOWN):
            return f"what decides {name} is not known"
    return ""


def graphics() -> str:
    """The graphics processors that the system shows, and those that a run may use."""
    cards = []
    for path in sorted(_CARDS.glob("*/information")):
        with suppress(OSError):
            found = re.search(r"^Model:\s*(.*)$", path.read_text("utf-8", "replace"), re.MULTILINE)
            cards.append(found[1] if found else "unknown")
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return ", ".join([*cards, *([] if chosen is None or not cards else [f"of them {chosen}"])])


def processor() -> list[str]:
    """The maker of the processor and its vector instructions, by which kernels are chosen."""
    try:
        text = _CPUINFO.read_text("utf-8", errors="replace").split("\n\n")[0]
    except OSError:
        return [platform.processor()]
    maker = re.search(r"^(?:vendor_id|CPU implementer)\s*:\s*(.*)$", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", text, re.MULTILINE)
    return [maker[1] if maker else "", *sorted(set(_VECTORS.findall(flags[1] if flags else "")))]


def threads() -> str:
    """What libraries go by when nobody tells them how many threads to use."""
    told = [f"{name}={os.environ[name]}" for name in THREADS if os.environ.get(name)]
    return " ".join(told) or f"{cores()} cores"


def known_by_name(identity: Mapping[str, Any]) -> list[str]:
    """What of an identity is compared by its name alone: frames, modules, functions, lost code.

    Rows of plain values have a digest beside the name, by which they are compared; all else has one
    in the identity of a step.
    """
    values = {**identity["settings"], **identity["arguments"]}
    held = identity.get("contents", {})
    named = [
        name
        for name, value in values.items()
        if any("sha256" not in note for note in notes(value)) and not _is_held(name, held)
    ]
    return [*named, *(f"the code of {name}" for name, text in identity["own"].items() if not text)]


def _is_held(name: str, contents: Mapping[str, Any]) -> bool:
    """Whether there is a digest of what a setting holds, or of each of its parts."""
    found = [digest for at, digest in contents.items() if f"{at}.".startswith(f"{name}.")]
    return bool(found) and all(isinstance(digest, str) for digest in found)


@cache
def version_of(name: str) -> str | None:
    """The version of a package that is installed; None of one that is not."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
