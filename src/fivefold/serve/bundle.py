"""A deployed model on disk, read and verified."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256 as hash_bytes
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.core import jsontext
from fivefold.errors import BundleError
from fivefold.serve.archive import differs, unpack

FORMAT = 5  # the newest that this version reads
DECIDING = 4  # of bundles that decide answers, and hold nothing that bounds them
CHANGING = 3  # of bundles that change rows, and decide no answers
PLAIN = 2  # of bundles that change no rows: what an older fivefold reads

ROWS_ENTRY, ARRAYS_ENTRY = "rows.json", "rows.safetensors"
"""The entries that say what is done to rows before the codec reads them."""

THRESHOLD_ENTRY = "threshold.json"
"""The entry that says what decides answers in place of the likeliest class."""

BACKGROUND_ENTRY = "background.json"
"""The entry with cells that stand where those of a row are taken out, to explain an answer."""

CONFORMAL_ENTRY = "conformal.json"
"""The entry that says what holds the truth as often as is stated: intervals, or sets of classes."""

KIND = "fivefold bundle"
MANIFEST = "manifest.json"
AGAIN = "Copy the bundle again, or deploy again."
GIVE = "Give the path of a bundle that Deploy wrote."
OUT = "Take it out, or deploy again."


@dataclass(frozen=True, kw_only=True, eq=False)
class Bundle:
    """The verified entries of a bundle."""

    path: Path  # where it was read
    digest: str  # SHA-256 of the file; of the manifest, for a folder
    manifest: Mapping[str, Any]  # what the manifest says
    entries: Mapping[str, memoryview]  # contents by name, the manifest left out

    def __getitem__(self, name: str) -> memoryview:
        if name not in self.entries:
            found = ", ".join(map(repr, self.entries))
            raise _fault(self.path, f"an entry {name!r}", found, "Deploy again.", entry=name)
        return self.entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def json(self, name: str) -> Any:
        """The value that a JSON entry holds.

        Raises:
            BundleError: if there is no such entry or it is not JSON.
        """
        return parse_json(bytes(self[name]), self.path, name)

    def text(self, name: str) -> str:
        """The text of an entry."""
        return bytes(self[name]).decode("utf-8")


def open_bundle(path: str | PathLike[str] | bytes, sha256: str | None = None) -> Bundle:
    """Read a bundle and verify every byte of it.

    Args:
        path: a file or a folder that Deploy wrote, or the bytes of such a file.
        sha256: the digest it must have (hex); detects tampering, where the manifest alone detects
            damage.

    Returns:
        The bundle; nothing from it has been run.

    Raises:
        BundleError: if it is missing, no bundle, damaged, incomplete, newer than this fivefold,
            or of another digest. `.entry` names the entry at fault.
    """
    given = isinstance(path, bytes)
    place = Path("bytes") if isinstance(path, bytes) else Path(fspath(path))
    try:
        is_folder = not given and place.is_dir()
        archive = path if isinstance(path, bytes) else b"" if is_folder else place.read_bytes()
        entries = read_folder(place) if is_folder else unpack(archive)
    except OSError as error:
        raise _fault(place, "a bundle", error.strerror or error, GIVE) from None
    except BundleError as error:
        raise _placed(error, place) from None
    if MANIFEST not in entries:
        raise _fault(place, "a bundle", _looks(place, archive), GIVE, entry=MANIFEST)
    digest = hash_bytes(archive or entries[MANIFEST]).hexdigest()
    if sha256 is not None and digest != sha256.strip().lower():
        remedy = "Do not load it before you know why: it is not the bundle you asked for."
        raise _fault(place, f"SHA-256 {sha256}", digest, remedy)
    manifest = read_manifest(bytes(entries[MANIFEST]), place)
    verify(entries, manifest, place)
    at = differs(archive, entries) if archive else None
    if at is not None:
        raise _fault(place, "the archive as Deploy wrote it", f"{at!r} changed", entry=at)
    return Bundle(
        path=place,
        digest=digest,
        manifest=manifest,
        entries={name: content for name, content in entries.items() if name != MANIFEST},
    )


def write_manifest(
    entries: Mapping[str, bytes],
    fivefold: str,
    made_with: Mapping[str, str],
    origin: Mapping[str, Any] | None = None,
) -> bytes:
    """The manifest of these entries: sizes and digests, and a digest of itself.

    Args:
        entries: contents by name.
        fivefold: the version that writes.
        made_with: versions of python and of libraries by name.
        origin: digests of the data it was made from and of what it was judged by, and its scores.

    Returns:
        UTF-8 JSON.
    """
    manifest: dict[str, Any] = {
        "kind": KIND,
        "format": _format_of(entries),
        "fivefold": fivefold,
        "made_with": dict(made_with),
        **({"origin": dict(origin)} if origin else {}),
        "entries": {name: _listed(content) for name, content in entries.items()},
    }
    manifest["sha256"] = digest_of(manifest)
    return json.dumps(manifest, indent=1, ensure_ascii=False).encode()


def _format_of(entries: Mapping[str, bytes]) -> int:
    """The oldest format whose readers answer as they should."""
    if CONFORMAL_ENTRY in entries:
        return FORMAT
    if THRESHOLD_ENTRY in entries:
        return DECIDING
    return CHANGING if ROWS_ENTRY in entries else PLAIN


def _listed(content: bytes | memoryview) -> dict[str, Any]:
    """How the manifest lists an entry."""
    return {"sha256": hash_bytes(content).hexdigest(), "bytes": len(content)}


def digest_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest's canonical JSON without its own digest."""
    rest = {name: value for name, value in manifest.items() if name != "sha256"}
    return hash_bytes(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_manifest(content: bytes, place: Path) -> Mapping[str, Any]:
    """A manifest that is intact and of a format that this version reads.

    Raises:
        BundleError: otherwise.
    """
    manifest = parse_json(content, place, MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        remedy = "Give the path of a bundle that Deploy wrote, or copy it again."
        found = "another manifest.json"
        raise _fault(place, "the manifest of a bundle", found, remedy, entry=MANIFEST)
    version = manifest.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise BundleError(
            f"{place}: expected format {FORMAT} or older, found {version} "
            f"(written by fivefold {manifest.get('fivefold')}).",
            remedy="Upgrade fivefold: pip install --upgrade fivefold.",
            path=place,
            entry=MANIFEST,
            wanted=FORMAT,
            found=version,
        )
    # The text too must be the one spelling: white space is under no digest.
    spelled = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    if manifest.get("sha256") != digest_of(manifest) or spelled != content:
        raise _fault(place, f"{MANIFEST!r} as Deploy wrote it", "it changed", entry=MANIFEST)
    return manifest


def verify(entries: Mapping[str, memoryview], manifest: Mapping[str, Any], place: Path) -> None:
    """Compare entries with the manifest: none missing, none added, none changed.

    Raises:
        BundleError: naming the first entry at fault.
    """
    listed = manifest["entries"]
    for name, wanted in listed.items():
        found = _listed(entries[name]) if name in entries else None
        if found != wanted:
            said = "none" if found is None else "other bytes"
            summary = f"{place}: expected entry {name!r} as the manifest lists it, found {said}."
            facts = {"path": place, "entry": name, "wanted": wanted, "found": found}
            raise BundleError(summary, remedy=AGAIN, **facts)
    for name in entries:
        if name != MANIFEST and name not in listed:
            raise _fault(place, "the entries of the manifest", f"{name!r} too", OUT, entry=name)


def read_folder(place: Path) -> dict[str, memoryview]:
    """The files of a folder; links and folders inside it are refused."""
    entries = {}
    for file in sorted(place.iterdir(), key=lambda file: (file.name != MANIFEST, file.name)):
        if file.is_symlink() or not file.is_file():
            raise _fault(place, "plain files only", f"{file.name!r}", OUT, entry=file.name)
        entries[file.name] = memoryview(file.read_bytes())
    return entries


def parse_json(content: bytes, place: Path, name: str) -> Any:
    """A JSON value; NaN and infinities are not JSON.

    Raises:
        BundleError: naming the entry.
    """
    try:
        return jsontext.parse_json(content, strict=True)
    except (ValueError, RecursionError) as error:
        raise _fault(place, f"entry {name!r} to be JSON", error, entry=name) from None


def _fault(
    place: Path, wanted: str, found: object, remedy: str = AGAIN, **facts: Any
) -> BundleError:
    return BundleError.expected(place, wanted, found, remedy, path=place, **facts)


def _placed(error: BundleError, place: Path) -> BundleError:
    facts: dict[str, Any] = {**error.facts, "path": place}
    return BundleError(
        error.summary.replace("Bundle:", f"{place}:", 1), remedy=error.remedy, **facts
    )


def _looks(place: Path, archive: bytes) -> str:
    if place.is_dir():
        return "a folder without manifest.json"
    if not archive:
        return "an empty file"
    return "a zip without manifest.json" if archive[:2] == b"PK" else "a file that is no zip"
