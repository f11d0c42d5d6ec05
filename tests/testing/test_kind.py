"""What a kind must keep to: fivefold's own do, and each broken rule is told."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from fivefold.kinds.binned import Binned
from fivefold.kinds.block import Block
from fivefold.kinds.feature import Feature
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS
from fivefold.kinds.quick import Quick
from fivefold.models import parts
from fivefold.testing import check_kind
from small_kinds import Bars, Grade, Walk

ROOT = Path(__file__).parents[1]
RNG = np.random.default_rng(0)
NUMERALS = ["1", "2.5", "-3", "1e3", "", *map(str, RNG.normal(size=9).tolist())]
DAYS = [f"2024-{month:02d}-{day:02d}T10:30:00.000001" for month in range(1, 7) for day in (9, 28)]
CELLS = {
    "numeric": ([*NUMERALS, 7, np.float32(0.1), None, True], ""),
    "numeric, written": (
        ["1.234,5", "7", "0,25", "-1", None, "2,5", "3.000", "9", "8,1"],
        "1.234,56",
    ),
    "numeric, floats": (RNG.normal(size=20).tolist(), ""),
    "categorical": (["a", "b ", "ç ü", None, 3, 3.0, True, "<1H", *"abcabc"], ""),
    "boolean": (["yes", "no", True, False, 1, 0, None, "true", "F", "t"], ""),
    "datetime": ([*DAYS, None, "2020-01-31"], ""),
    "datetime, written": ([f"{day}.02.2024" for day in range(10, 25)], "%d.%m.%Y"),
    "text": ([*(f"a {word} house, {n}" for n, word in enumerate(["réd", "blue"] * 9)), None], ""),
    "image, grey": ([*RNG.integers(0, 256, (9, 6, 5)).astype(np.uint8), None], ""),
    "image, floats": ([*RNG.random((9, 4, 4, 3)).astype(np.float32)], ""),
}

GRADES = ["A+", "b", None, "C", "f-", "d", "E", "B-", "c+", "a", "", "D-"]
WALKS = [[], [1, 2], "[3, 4.5]", None, [0.1], [5, 6, 7], [8], [9, 1, 1, 1], [2, 2], [4]]
WALKS += RNG.normal(size=(9, 3)).round(3).tolist()


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """No kind and no block of a user's is known before a test, or after it."""
    monkeypatch.setattr(KINDS, "_own", {})
    monkeypatch.setattr(parts, "_OWN", {})


@pytest.mark.slow
@pytest.mark.rehearsed
@pytest.mark.parametrize("name", CELLS)
def test_check_kind_passes_kinds_of_fivefold(name):
    cells, format = CELLS[name]
    checked = check_kind(type(KINDS[name.partition(",")[0]]), cells, format=format)
    assert (checked.cells, checked.replayed) == (len(cells), "fivefold")
    assert checked.gap < 1e-5
    assert "replayed in a fresh process" in str(checked)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "cells"), [(Grade, GRADES), (Walk, WALKS)])
def test_check_kind_passes_a_kind_in_a_file_in_a_fresh_process(kind, cells, tmp_path, monkeypatch):
    checked = check_kind(kind, cells)
    assert checked.replayed == "small_kinds.py"
    assert kind.name not in [one.name for one in KINDS]


@pytest.mark.slow
def test_check_kind_says_that_a_kind_of_a_notebook_is_replayed_in_this_process():
    class Here(Walk):
        pass

    checked = check_kind(Here(), WALKS)
    assert checked.replayed == ""
    assert "in this process, as its class stands in no file" in str(checked)


# --- broken ones: one a rule

BROKEN = {}


def broken(message, base=Walk):
    """Register a function that gives what a class is made of, with what is said of it."""

    def register(make):
        BROKEN[make.__name__] = (base, make, message)
        return make

    return register


def reads_as(change):
    """A reader that changes what Grade's reads, or refuses otherwise."""

    def reader(self, column):
        read = Grade.reader(self, column)
        return lambda cell: change(cell, read)

    return {"reader": reader}


@broken("Broken: expected a `name`, found none", Kind)
def nameless():
    return {}


