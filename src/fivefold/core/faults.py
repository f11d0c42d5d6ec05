"""Many faults as one error."""

import difflib
from collections.abc import Sequence

from pydantic import ValidationError

from fivefold.errors import ConfigError, FivefoldError, PreflightError


def nearest(wanted: str, names: Sequence[str]) -> str:
    """The name most like the wanted one, or an empty string.

    Example:
        >>> nearest("epoch", ["epochs", "batch"])
        'epochs'
    """
    return next(iter(difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)), "")


def config_error(stage: str, names: Sequence[str], error: ValidationError) -> ConfigError:
    """What pydantic found, in the form of fivefold: all settings at once, with the near names."""
    lines, wrong, remedy = [], [], ""
    for fault in error.errors(include_url=False, include_context=False):
        name = ".".join(str(part) for part in fault["loc"] if not str(part).startswith("function"))
        setting = str(fault["loc"][0]) if fault["loc"] else ""
        wrong.append(setting)
        if fault["type"] == "extra_forbidden":
            near = nearest(setting, names)
            hint = f"; did you mean `{near}`?" if near else ""
            lines.append(f"  {name}: no such setting{hint}")
            remedy = remedy or (
                f"Write {near} instead of {setting}."
                if near
                else f"Choose among {', '.join(names)}."
            )
        elif fault["type"] == "missing":
            lines.append(f"  {name}: required, found nothing")
            remedy = remedy or f"Give {setting} a value."
        else:
            found = repr(fault["input"])
            found = found if len(found) <= 60 else f"{type(fault['input']).__name__}"
            message = fault["msg"].removeprefix("Value error, ")
            wanted = message[0].lower() + message[1:]
            lines.append(f"  {name}: {wanted}, found {found}")
    unique = list(dict.fromkeys(wrong))
    summary = (
        f"{stage}: expected {'a valid setting' if len(unique) == 1 else 'valid settings'}, "
        f"found {len(unique)} wrong: {', '.join(unique)}."
    )
    return ConfigError(
        summary,
        evidence="\n".join(dict.fromkeys(lines)),
        remedy=remedy or f"Correct {', '.join(unique)}.",
        stage=stage,
        settings=tuple(unique),
    )


def raise_all(faults: Sequence[FivefoldError]) -> None:
    """Raise the one fault as it is, or several together; nothing if there is none.

    Raises:
        PreflightError: listing all of them, when there are several.
    """
    if len(faults) == 1:
        raise faults[0]
    if faults:
        listed = "\n".join(f"  {n}  {fault!s}" for n, fault in enumerate(faults, 1))
        raise PreflightError(
            f"Preflight: expected a run that can succeed, found {len(faults)} faults.",
            evidence=listed,
            remedy="Correct each of them; no work has been done yet.",
            faults=tuple(faults),
        )
