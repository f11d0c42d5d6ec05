"""The content of values: equal where they hold the same, another one where anything differs."""

import functools
import os
import re
import subprocess
import sys
from collections import OrderedDict
from datetime import date
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from fivefold.core.content import content_of

FACTOR = [2.0]


def make(value: Any) -> Any:
    """A value anew, so that nothing is the same object."""
    return value() if callable(value) else value


class Net(nn.Module):
    def __init__(self, width: int, slope: float = 0.1) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.slope = nn.Linear(2, width), slope

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.first(x) * self.slope


class Costs:
    def __init__(self, price: float) -> None:
        self.price = price

    def __call__(self, target: Any, scores: Any) -> float:
        return self.price


def frame(**changes: Any) -> pd.DataFrame:
    columns = {"a": [1.0, None], "b": ["x", "y"], "c": pd.Categorical(["u", "v"]), **changes}
    return pd.DataFrame({**columns, "t": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True)})


def closure(factor: Any) -> Any:
    def inner(x: float) -> float:
        return x * factor

    return lambda x, y=1: inner(x) + y


def using_a_global(x: float) -> float:
    return x * FACTOR[0]


@functools.lru_cache
def remembered(x: float) -> float:
    return x + 1


PAIRS: dict[str, tuple[Any, Any]] = {
    "texts": (lambda: ["a", {"b": (1, 2.0)}], lambda: ["a", {"b": (1, 2)}]),
    "kinds of number": (lambda: [1], lambda: [True]),
    "list and tuple": (lambda: [1, 2], lambda: (1, 2)),
    "sets": (lambda: {"a", "b", "c"}, lambda: {"a", "b"}),
    "order": (lambda: {"a": 1, "b": 2}, lambda: {"b": 2, "a": 1}),
    "ordered": (lambda: OrderedDict(a=1), lambda: OrderedDict(a=2)),
    "paths": (lambda: Path("a"), lambda: Path("b")),
    "bytes": (lambda: b"a", lambda: bytearray(b"a")),
    "dates": (lambda: date(2024, 1, 1), lambda: date(2024, 1, 2)),
    "patterns": (lambda: re.compile("a+"), lambda: re.compile("a+", re.IGNORECASE)),
    "arrays": (lambda: np.arange(6.0), lambda: np.arange(6.0).reshape(2, 3)),
    "types of array": (lambda: np.arange(3, dtype="i4"), lambda: np.arange(3, dtype="f4")),
    "arrays of objects": (
        lambda: np.array(["a", None], object),
        lambda: np.array(["a", "None"], object),
    ),
    "generators": (lambda: np.random.default_rng(0), lambda: np.random.default_rng(1)),
    "tensors": (lambda: torch.ones(3), lambda: torch.ones(3, dtype=torch.float64)),
    "weights": (lambda: Net(3), lambda: nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))),
    "attributes of modules": (lambda: Net(3), lambda: Net(3, slope=0.2)),
    "frames": (frame, lambda: frame(a=[1.0, 2.0])),
    "types in frames": (frame, lambda: frame(b=pd.Categorical(["x", "y"]))),
    "categories": (frame, lambda: frame(c=pd.Categorical(["u", "v"], categories=["u", "v", "w"]))),
    "names in frames": (frame, lambda: frame().rename(columns={"a": "z"})),
    "closures": (lambda: closure(2), lambda: closure(3)),
    "arrays in closures": (lambda: closure(np.ones(2)), lambda: closure(np.zeros(2))),
    "code": (lambda: lambda x: x + 1, lambda: lambda x: x + 2),
    "partial": (lambda: functools.partial(int, base=2), lambda: functools.partial(int, base=3)),
    "objects": (lambda: Costs(1.0), lambda: Costs(2.0)),
    "bound methods": (lambda: Costs(1.0).__call__, lambda: Costs(2.0).__call__),
    "classes": (lambda: Costs, lambda: Net),
    "functions of torch": (lambda: nn.functional.relu, lambda: nn.functional.gelu),
    "decorated": (lambda: remembered, lambda: functools.lru_cache(using_a_global)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_content_is_equal_where_values_are_and_else_another(name):
    one, other = PAIRS[name]
    first = content_of(one())
    assert isinstance(first, str)
    assert first == content_of(one())
    assert first != content_of(other())


def test_content_of_a_function_changes_with_a_global_that_it_uses(monkeypatch):
    before = content_of(using_a_global)
    monkeypatch.setitem(globals(), "FACTOR", [3.0])
    assert content_of(using_a_global) != before
    monkeypatch.setitem(globals(), "PAIRS", {})
    monkeypatch.setitem(globals(), "FACTOR", [2.0])
    assert content_of(using_a_global) == before


def test_content_of_what_holds_itself_is_found():
    ring: list[Any] = [1]
    ring.append(ring)
    other: list[Any] = [1]
    other.append(other)
    assert content_of(ring) == content_of(other) != content_of([1, [1]])


def test_content_of_weights_changes_with_one_of_them():
    one, other = Net(3), Net(3)
    with torch.no_grad():
        other.first.bias[0] += 1
    assert content_of(one) != content_of(other)


ELSEWHERE = """
from fivefold.core.content import content_of
words = {"some", "words", "in", "a", "set"}
print(content_of([words, lambda x: x in {"a", "b", "c"} or x in words, {"a": {1.5, "b"}}]))
"""


def test_content_is_equal_in_a_process_that_orders_sets_otherwise():
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


def test_content_that_nobody_can_see_is_told(tmp_path):
    with (tmp_path / "file").open("w") as file:
        for value in (file, (n for n in ()), Lock()):
            found = content_of([1, value])
            assert isinstance(found, dict)
            assert "cannot" in found["unseen"]


def test_content_of_a_module_counts_its_hooks_and_not_how_many_there_were_before():
    def hooked(*factors: int) -> nn.Module:
        net = Net(3)
        for factor in factors:
            net.register_forward_hook(lambda module, given, answer, by=factor: by * answer)
        return net

    assert content_of(hooked(2, 3)) == content_of(hooked(2, 3))
    found = {str(content_of(each)) for each in (Net(3), hooked(2), hooked(2, 3), hooked(3, 2))}
    assert len(found) == 4


def test_content_of_a_parametrized_module_counts_its_class_and_weights():
    class Doubled(Net):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(x)

    def normed(kind: type[Net], width: int = 3) -> nn.Module:
        net = kind(width)
        net.kept = nn.Parameter(torch.ones(2, 2))
        return weight_norm(net, "kept")

    assert isinstance(content_of(normed(Net)), str)
    assert content_of(normed(Net)) == content_of(normed(Net))
    found = {str(content_of(each)) for each in (normed(Net), normed(Doubled), normed(Net, 4))}
    assert len(found) == 3


@pytest.mark.parametrize("space", [{"__name__": "__console__"}, {}], ids=["named", "bare"])
@pytest.mark.parametrize(
    "text",
    [
        "class made:\n    width = {0}\n    def wide(self): return self.width",
        "class made:\n    def wide(self): return {0}",
        "def made(width): return width * {0}",
        "WIDE = {0}\ndef made(width): return width * WIDE",
        "class Inner:\n    width = {0}\nmade = Inner()",
        "made = lambda width: width * {0}",
    ],
    ids=range(6),
)
def test_content_of_what_was_typed_in_counts_all_that_it_does(space, text):
    def typed(number: int) -> Any:
        inside: dict[str, Any] = dict(space)
        exec(text.format(number), inside)
        return inside["made"]

    assert content_of(typed(1)) == content_of(typed(1)) != content_of(typed(2))
    assert isinstance(content_of(typed(1)), str)


def test_content_of_a_module_that_has_no_file_cannot_be_seen():
    space = {"tools": ModuleType("tools")}
    exec("def made(): return tools.rate", space)
    assert content_of(space["made"]) == {"unseen": "a module without a file, tools"}


def test_content_of_an_object_changes_with_a_module_that_its_class_imports(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    texts = {
        "own_helps": "RATE = 1\n",
        "own_other": "RATE = 1\n",
        "own_costs": "from own_helps import RATE\n\nclass Cost:\n    def at(self): return RATE\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setitem(sys.modules, "own_costs", None)
    monkeypatch.delitem(sys.modules, "own_costs")
    cost = __import__("own_costs").Cost()
    before = content_of(cost)
    (tmp_path / "own_other.py").write_text("RATE = 22\n")
    assert content_of(cost) == before
    (tmp_path / "own_helps.py").write_text("RATE = 22\n")
    assert content_of(cost) != before
