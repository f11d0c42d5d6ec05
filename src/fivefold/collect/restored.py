"""A folder that `Collected.save` wrote, taken as it is."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fivefold.artifacts import Collected
from fivefold.collect.wishes import ROLES
from fivefold.core.store import MANIFEST
from fivefold.core.wording import plural
from fivefold.errors import StoreError
from fivefold.reading.collectedfolder import AGAIN, NAME
from fivefold.reading.filepaths import path_of


def saved_as_asked(asked: Any) -> Collected | None:
    """What lies in the folder that is the source, where nothing else is asked of it; else None.

    Settings may say what was said when it was collected. Where one says something else, the rows
    are read from there like those of any other table.

    Args:
        asked: the settings, by the names that Collect has for them.

    Raises:
        StoreError: if a file is damaged.
    """
    if not isinstance(asked.source, str | os.PathLike) or not _is_saved(path_of(asked.source)):
        return None
    folder = path_of(asked.source)
    try:
        found = Collected.load(folder)
    except StoreError as fault:
        facts: dict[str, Any] = fault.facts
        raise StoreError(f"{folder}, {fault.summary}", remedy=AGAIN, **facts) from None
    schema = found.schema
    held: dict[str, Any] = {role: schema.named(role) for role in ROLES}  # type: ignore[arg-type]
    targets = schema.targets
    held |= {"target": targets[0] if len(targets) == 1 else targets, "task": schema.task}
    said = {name: getattr(asked, name) for name in asked.model_fields_set - {"source"}}
    fields: Mapping[str, Any] = type(asked).model_fields
    usual = {n: field.get_default(call_default_factory=True) for n, field in fields.items()}
    same = all(v in (usual[n], held.get(n, usual[n])) for n, v in said.items())
    return found if same else None


def told_of(found: Collected, place: str) -> str:
    """What was taken, in a sentence."""
    rows, source = plural(len(found.table), "row"), found.provenance.source
    whence = f" of {source}" if source else ""
    return f"{place}: version {found.version[:12]}, {rows}{whence} as they were collected."


def _is_saved(folder: Path) -> bool:
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("artifact") == NAME
