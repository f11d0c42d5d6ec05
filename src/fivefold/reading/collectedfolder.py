"""Folders that `Collected.save` wrote, as rows: read without the stages that made them."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from fivefold.codecs.arrayfile import read_arrays
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.store import MANIFEST
from fivefold.errors import DataError
from fivefold.kinds.known import KINDS
from fivefold.kinds.recognition import SourceType
from fivefold.reading.filerecords import digest_of_file
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member
from fivefold.reading.raw import Raw
from fivefold.travel.changesfile import read_changes

NAME = "Collected"
AGAIN = "Save it again, or fetch it whole."


def is_collected(members: Sequence[Member]) -> bool:
    """Whether files are those that `Collected.save` wrote."""
    paths = {member.path for member in members}
    return {MANIFEST, "table.npa"} <= paths and _told(members)[0] in (NAME, "")


def read_collected(members: Sequence[Member], name: str, reading: Reading) -> Raw:
    """The rows as they were collected, in canonical values, with the parts that they are in.

    Rows to be answered are as the source had them, before what stages changed.

    Raises:
        DataError: if a file is missing, or not the one that was saved.
    """
    files = {member.path: member for member in members}
    manifest, entries = files[MANIFEST], _told(members)[1]
    if not entries:
        where = f"{name}/{MANIFEST}"
        raise DataError.expected(where, "the manifest that was saved", "a damaged one", AGAIN)

    def content(field: str, suffix: str) -> bytes:
        path = f"{field}{suffix}"
        held = files[path].content if path in files else None
        if held is None or sha256(held).hexdigest() != entries[field]["sha256"]:
            found = "none" if held is None else "a damaged one"
            raise DataError.expected(f"{name}/{path}", "the file that was saved", found, AGAIN)
        return held

    schema = Schema.from_json(json.loads(content("schema", ".json")))
    columns: dict[str, Array] = read_arrays(content("table", ".npa"))
    if reading.asks and entries.get("changes", {}).get("format") == "changes":
        columns |= read_changes(content("changes", ".npa")).before
    given = None
    if entries["given"]["format"] == "array":
        given = read_arrays(content("given", ".npa"))[""].astype(np.int8)
    told = json.loads(content("provenance", ".json"))
    raw = Raw(
        name=name,
        columns=columns,
        types=_types(schema),
        target=schema.targets[0] if len(schema.targets) == 1 else "",
        given=given,
        licence=told.get("{}", told).get("licence"),  # the store marks a mapping so
        files=(digest_of_file(str(manifest.place or manifest.path), manifest.content),),
    )
    return raw.keeping(reading.keep)


def _types(schema: Schema) -> dict[str, SourceType]:
    """What the kinds of the columns say, as the types of a source would."""
    sources = {kind.name: kind.sources for kind in KINDS}
    return {c.name: min(sources[c.kind]) for c in schema.columns if sources.get(c.kind)}


def _told(members: Sequence[Member]) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
    """The class of what was saved, and its files by field."""
    content = next(member.content for member in members if member.path == MANIFEST)
    try:
        told = json.loads(content)
        return str(told["artifact"]), dict(told["fields"])
    except (ValueError, KeyError, TypeError):
        return "", {}
