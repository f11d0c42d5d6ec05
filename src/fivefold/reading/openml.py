"""Data sets of OpenML, by number or name: `openml:61`, `openml:iris`, `openml:iris@2`."""

import json
from collections.abc import Mapping
from hashlib import md5
from typing import Any
from urllib.parse import quote

from fivefold.errors import DataError
from fivefold.reading.declared import read_arff
from fivefold.reading.download import asked
from fivefold.reading.filerecords import digest_of_file
from fivefold.reading.options import Reading
from fivefold.reading.packed import decompressed
from fivefold.reading.raw import Raw

PREFIX = "openml:"
SERVER = "https://api.openml.org"


def read_openml(source: str, reading: Reading) -> Raw:
    """The rows of a data set of OpenML, with its own target and licence.

    Columns that it calls row numbers, or not to be learnt from, are left out.

    Args:
        source: `openml:` and the number of the set, or its name, perhaps with `@` and a version.
        reading: how it is read.

    Raises:
        DataError: if there is no connection, no such set, or it is damaged.
    """
    wanted = source.removeprefix(PREFIX).strip()
    number = wanted if wanted.isdecimal() else _number(source, wanted)
    about = _told(f"{SERVER}/api/v1/json/data/{number}", source)["data_set_description"]
    content, _ = asked(f"{SERVER}/data/v1/download/{about['file_id']}", source)
    content = decompressed(content, source)
    checked = str(about.get("md5_checksum") or "").lower()
    found = md5(content, usedforsecurity=False).hexdigest()
    if checked and checked != found:
        raise DataError.expected(
            source, f"a file of MD5 {checked}", f"one of {found}", "Fetch it again."
        )
    raw = read_arff(content, source, reading)
    aside = {*_listed(about.get("ignore_attribute")), *_listed(about.get("row_id_attribute"))}
    kept = {name: cells for name, cells in raw.columns.items() if name not in aside}
    targets = _listed(about.get("default_target_attribute"))
    return raw.replace(
        columns=kept,
        others=tuple(name for name in raw.columns if name in aside),
        target=targets[0] if len(targets) == 1 and targets[0] in kept else "",
        licence=about.get("licence") or None,
        text={**raw.text, "version": str(about.get("version", ""))},
        files=(digest_of_file(f"{PREFIX}{number}", content),),
    )


def _number(source: str, wanted: str) -> str:
    """The number of the set of this name: of its lowest version that is active."""
    name, _, version = wanted.partition("@")
    chosen = f"/data_version/{quote(version, safe='')}" if version else "/status/active"
    query = f"{SERVER}/api/v1/json/data/list/data_name/{quote(name, safe='')}{chosen}"
    try:
        sets = _told(query, source)["data"]["dataset"]
    except DataError as fault:
        if fault.facts.get("status") != 412:  # what it says where there is none
            raise
        sets = []
    if not sets:
        remedy = "Look for its number at openml.org, and write openml:NUMBER."
        raise DataError.expected(source, "a data set of that name", "none", remedy)
    return str(min(sets, key=lambda one: (int(one["version"]), int(one["did"])))["did"])


def _told(address: str, source: str) -> Mapping[str, Any]:
    content, _ = asked(address, source)
    try:
        told = json.loads(decompressed(content, source))
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise DataError.expected(source, "JSON of OpenML", "another answer", "Try again later.")
    return told


def _listed(said: Any) -> list[str]:
    """Names that stand in a list, or in a text with commas."""
    names = said if isinstance(said, list) else str(said or "").split(",")
    return [str(name).strip().strip("'\"") for name in names if str(name).strip()]
