"""Object stores that pyarrow reads, and what else fsspec does."""

import posixpath
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from fivefold.errors import DataError
from fivefold.reading.addresses import AZURE, hidden, scheme_of, with_secrets, without_secrets
from fivefold.reading.azure import azure_store
from fivefold.reading.found import Found, Once, apart, below, listed
from fivefold.reading.packed import Member

Told = Callable[[Callable[[], Any]], Any]


def in_store(address: str) -> Found:
    """What lies in an object store that pyarrow reads: `s3://`, `gs://`, `abfs://`, `hdfs://`.

    Raises:
        DataError: if nothing can be had there.
    """
    from pyarrow import fs

    shown = without_secrets(address)
    folder, pattern = apart(with_secrets(address))
    told = _telling(shown)
    opened = azure_store if scheme_of(address) in AZURE else fs.FileSystem.from_uri
    store, path = told(lambda: opened(_patient(folder)))

    def fetched(path: str) -> bytes:
        with store.open_input_file(path) as file:
            return bytes(file.read())

    def files() -> Iterable[str]:
        selector = fs.FileSelector(path, recursive=True, allow_not_found=True)
        return [each.path for each in store.get_file_info(selector) if each.is_file]

    alone = not pattern and told(lambda: store.get_file_info(path)).type == fs.FileType.File
    return _found(shown, path, pattern, alone, files, fetched)


def by_fsspec(address: str) -> Found:
    """What lies where fsspec reads: `hf://`, `ftp://`, `sftp://`, `github://` and others.

    Raises:
        DataError: if nothing can be had there.
    """
    import fsspec

    shown = without_secrets(address)
    folder, pattern = apart(with_secrets(address))
    told = _telling(shown)
    store, path = told(lambda: fsspec.core.url_to_fs(folder))
    alone = not pattern and told(lambda: store.isfile(path))
    return _found(shown, path, pattern, alone, lambda: store.find(path), store.cat_file)


def _found(
    shown: str,
    path: str,
    pattern: str,
    alone: bool,
    files: Callable[[], Iterable[str]],
    fetched: Callable[[str], bytes],
) -> Found:
    told = _telling(shown)

    def reader(path: str) -> Callable[[], bytes]:
        return partial(told, partial(fetched, path))

    if alone:
        return Found(shown, [Member(posixpath.basename(path), Once(reader(path)))])
    return below(shown, listed(told(files), path, reader), pattern)


def _telling(shown: str) -> Told:
    """Does something with a store, and gives our error for whatever comes of it."""

    def told(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as fault:  # each file system of fsspec has faults of its own
            raise _fault(shown, fault) from None

    return told


def _patient(address: str) -> str:
    """An address by which a store of `gs://` that does not answer is not waited for long."""
    if not address.startswith(("gs://", "gcs://")) or "retry_limit_seconds" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}retry_limit_seconds=60"


def _fault(shown: str, fault: Exception) -> DataError:
    said = next(iter(hidden(str(fault), shown).splitlines()), "") or type(fault).__name__
    remedy = "Correct the address, or set what the store asks for in the environment."
    return DataError.expected(
        shown, "a file that can be fetched", "none", remedy, evidence=f"{said.removesuffix('.')}."
    )
