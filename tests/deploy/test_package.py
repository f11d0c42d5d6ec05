import json

import numpy as np
import pytest

from fivefold.deploy.package import package, requirements, to_json
from fivefold.serve.contract import contract_of


def test_package_twice_gives_the_same_bytes_and_lists_every_entry(mixed):
    codec = mixed.data.codec
    arguments = {
        "codec": codec,
        "contract": contract_of(codec),
        "weights": b"w",
        "graphs": {"model.onnx": b"g"},
        "parity": {"a": 1},
        "recipe": "{}",
        "card": "é",
    }
    made = package(**arguments)
    assert made == package(**arguments)
    assert next(iter(made)) == "manifest.json"
    manifest = json.loads(made["manifest.json"])
    assert set(manifest["entries"]) == set(made) - {"manifest.json"}
    assert manifest["entries"]["card.md"]["bytes"] == 2


def test_requirements_pin_what_is_installed():
    lines = requirements(["pillow"]).splitlines()[1:]
    assert f"numpy=={np.__version__}" in lines
    assert any(line.startswith("pillow==") for line in lines)
    assert not any(line.startswith("torch") for line in lines)
    assert not any(line.startswith("pillow") for line in requirements().splitlines())


def test_json_with_nan_is_refused():
    with pytest.raises(ValueError, match="nan"):
        to_json({"a": float("nan")})
