"""Addresses as sources: files on the web, in object stores, in archives at any of these."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import PurePosixPath

from fivefold.core.faults import missing_package
from fivefold.core.wording import nearest
from fivefold.errors import FivefoldError, PreflightError
from fivefold.reading import images, openml
from fivefold.reading.addresses import (
    CLOUD,
    INSIDE,
    WEB,
    check_address,
    scheme_of,
    without_secrets,
)
from fivefold.reading.download import on_the_web
from fivefold.reading.filepaths import find_files, no_file
from fivefold.reading.files import table_of
from fivefold.reading.found import Found, below
from fivefold.reading.hive import hive_among, read_hive
from fivefold.reading.joined import File, in_parts, joined
from fivefold.reading.licence import licence_in
from fivefold.reading.names import FILES
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member, decompressed, is_packed, named, unpack
from fivefold.reading.raw import Raw
from fivefold.reading.stores import by_fsspec, in_store
from fivefold.reading.suffix import stem_of
from fivefold.reading.together import read_together

KNOWN = (*WEB, *CLOUD, *INSIDE, "file", "sqlite", "postgresql", "hf", "ftp", "sftp", "github")


def is_remote(source: object) -> bool:
    """Whether a source is the address of files, and not of a database."""
    if isinstance(source, str) and source.startswith(openml.PREFIX):
        return True
    return scheme_of(source) not in ("", "file")


def check_remote(address: str) -> list[FivefoldError]:
    """The faults of an address that need no connection: a package that is missing, a password."""
    if address.startswith(openml.PREFIX):
        return []
    faults: list[FivefoldError] = [*check_address(address)]
    scheme, shown = scheme_of(address), without_secrets(address)
    if scheme in INSIDE:
        _, _, outer = address.partition("::")
        if not outer:
            remedy = f"Write '{scheme}://rows.csv::archive.{scheme}'."
            return [*faults, PreflightError.expected(shown, "`::` and an archive", "none", remedy)]
        if scheme_of(outer) not in ("", "file"):
            return check_remote(outer)
        return faults if find_files(outer) else [*faults, no_file(outer)]
    if scheme in WEB:
        return faults
    package, purpose = ("pyarrow", "reads object stores"), f"reads {scheme}://"
    if scheme in CLOUD:
        return faults if find_spec("pyarrow") else [*faults, missing_package(shown, *package, _PIP)]
    if not find_spec("fsspec"):
        return [*faults, missing_package(shown, "fsspec", purpose, "Run pip install fsspec.")]
    fault = _unknown(scheme, shown)
    return [*faults, fault] if fault else faults


_PIP = "Install it with pip install pyarrow."


def _unknown(scheme: str, shown: str) -> PreflightError | None:
    """The fault of a scheme that fsspec does not know, or has no package for."""
    from fsspec.registry import available_protocols, get_filesystem_class, known_implementations

    if scheme not in available_protocols():
        near = nearest(scheme, KNOWN)
        remedy = f"Write {near}://." if near else f"Known: {', '.join(KNOWN)}."
        return PreflightError.expected(shown, "an address that is known", f"{scheme}://", remedy)
    try:
        get_filesystem_class(scheme)
    except ImportError:
        told = str(known_implementations.get(scheme, {}).get("err", ""))
        package = "huggingface_hub" if scheme == "hf" else f"for {scheme}://"
        remedy = f"{told.removesuffix('.')}." if told else "Install what fsspec asks for."
        return missing_package(shown, package, f"reads {scheme}://", remedy)
    return None


def files_at(address: str) -> Found:
    """The files at an address; those of a folder and a pattern are fetched when they are read.

    Raises:
        DataError: if nothing can be had there.
        PreflightError: if what reads it is not installed.
    """
    faults = check_remote(address)
    if faults:
        raise faults[0]
    scheme = scheme_of(address)
    if scheme in INSIDE:
        return _inside(address)
    if scheme in WEB:
        return on_the_web(address)
    return in_store(address) if scheme in CLOUD else by_fsspec(address)


def _inside(address: str) -> Found:
    """What an archive holds, which lies on the disk or elsewhere."""
    first, _, outer = address.partition("::")
    scheme, inner = scheme_of(address), first.split("://", 1)[1].strip("/")
    licence = None
    if scheme_of(outer) in ("", "file"):
        (path,) = find_files(outer)[:1]
        name, content = path.name, path.read_bytes()
    else:
        around = files_at(outer)
        name, content, licence = around.members[0].path, around.members[0].read(), around.licence
    members = unpack(decompressed(content, name), name if is_packed(name) else f"{name}.{scheme}")
    found = below(without_secrets(address), members, inner)
    found.licence = licence or licence_in(members)
    return found


def read_at(address: str, reading: Reading) -> Raw:
    """The rows at an address: of one file, of an archive, of a folder, of files of a pattern.

    Raises:
        DataError: if nothing can be had there, or it is damaged.
        PreflightError: if what reads it is not installed.
    """
    if address.startswith(openml.PREFIX):
        return openml.read_openml(address, reading)
    found = files_at(address)
    inner = found.shown.partition("::")[0].partition("?")[0]
    name = PurePosixPath(inner).name or found.shown
    if found.form == "file":
        raw = _one(found.members[0], reading)
        files = [{**record, "path": found.shown} for record in raw.files]
    else:
        if found.form == "pattern":
            raw = _fitting(found.members, name, reading)
        else:
            raw = read_together(found.members, name, reading)
        files = [{**record, "path": f"{found.shown}: {record['path']}"} for record in raw.files]
    raw = raw.keeping(reading.keep)
    licence = raw.licence or found.licence or licence_in(found.members)
    return raw.replace(files=tuple(files), licence=licence)


def _one(member: Member, reading: Reading) -> Raw:
    if is_packed(member.path):
        content = member.read()
        members = unpack(decompressed(content, member.path), member.path)
        with named(member.path):
            raw = read_together(members, member.path, reading)
        return raw.replace(licence=raw.licence or licence_in(members))
    if reading.asks and images.is_cell(member.path):
        return images.read_cells([member], reading)
    return table_of(member, reading)


def _fitting(members: Sequence[Member], name: str, reading: Reading) -> Raw:
    """The tables that fit a pattern, with what their folders say."""
    if FILES not in reading.names and (tables := hive_among(members)):
        return read_hive(tables, name, reading)
    return joined(_tables(members, reading), name, reading)


def _tables(members: Sequence[Member], reading: Reading) -> list[File]:
    asked = FILES in reading.names
    files = list[File]()
    for member, part in in_parts(members, [member.path for member in members], apart=not asked):
        raw = table_of(member, reading)
        raw = raw.of_file(stem_of(member.path)) if asked else raw
        files.append(File(path=member.path, part=part, raw=raw))
    return files
