"""Data sets of Hugging Face as they are saved to the disk: read without their library."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from fivefold.core.faults import missing_package
from fivefold.errors import DataError
from fivefold.reading.filerecords import digest_of_files
from fivefold.reading.frames import read_arrow
from fivefold.reading.ipc import read_table
from fivefold.reading.joined import File, in_parts, joined
from fivefold.reading.licence import licence_in
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member
from fivefold.reading.raw import Raw

STATE = "state.json"  # names the files of a data set, in their order


def saved_among(members: Sequence[Member]) -> list[Member]:
    """What tells of the data sets among some files, one for each part."""
    folders = {str(PurePosixPath(m.path).parent) for m in members if m.path.endswith(".arrow")}
    states = [member for member in members if PurePosixPath(member.path).name == STATE]
    return [state for state in states if str(PurePosixPath(state.path).parent) in folders]


def read_saved(
    states: Sequence[Member], members: Sequence[Member], name: str, reading: Reading
) -> Raw:
    """The rows of what `Dataset.save_to_disk` and `DatasetDict.save_to_disk` write.

    Args:
        states: as `saved_among` gives them.
        members: all files.
        name: of the folder, for messages.
        reading: whether rows are to be answered.

    Raises:
        DataError: if a file is missing or damaged.
        PreflightError: if pyarrow is not installed.
    """
    there = {member.path: member for member in members}
    parts = list[File]()
    for state, part in in_parts(list(states), [state.path for state in states]):
        raw = _read(state, there, name).keeping(reading.keep)
        parts.append(File(path=str(PurePosixPath(state.path).parent), part=part, raw=raw))
    whole = joined(parts, name, reading)
    infos = [m for m in members if PurePosixPath(m.path).name == "dataset_info.json"]
    return whole.replace(licence=licence_in(infos[:1]))


def _read(state: Member, there: Mapping[str, Member], name: str) -> Raw:
    try:
        import pyarrow as pa
    except ImportError:
        remedy = "Install it with pip install pyarrow."
        raise missing_package(name, "pyarrow", "reads files of Arrow", remedy) from None
    folder = PurePosixPath(state.path).parent
    told = _told(state)
    paths = [str(folder / entry["filename"]) for entry in told.get("_data_files", ())]
    lacking = next((path for path in paths if path not in there), None)
    if lacking or not paths:
        found = "it missing" if lacking else "none named in it"
        raise DataError.expected(
            f"{name}/{state.path}", lacking or "files", found, "Save the data set again."
        )
    contents = [(path, there[path].whole) for path in paths]
    tables = [read_table(content, path) for path, content in contents]
    raw = read_arrow(pa.concat_tables(tables), name)
    chosen = told.get("_columns")
    if isinstance(chosen, list):
        raw = raw.replace(columns={key: v for key, v in raw.columns.items() if key in chosen})
    return raw.replace(files=(digest_of_files(str(folder), contents),))


def _told(state: Member) -> dict[str, Any]:
    try:
        told = json.loads(state.content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise DataError.expected(state.path, "JSON", "none", "Save the data set again.")
    return told
