import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.kinds.codec import Codec
from fivefold.kinds.doors import CONTROLS
from fivefold.serve import page
from fivefold.serve.contract import Contract, contract_of
from fivefold.serve.page import render_page

EVIL = "</script><img src=x onerror=alert(1)> & \"' `"


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture
def contract() -> Contract:
    words = [f"{EVIL} {n}" for n in range(50)]
    table = Columns(
        {
            EVIL: np.array(words, object),
            "<1H OCEAN": np.array([EVIL, "b"] * 25, object),
            "age": np.arange(50.0),
            "on": np.array([0.0, 1.0] * 25),
            "when": np.arange("2020-01-01", "2020-02-20", dtype="M8[D]").astype("M8[us]"),
            "text": np.array([f"hello {EVIL}"] * 50, object),
            "picture": np.zeros((50, 8, 8, 1), np.uint8),
            "light": np.full((50, 8, 8, 3), 250, np.uint8),
            f"y{EVIL}": np.array([EVIL, "no"] * 25, object),
        }
    )
    kinds = [
        "categorical",
        "categorical",
        "numeric",
        "boolean",
        "datetime",
        "text",
        "image",
        "image",
    ]
    columns = [Column(name=n, kind=k) for n, k in zip(table.names, kinds, strict=False)]
    columns.append(Column(name=f"y{EVIL}", kind="categorical", role="target"))
    schema = Schema(
        columns=tuple(columns), targets=(f"y{EVIL}",), task="binary", classes=(EVIL, "no")
    )
    return contract_of(Codec.fit(table, schema, np.arange(50)))


def test_page_escapes_every_name_from_data(contract):
    page = Elements(render_page(contract))
    assert page.all("img") == []
    assert len(page.all("script")) == 2
    texts = "".join(page.texts)
    assert EVIL in texts
    assert "<1H OCEAN" in texts
    values = [option["value"] for option in page.all("option")]
    assert EVIL in values
    assert f"{EVIL} 49" in values


def test_page_contract_in_the_script_is_the_contract(contract):
    page = render_page(contract)
    text = page.split('id="contract"')[1].split(">", 1)[1].split("</script>")[0]
    assert json.loads(text) == contract.to_json()
    assert Contract.from_json(json.loads(text)) == contract


def test_page_has_a_fitting_control_for_each_kind(contract):
    page = Elements(render_page(contract))
    found = {a["data-control"]: (tag, a) for tag, a in page.found if "data-control" in a}
    assert found["number"][0] == "input"
    assert found["number"][1]["type"] == "number"
    assert found["toggle"][0] == "select"
    assert found["lines"][0] == "textarea"
    assert found["moment"][1]["type"] == "datetime-local"
    controls = [tag for tag, a in page.found if a.get("data-control") == "menu"]
    assert controls == ["input", "select"]  # fifty categories to type in, two to choose from
    assert [canvas["data-light"] for canvas in page.all("canvas")] == ["0", "1"]


def test_page_has_every_control_in_html_and_in_its_script():
    """One table in the page, one in the script; a class of the style says which are wide."""
    script = (Path(page.__file__).parent / "page.js").read_text(encoding="utf-8")
    table = script.split("const values = {")[1].split("\n};")[0]
    in_script = re.findall(r"^  (\w+):", table, re.MULTILINE)
    assert in_script == list(page._CONTROLS) == list(CONTROLS)
    assert {"lines", "picture"} <= set(CONTROLS)
    style = (Path(page.__file__).parent / "page.css").read_text(encoding="utf-8")
    assert set(re.findall(r"\.field\.(\w+)", style)) - {"wrong"} <= set(CONTROLS)


def test_page_controls_have_labels(contract):
    page = Elements(render_page(contract))
    labelled = {label.get("for") for label in page.all("label")}
    assert {f"field-{n}" for n in range(8)} <= labelled


def test_page_fetches_nothing_from_elsewhere(contract):
    text = render_page(contract)
    assert "http" not in text.replace("http-equiv", "")
    assert "import " not in text
    assert all("src" not in attributes for _, attributes in Elements(text).found)


def test_page_for_numbers_says_so():
    contract = Contract(fields=(), target="price", task="regression")
    assert "A number, from what you enter below." in render_page(contract)
