"""Why a bundle answers as it does, beside a formula whose parts are known by hand."""

import numpy as np
import pytest

from fivefold.deploy.bundle import write_bundle
from fivefold.deploy.package import package
from fivefold.errors import RequestError
from fivefold.serve.contract import contract_of
from fivefold.serve.predictor import load

ROW = {"age": 50, '"quoted"': True, "zip": "10001", "<1H OCEAN": None}
OTHERS = {
    "rows": 4,
    "columns": {
        "age": [20, 40, None, 60],
        '"quoted"': [True, False],
        "zip": ["7", "10001", "00123", None],
        "<1H OCEAN": ["INLAND"],
    },
}


@pytest.fixture(scope="module")
def explaining(entries, codec, tmp_path_factory):
    path = tmp_path_factory.mktemp("explaining") / "income.ff"
    made = package(
        codec=codec,
        contract=contract_of(codec),
        weights=bytes(entries["weights.safetensors"]),
        graphs={"model.onnx": entries["model.onnx"]},
        parity={"requests": {"instances": [ROW]}, "answers": {}},
        background=OTHERS,
        recipe="{}",
        card="# A card\n",
    )
    write_bundle(made, path)
    return load(path)


def log_odds(model, row):
    no, yes = model.predict_proba([row])[0].astype(float)
    return np.log(yes) - np.log(no)


def test_of_a_sum_each_column_gets_its_own_term_less_the_mean_of_others(explaining):
    [found] = explaining.explain([ROW])
    assert (found.of, found.unit, found.by, found.exact) == (">50K", "log odds", "columns", True)
    rows = [
        {name: cells[row % len(cells)] for name, cells in OTHERS["columns"].items()}
        for row in range(4)
    ]
    whole, base = log_odds(explaining, ROW), np.mean([log_odds(explaining, row) for row in rows])
    assert found.score == pytest.approx(whole, abs=1e-5)
    assert found.base == pytest.approx(base, abs=1e-5)
    for name in ROW:
        others = [log_odds(explaining, {**ROW, name: row[name]}) for row in rows]
        assert found[name] == pytest.approx(whole - np.mean(others), abs=2e-5)
    assert found.base + sum(part.added for part in found.parts) == pytest.approx(whole, abs=1e-5)
    assert [part.name for part in found.parts] == sorted(ROW, key=lambda name: -abs(found[name]))


def test_it_is_told_in_bars_as_a_table_and_as_plain_values(explaining):
    [found] = explaining.explain([ROW])
    text, html = str(found), found._repr_html_()
    assert text.splitlines()[0].startswith(">50K: ")
    assert "missing" in next(line for line in text.splitlines() if "OCEAN" in line)
    assert "&lt;1H OCEAN" in html
    assert "<1H" not in html
    told = found.to_json()
    assert {part["name"]: part["value"] for part in told["parts"]} == {**ROW, "zip": 10001}
    with pytest.raises(KeyError):
        found["no such"]


def test_an_old_bundle_is_compared_with_its_example_requests(entries, codec, tmp_path):
    made = package(
        codec=codec,
        contract=contract_of(codec),
        weights=bytes(entries["weights.safetensors"]),
        graphs={"model.onnx": entries["model.onnx"]},
        parity={"requests": {"instances": [ROW]}, "answers": {}},
        recipe="{}",
        card="# A card\n",
    )
    write_bundle(made, tmp_path / "old.ff")
    [found] = load(tmp_path / "old.ff").explain([ROW])
    assert found.base == found.score
    assert not any(part.added for part in found.parts)


def test_a_class_that_is_none_is_named_with_those_that_are(explaining):
    with pytest.raises(RequestError, match="of= to be one of `>50K`, found '<50K'"):
        explaining.explain([ROW], of="<50K")


def test_explain_over_http_is_what_the_predictor_gives(explaining, ask):
    body = {"instances": [ROW, {**ROW, "age": 20}]}
    reply = ask(explaining, "POST", "/explain", json=body).json()
    wanted = [one.to_json() for one in explaining.explain(body["instances"])]
    assert reply == {"explanations": wanted}


@pytest.mark.parametrize(
    ("instances", "more", "row", "found"),
    [
        ([ROW, {**ROW, "age": "old"}], {}, 1, "'old'"),
        ([ROW] * 17, {}, None, "17"),
        ([ROW], {"of": "rich"}, None, "'rich'"),
    ],
    ids=["cell", "rows", "class"],
)
def test_explain_bad_request_says_what(explaining, ask, instances, more, row, found):
    response = ask(explaining, "POST", "/explain", json={"instances": instances, **more})
    assert response.status_code == 422
    error = response.json()["error"]
    assert (error["row"], error["found"]) == (row, found)


def test_the_page_asks_why_where_answers_have_parts(explaining, ask):
    page = ask(explaining, "GET", "/").text
    assert '<details id="why">' in page
    assert "/explain" in page
