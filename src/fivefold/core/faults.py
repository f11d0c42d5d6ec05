"""Many faults as one error."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fivefold.core.wording import brief, literal, nearest
from fivefold.errors import ConfigError, FivefoldError, PreflightError

if TYPE_CHECKING:
    from pydantic import ValidationError


def missing_package(who: str, package: str, purpose: str, remedy: str) -> PreflightError:
    """The error where a package is not installed that is needed for one purpose only."""
    return PreflightError.expected(
        who, f"the package {package}, which {purpose}", "it missing", remedy, package=package
    )


def told_of(error: "ValidationError") -> list[dict[str, Any]]:
    """What pydantic found, a mapping a fault."""
    return [dict(fault) for fault in error.errors(include_url=False, include_context=False)]


def config_error(
    stage: str, names: Sequence[str], faults: Sequence[Mapping[str, Any]]
) -> ConfigError:
    """What pydantic found, in the form of fivefold: all settings at once, with the near names.

    Args:
        stage: its name.
        names: of the settings that it has.
        faults: as pydantic tells them; one with `of` was found in that space.
    """
    lines: dict[str, list[str]] = {}
    wrong, remedies = [], []
    for fault in faults:
        within = f" in {fault['of']!r}" if "of" in fault else ""
        setting = str(fault["loc"][0]) if fault["loc"] else ""
        wrong.append(setting)
        if fault["type"] == "extra_forbidden":
            near = nearest(setting, names)
            hint = f"; did you mean `{near}`?" if near else ""
            lines[f"{setting}: no such setting{hint}"] = []
            choice = f"Write {near} instead of {setting}."
            remedies.append(choice if near else f"Choose among {', '.join(names)}.")
        elif fault["type"] == "missing":
            lines[f"{setting}: required, found nothing"] = []
            remedies.append(f"Give {setting} a value.")
        elif fault["type"] in ("value_error", "assertion_error"):
            message = fault["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
            message, hint, near = message.partition("; did you mean ")
            found = f"{brief(fault['input'])}{within}{hint}{near}"
            lines[f"{setting}: {message}, found {found}" if setting else message + hint + near] = []
            if near:
                meant = near.removesuffix("?").strip("'")
                remedies.append(f"Write {literal(meant)} instead of {literal(fault['input'])}.")
        else:
            inner = "".join(f"[{part}]" for part in fault["loc"][1:] if isinstance(part, int))
            message = fault["msg"].removeprefix("Input should be ")
            wanted = message[0].lower() + message[1:]
            found = brief(fault["input"]) + within
            lines.setdefault(f"{setting}{inner}: expected | found {found}", []).append(wanted)
            if near := _near_choice(fault):
                remedies.append(f"Write {literal(near)} instead of {literal(fault['input'])}.")
    unique = [setting for setting in dict.fromkeys(wrong) if setting]
    names_wrong = ", ".join(unique) or "how they go together"
    count = f"{len(unique)} wrong: " if unique else "a fault in "
    summary = (
        f"{stage}: expected {'a valid setting' if len(unique) == 1 else 'valid settings'}, "
        f"found {count}{names_wrong}."
    )
    return ConfigError(
        summary,
        evidence="\n".join(
            "  " + line.replace("|", " or ".join(dict.fromkeys(wanted)) + ",", 1)
            for line, wanted in lines.items()
        ),
        remedy=" ".join(dict.fromkeys(remedies)) or f"Correct {names_wrong}.",
        stage=stage,
        settings=tuple(unique),
    )


def _near_choice(fault: Mapping[str, Any]) -> str:
    """The one of a few texts that was meant; empty if there is none."""
    if fault["type"] != "literal_error" or not isinstance(fault["input"], str):
        return ""
    return nearest(fault["input"], re.findall(r"'([^']*)'", fault["msg"]))


def raise_all(faults: Sequence[FivefoldError]) -> None:
    """Raise the one fault as it is, or several together; nothing if there is none.

    Raises:
        PreflightError: listing all of them, when there are several.
    """
    if len(faults) == 1:
        raise faults[0]
    if faults:
        listed = [f"  {n}  " + str(f).replace("\n", "\n     ") for n, f in enumerate(faults, 1)]
        raise PreflightError(
            f"Preflight: expected a run that can succeed, found {len(faults)} faults.",
            evidence="\n".join(listed),
            remedy="Correct each of them.",
            faults=tuple(faults),
        )