@broken("Broken: it cannot be adopted: Kind Broken: expected a name of its own, found 'numeric'")
def taken():
    return {"name": "numeric"}


@broken(r"it cannot be adopted: (?s:.*)It does not define `encode`", Kind)
def abstract():
    return {"name": "new", "reader": Walk.reader}


@broken("it cannot be adopted: .*argument", Walk)
def wanting():
    return {"__init__": lambda self, size: None}


@broken("expected `wanted`, what messages say of its cells, found ''")
def unsaid():
    return {"wanted": ""}


@broken("it cannot be adopted: Kind Broken: expected a block, found .*Bars'")
def blockless():
    return {"block": Bars}


@broken("expected a word in `name` of its block, found 'two words'")
def misnamed():
    return {"block": type("Two", (Bars,), {"name": "two words"})()}


@broken("cell 1, 'b', is not read: lower case", Grade)
def choosy():
    def change(cell, read):
        if cell == "b":
            raise ValueError("lower case")
        return read(cell)

    return reads_as(change)


@broken("cell 0, .*, is read as 'A\\+!', and that as 'A\\+!!'", Grade)
def growing():
    return reads_as(lambda cell, read: f"{cell}!" if isinstance(cell, str) else None)


@broken("given what it made of cell 0.* fails: KeyError", Grade)
def one_way():
    return reads_as(lambda cell, read: {"A+": 1, "b": 2, None: None, "C": 3}[cell])


@broken("the missing cell nan is read as 'NAN', not as None", Grade)
def texts_only():
    return reads_as(lambda cell, read: str(cell).upper() if cell else None)


@broken("`empty` is '', which stands for no missing cell", Grade)
def empty_unlike():
    return {
        **reads_as(lambda cell, read: read(cell) or ""),
        "empty": "",
        "encode": lambda self, values, column, state: np.ones(len(values)),
    }


@broken("refuses .* with a AttributeError, not with a ValueError or TypeError", Grade)
def rude():
    return reads_as(lambda cell, read: cell.x if isinstance(cell, dict) else read(cell))


@broken("reading other rows than the training rows changes what is fitted")
def greedy():
    longest = [1]

    def reader(self, column):
        def read(cell):
            values = self.numbers_of(cell, column, (-1,))
            longest[0] = max(longest[0], 0 if values is None else len(values))
            return values

        return read

    return {"reader": reader, "fit": lambda self, cells, column, settings: longest[0]}


@broken("fitting another column before changes what is fitted")
def remembering():
    widest = [1]

    def fit(self, cells, column, settings):
        widest[0] = max(widest[0], Walk.fit(self, cells, column, settings))
        return widest[0]

    return {"fit": fit}


@broken("pack.. fails: ConfigError: State: expected a plain value, .* found set")
def opaque():
    return {
        "fit": lambda self, cells, column, settings: {1, 2},
        "encode": lambda self, values, column, state: np.zeros((len(values), 4), np.float32),
        "block": type("Four", (Bars,), {"shape": lambda self, columns: (4,)})(),
    }


@broken("unpack.. fails|what it fits changes on its way through JSON and arrays")
def forgetful():
    @dataclass(frozen=True)
    class Longest:
        points: int

    return {
        "state": Longest,
        "fit": lambda self, *given: Longest(Walk.fit(self, *given)),
        "encode": lambda self, values, column, state: Walk.encode(
            self, values, column, state.points
        ),
        "block": type(
            "Long", (Bars,), {"shape": lambda self, columns: (columns[0].state.points,)}
        )(),
        "unpack": lambda self, values, arrays, column: Longest(values["points"] + 1),
    }


@broken("the array .* of what it fits holds objects")
def objective():
    return {"pack": lambda self, state: (state, {"words": np.array(["a"], object)})}


@broken("fitting on missing cells alone fails: ValueError: max")
def hopeful():
    def fit(self, cells, column, settings):
        return max(len(cell) for cell in cells.values if cell is not None)

    return {"fit": fit}


@broken("encoding cells fails: .*expected `encode` to give 7 rows, found")
def losing():
    return {
        "encode": lambda self, values, column, state: np.zeros((len(values) - 1, state), np.float32)
    }


