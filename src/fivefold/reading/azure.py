"""Stores of Azure: pyarrow reads them, and takes neither key nor signature from an address."""

import os
import posixpath
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

ACCOUNT, KEY, SIGNATURE = (f"AZURE_STORAGE_{name}" for name in ("ACCOUNT", "KEY", "SAS_TOKEN"))
"""Variables of the environment that Azure's own tools look at."""


def azure_store(address: str) -> tuple[Any, str]:
    """The store of an address `abfs://`, and the path in it.

    Args:
        address: with the values of what is secret.

    Raises:
        OSError: and others of pyarrow, if it is no address, or nobody may look there.
    """
    from pyarrow import fs

    plain, proof = taken_apart(address)
    store, path = fs.FileSystem.from_uri(plain)
    if proof:
        said = {name: value for name, value in store.__reduce__()[1][0].items() if value}
        store = fs.AzureFileSystem(**{**said, **proof})
    # Of a container pyarrow ends the process where nobody is signed in; of a file in it, it tells.
    store.get_file_info(posixpath.join(path, "-"))
    return store, path


def taken_apart(address: str) -> tuple[str, dict[str, str]]:
    """An address as pyarrow takes it, and the key or the signature: of it, else of the environment.

    The key is the password in the address, the signature its setting `sas_token`. Without either
    pyarrow asks who is signed in.

    Example:
        >>> taken_apart("abfs://acc:a%2Fb@cont/rows.csv?enable_tls=false")
        ('abfs://acc@cont/rows.csv?enable_tls=false', {'account_key': 'a/b'})
        >>> taken_apart("abfs://cont@acc.dfs.core.windows.net/rows.csv?sas_token=%3Fsv%3D1%26sig%3D2")
        ('abfs://cont@acc.dfs.core.windows.net/rows.csv', {'sas_token': 'sv=1&sig=2'})
    """
    parts = urlsplit(address)
    settings = dict(parse_qsl(parts.query))
    user, _, host = parts.netloc.rpartition("@")
    account, _, key = user.partition(":")
    signature = settings.pop("sas_token", "")
    if not account and "." not in host:
        account = os.environ.get(ACCOUNT, "")
    if not key and not signature:
        key, signature = os.environ.get(KEY, ""), os.environ.get(SIGNATURE, "")
    place = f"{account}@{host}" if account else host
    plain = urlunsplit(parts._replace(netloc=place, query=urlencode(settings)))
    if key:
        return plain, {"account_key": unquote(key)}
    return plain, {"sas_token": signature.removeprefix("?")} if signature else {}
