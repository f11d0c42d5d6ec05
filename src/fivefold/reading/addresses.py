"""Addresses of rows that lie elsewhere: what they are of, and what nobody may read in them."""

import os
import re
from urllib.parse import quote, quote_plus

from fivefold.errors import PreflightError

WEB = ("https", "http")
AZURE = ("abfs", "abfss")
CLOUD = ("s3", "gs", "gcs", *AZURE, "hdfs")
"""What pyarrow reads."""
INSIDE = ("zip", "tar")
"""Files in an archive, which lies on the disk or at another address: `zip://rows.csv::a.zip`."""
BASES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb", "oracle", "mssql", "redshift")
"""Databases; with the driver behind a plus, `mysql+pymysql`, any other too."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9.+-]+)://")
_ENV = re.compile(r"(?<=[:=/])env:([A-Za-z_]\w*)(?=$|[@&:/?#])")
_PASSWORD = re.compile(r"(://[^:/@]*:)(?!:|\d+(?:[/?#]|$))(.*)(?=@)")  # whatever signs are in it
_SIGNED = re.compile(
    r"([?&](?:sig|pwd|[^=&]*(?:token|secret|signature|passw|credential"
    r"|(?:api|access|account|storage|private|shared)[_-]?key)[^=&]*|key(?==[^&#]{16}))=)([^&#]+)",
    re.I,
)


def scheme_of(source: object) -> str:
    r"""The scheme of an address, in small letters; empty for what is none, such as a path.

    Example:
        >>> scheme_of("s3://bucket/rows.parquet"), scheme_of("rows.parquet"), scheme_of(r"C:\rows")
        ('s3', '', '')
    """
    match = _SCHEME.match(source) if isinstance(source, str) else None
    return match[1].lower() if match else ""


def is_base(source: object) -> bool:
    """Whether it is the address of a database.

    Example:
        >>> is_base("sqlite:///a.db"), is_base("mysql+pymysql://host/shop"), is_base("s3://a/b")
        (True, True, False)
    """
    scheme = scheme_of(source)
    return scheme.partition("+")[0] in BASES or (not scheme.startswith("git+") and "+" in scheme)


def without_secrets(address: str) -> str:
    """An address as it may be shown: passwords and signatures as `***`, names of variables stay.

    Example:
        >>> without_secrets("postgresql://ann:secret@host/shop")
        'postgresql://ann:***@host/shop'
        >>> without_secrets("https://host/rows.csv?token=env:TOKEN&day=3")
        'https://host/rows.csv?token=env:TOKEN&day=3'
    """

    def masked(match: re.Match[str]) -> str:
        return match[0] if match[2].startswith("env:") else f"{match[1]}***"

    return _SIGNED.sub(masked, _PASSWORD.sub(masked, address))


def with_secrets(address: str) -> str:
    """The same with the values of the variables that it names, `env:NAME`."""
    return _ENV.sub(lambda match: quote(os.environ.get(match[1], ""), safe=""), address)


def secrets_of(address: str) -> list[str]:
    """The values of the variables that it names."""
    return [os.environ[name] for name in _ENV.findall(address) if os.environ.get(name)]


def hidden(text: str, address: str) -> str:
    """What somebody else says of an address, without the values of the variables that it names.

    Args:
        text: of a server, a library, a system.
        address: with `env:NAME` in the place of what is secret.

    Example:
        >>> os.environ["SHOP"] = "a/b c"
        >>> hidden("no host in //ann:a%2Fb%20c@: a/b c", "postgresql://ann:env:SHOP@host/shop")
        'no host in //ann:***@: ***'
    """
    for secret in sorted(secrets_of(address), key=len, reverse=True):
        for form in (quote(secret, safe=""), quote(secret), quote_plus(secret), secret):
            text = text.replace(form, "***")
    return text


def check_address(address: str) -> list[PreflightError]:
    """Its faults as far as no connection is needed: a secret in it, a variable that is not set.

    Example:
        >>> [fault.summary for fault in check_address("postgresql://ann:secret@host/shop")]
        ['postgresql://ann:***@host/shop: expected no password in an address, found one.']
    """
    shown, faults = without_secrets(address), list[PreflightError]()
    for what, secrets in (("password", _PASSWORD), ("key or signature", _SIGNED)):
        if any(not match[2].startswith("env:") for match in secrets.finditer(address)):
            wanted = f"no {what} in an address"
            remedy = "Write env:NAME in its place, and set the variable NAME to it."
            faults.append(PreflightError.expected(shown, wanted, "one", remedy, path=shown))
    for name in _ENV.findall(address):
        if not os.environ.get(name):
            wanted, remedy = f"the environment variable {name} to be set", f"Set {name}."
            faults.append(
                PreflightError.expected(shown, wanted, "it not set", remedy, variable=name)
            )
    return faults