@broken("fit.. fails: .*float64 with a number a row for each of its 2 features", Grade)
def many_named():
    return {"features": lambda self, column, state: (Feature("a"), Feature("b"))}


@broken("features.. gives one name twice", Grade)
def twice_named():
    return {
        "features": lambda self, column, state: (Feature("a"), Feature("a")),
        "encode": lambda self, values, column, state: np.ones((len(values), 2)),
    }


@broken("encode.. gives infinite numbers")
def endless():
    def encode(self, values, column, state):
        return np.full((len(values), state), np.inf, np.float32)

    return {"encode": encode}


@broken(r"expected `encode` to give float32 of shape \(rows, 4\), found float32 of shape")
def narrow():
    return {"encode": lambda self, *given: Walk.encode(self, *given)[:, :3]}


@broken("rows are encoded otherwise one by one than in one go")
def relative():
    def encode(self, values, column, state):
        rows = Walk.encode(self, values, column, state)
        return rows - rows.mean()

    return {"encode": encode}


@broken("encoding no rows fails")
def never_empty():
    def encode(self, values, column, state):
        return np.stack([Walk.encode(self, [value], column, state)[0] for value in values])

    return {"encode": encode}


@broken("lengths.. of its block gives no length from 0 to 4 a row")
def overlong():
    lengths = {"sequence": True, "lengths": lambda self, array: np.full(len(array), 9)}
    return {"block": type("Filled", (Bars,), lengths)()}


@broken(
    "whole.., given an array of <U2, gives other cells|whole.., given codes, gives other cells",
    Grade,
)
def hasty():
    def whole(self, values, column):
        return np.array(["A"] * len(values), object), np.empty(0, np.int64)

    return {"whole": whole}


@broken("texts.. gives other cells than its reader", Grade)
def careless():
    def texts(self, values, column):
        return np.array(["A"] * len(values), object), np.empty(0, np.int64), []

    return {"texts": texts}


@broken("quick.. gives other numbers than reader.. and encode", Grade)
def quicker():
    return {"quick": lambda self, column, state: Quick(lambda cell: 0.0)}


@broken("shown.. gives no text")
def silent():
    return {"shown": lambda self, cell, column: cell}


@broken("binned.. gives no bin a cell")
def binless():
    def binned(self, values, column):
        return Binned(("all",), np.zeros(len(values), np.int64))

    return {"binned": binned}


@broken("to_text.. gives no text a cell")
def wordless():
    return {"to_text": lambda self, values, column: list(values)}


@broken("to_text.. of a missing cell is not empty")
def loud():
    return {"to_text": lambda self, values, column: ["[1]"] * len(values)}


@broken("cells that went through to_text.. are read as others", Grade)
def blurred():
    return {"to_text": lambda self, values, column: ["A" if value else "" for value in values]}


@broken("given what to_text.. made of the cells, fails: DataError")
def unreadable():
    return {"to_text": lambda self, values, column: ["?!" if v is not None else "" for v in values]}


@broken("to_json.. gives what JSON cannot hold")
def unjson():
    return {"to_json": lambda self, values, column: list(values)}


@broken("to_json.. gives null for other cells than the missing ones", Grade)
def nulling():
    return {"to_json": lambda self, values, column: [None] * len(values)}


@broken("cells that went through to_json.. are read as others", Grade)
def rounded():
    return {"to_json": lambda self, values, column: [v and v[0] for v in values]}


@broken("cells in JSON are nested in 1 lists, `depth` is 0")
def flat():
    return {"depth": 0}


@broken("cells that went through to_frame.. are read as others", Grade)
def framed():
    return {"to_frame": lambda self, values, column: values[::-1]}


@broken("field.. fails: TypeError: .*array|field.. fails")
def unfielded():
    return {"field": lambda self, fitted, seen: {"form": "a walk", "example": np.zeros(2)}}


@broken("given the example of field.., fails: DataError")
def misleading():
    return {"field": lambda self, fitted, seen: {"form": "a walk", "example": "up the hill"}}


@broken("synthesise.. gives 3 cells, not 16")
def sparse():
    return {
        "field": lambda self, fitted, seen: {"form": "a walk", "example": [1]},
        "synthesise": lambda self, fitted, usual, rows, rng: [[1]] * 3,
    }


