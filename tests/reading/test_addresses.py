"""What nobody may see of an address, and what somebody else says of it."""

import pytest

import fivefold as ff
from fivefold.errors import ConfigError, DataError
from fivefold.reading.addresses import check_address, hidden, without_secrets
from fivefold.reading.source import read


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ann:p@ss/w#rd?@host/shop", "postgresql://ann:***@host/shop"),
        ("mysql://ann:12345@host/shop", "mysql://ann:***@host/shop"),
        ("https://ann:p/ss@host:8080/a.csv", "https://ann:***@host:8080/a.csv"),
        ("abfs://acc:a/b==@cont/x", "abfs://acc:***@cont/x"),
        ("zip://a.csv::https://ann:pw@host/a.zip", "zip://a.csv::https://ann:***@host/a.zip"),
        ("s3://b/k?secret_key=abc&region=eu", "s3://b/k?secret_key=***&region=eu"),
        ("abfs://c/x?account_key=abc", "abfs://c/x?account_key=***"),
        ("https://h/x?key=AIzaSyD0123456789abcdef", "https://h/x?key=***"),
        ("mssql+pyodbc://h/x?pwd=abc", "mssql+pyodbc://h/x?pwd=***"),
    ],
)
def test_secret_in_an_address_is_found_whatever_signs_it_has(address, shown):
    assert without_secrets(address) == shown
    assert check_address(address)
    with pytest.raises(ConfigError) as caught:
        ff.Collect(address, target="y")
    assert shown in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://host:8080/@scope/a.csv",
        "https://host/x?key=2024",
        "postgresql://ann:env:PATH@host:5432/shop",
        "zip://a.csv::/data/@x.zip",
        "abfs://cont@acc.dfs.core.windows.net/x",
        "gs://anonymous@bucket/x",
        "sqlite:////tmp/a.db",
    ],
)
def test_address_without_a_secret_is_shown_as_it_is(address):
    assert without_secrets(address) == address
    assert not check_address(address)


def test_what_others_say_of_an_address_is_shown_without_its_secrets(monkeypatch):
    monkeypatch.setenv("SHOP", "s3/cr@t b")
    address = "postgresql://ann:env:SHOP@host/shop"
    said = "no host in postgresql://ann:s3%2Fcr%40t%20b@host or s3/cr%40t%20b or s3/cr@t b"
    assert hidden(said, address) == "no host in postgresql://ann:***@host or *** or ***"


def test_library_that_tells_an_address_shows_no_key(monkeypatch):
    monkeypatch.setenv("STORE_KEY", "k/y+z w")
    with pytest.raises(DataError, match="fetched, found none") as caught:
        read("s3://id:env:STORE_KEY@bucket/rows.csv?no_such_setting=1")
    for form in ("k/y+z w", "k%2Fy%2Bz", "y+z"):
        assert form not in str(caught.value)
    with pytest.raises(DataError, match="no answer") as caught:
        read("http://127.0.0.1:1/rows.csv?token=env:STORE_KEY")
    assert "y%2B" not in str(caught.value)
