"""What decides the bits of a run, as far as it can be known without doing the work."""

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from fivefold import __version__
from fivefold.core.brief import brief

LIBRARIES = ("torch", "numpy", "pandas", "scikit-learn", "scipy", "pyarrow", "pillow")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_CPUINFO = Path("/proc/cpuinfo")
_VECTORS = re.compile(r"\b(?:avx|amx|fma|sve|asimd|bf16|i8mm)\w*")


def identify(
    recipe: str, *, seed: int, device: str, own: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What must be equal for two runs to give the same bits; plain values, for JSON.

    Args:
        recipe: the pipeline as JSON text.
        seed: of the run.
        device: the wish of the caller; what it comes to is for the stage that uses it to check.
        own: digests of the files of kinds and tasks of the user's, by name.
    """
    return {
        "recipe": json.loads(recipe),
        "seed": seed,
        "device": device,
        "python": platform.python_version(),
        "fivefold": __version__,
        **{name: _version(name) for name in LIBRARIES},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "threads": threads(),
        **({"own": [f"{name} {digest}" for name, digest in sorted(own.items())]} if own else {}),
    }


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
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return " ".join(told) or f"{cores} cores"


def differences(
    then: Mapping[str, Any], now: Mapping[str, Any], names: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """What differs between two identities: by name, in words, what it was and what it is.

    Args:
        then: of the run that was begun.
        now: of the one that would go on with it.
        names: of the stages, in order.

    Example:
        >>> differences({"seed": 0, "device": "cpu"}, {"seed": 1, "device": "cpu"}, [])
        {'seed': ('0', '1')}
    """
    found: dict[str, tuple[str, str]] = {}
    for name in {**then, **now}:
        one, other = then.get(name), now.get(name)
        if json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True):
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            found |= _recipes(one, other, names)
        elif isinstance(one, list) and isinstance(other, list):
            found[name] = (_without(one, other), _without(other, one))
        else:
            found[name] = (_said(one), _said(other))
    return found


def named(recipe: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """The settings of which a recipe holds the name alone: frames, modules, functions.

    Rows of plain values have a digest beside the name, by which they are compared.
    """
    return [
        f"{name}.{setting}"
        for name, entry in zip(names, recipe.get("stages", ()), strict=False)
        for setting, value in entry.get("with", {}).items()
        if any(_objects(value))
    ]


def _objects(value: Any) -> Iterator[str]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "$object" in value and "sha256" not in value:
        yield str(value["$object"])
    for part in parts:
        yield from _objects(part)


def _recipes(
    then: Mapping[str, Any], now: Mapping[str, Any], names: Sequence[str]
) -> dict[str, tuple[str, str]]:
    pair = [[entry["stage"] for entry in recipe["stages"]] for recipe in (then, now)]
    if pair[0] != pair[1]:
        return {"stages": (", ".join(pair[0]), ", ".join(pair[1]))}
    found = {}
    for name, one, other in zip(names, then["stages"], now["stages"], strict=True):
        was, is_now = one.get("with", {}), other.get("with", {})
        for setting in {**was, **is_now}:
            values = [_said(w[setting]) if setting in w else "the default" for w in (was, is_now)]
            if json.dumps(was.get(setting)) != json.dumps(is_now.get(setting)):
                found[f"{name}.{setting}"] = (values[0], values[1])
    return found or {"recipe": (_said(then.get("format")), _said(now.get("format")))}


def _without(values: Sequence[str], others: Sequence[str]) -> str:
    return " ".join(value for value in values if value not in others) or "nothing more"


def _said(value: Any) -> str:
    return "none" if value is None else value if isinstance(value, str) else brief(value)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