@broken("given cells of synthesise.., fails: DataError")
def dreaming():
    return {
        "field": lambda self, fitted, seen: {"form": "a walk", "example": [1]},
        "synthesise": lambda self, fitted, usual, rows, rng: ["far"] * rows,
    }


@broken("synthesise.. gives cells of the data, 16 of 16")
def copying():
    return {"synthesise": lambda self, fitted, usual, rows, rng: [[9, 1, 1, 1]] * rows}


@broken("corrupt.. changes nothing")
def harmless():
    return {"corrupt": lambda self, values, some, few: values}


@broken("given cells of corrupt.., fails: DataError", Grade)
def spoiling():
    def corrupt(self, values, some, few):
        values[some] = "Z"
        return values

    return {"corrupt": corrupt}


def part_of(**body):
    """A block whose part has these methods."""

    def part(self):
        return type("OddBar", (type(Bars().part()),), body)()

    return {"block": type("OddBars", (Bars,), {"part": part})()}


def layer(forward):
    """What builds a module without weights."""
    from torch import nn

    return {"build": lambda self, d: type("Odd", (nn.Module,), {"forward": forward})()}


@broken("the half of its block in torch fails: ConfigError: .*expected a half in torch")
def halfless():
    return {"block": type("Half", (Bars,), {"part": Block.part})()}


@broken(r"OddBar.build\(\) gives a module with parameters, not buffers")
def learning():
    from torch import nn

    return part_of(build=lambda self, description: nn.Linear(4, 4))


@broken(r"OddBar.build\(\) gives a module that makes \(1, 4\) of 19 rows")
def summing():
    return part_of(**layer(lambda self, rows: rows.sum(0, keepdim=True)))


@broken(r"OddBar.build\(\) gives a module that makes NaN or infinity")
def nothings():
    return part_of(**layer(lambda self, rows: rows / 0))


@broken(r"OddBar.build\(\) gives a module that treats rows otherwise one by one")
def comparing():
    return part_of(**layer(lambda self, rows: rows - rows.mean()))


@broken(r"OddBar.fill\(\) sets what is in no buffer: a loaded model answers otherwise")
def bufferless():
    def fill(self, module, block):
        module.scale = 2.0

    return part_of(**layer(lambda self, rows: rows * getattr(self, "scale", 1.0)), fill=fill)


@broken(r"OddBar: the change 'cut' makes torch.float32 \(19, 2\) of torch.float32 \(19, 4\)")
def cutting():
    return part_of(changes={"cut": lambda rows, size: rows[:, :2]})


@broken(r"OddBar.encoder\(size, 64\) gives \(19, 4\), not \(19, 64\)")
def thin():
    from torch import nn

    return part_of(encoder=lambda self, size, width: nn.Identity())


@broken(r"trained and deployed fails: ModelError: Deploy: expected a network that exports")
def unexported():
    from torch import nn

    class Looping(nn.Linear):
        def forward(self, rows):
            return super().forward(rows) if rows.sum() > 1e9 else super().forward(rows * 2)

    return part_of(encoder=lambda self, size, width: Looping(size[0], width))


@pytest.mark.parametrize("name", BROKEN)
def test_check_kind_says_which_rule_is_broken(name):
    base, make, message = BROKEN[name]
    kind = type("Broken", (base,), make())
    with pytest.raises(AssertionError, match=message):
        check_kind(kind, GRADES if issubclass(base, Grade) else list(WALKS))
    assert not KINDS._own


def test_check_kind_with_few_cells_wants_more():
    with pytest.raises(AssertionError, match=r"expected 8 cells that are not missing .*, found 2"):
        check_kind(Grade, ["A", None, "B"])


@pytest.mark.slow
def test_check_kind_of_a_file_that_needs_torch_says_so(tmp_path):
    from fivefold.core.own import load_file

    file = tmp_path / "heavy.py"
    file.write_text("import torch\n" + (ROOT / "small_kinds.py").read_text())
    message = r"Walk: its model is not answered in a fresh process: .*cannot run heavy.py: .*torch"
    with pytest.raises(AssertionError, match=message):
        check_kind(load_file(file).Walk, WALKS)
