"""What is wrong with a kind or block of a user's is said when it is handed over, or first used."""

from dataclasses import dataclass

import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.own import load_file
from fivefold.core.own_code import own_code
from fivefold.core.roster import file_of
from fivefold.errors import ConfigError
from fivefold.kinds.block import Block
from fivefold.kinds.codec import Codec
from fivefold.kinds.codes import CODES
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.quick_plan import Plan

TARGET = Column(name="y", kind="numeric", role="target")


class Plain(Kind):
    """A text, encoded as its length."""

    name, wanted, block = "plain", "plain texts", NUMBERS

    def reader(self, column):
        return lambda cell: self.text_of(cell, column)

    def encode(self, values, column, state):
        return np.array([np.nan if value is None else len(value) for value in values], float)


def made(base=Plain, **members):
    return type(f"Made{len(members)}", (base,), {"name": "made", **members})


@pytest.fixture(autouse=True)
def _nothing_adopted(monkeypatch):
    monkeypatch.setattr(KINDS, "_own", {})


def fit(kinds, cells=("a", "bb", None)):
    columns = tuple(Column(name=name, kind=KINDS.adopt(kind).name) for name, kind in kinds.items())
    schema = Schema(columns=(*columns, TARGET), targets=("y",), task="regression")
    array = np.array([*cells], object)
    table = Columns(dict.fromkeys(kinds, array) | {"y": np.arange(len(cells), dtype=float)})
    return Codec.fit(table, schema, np.arange(len(cells))), table


def encode(kinds):
    codec, table = fit(kinds)
    return codec.encode(table)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"block": Block}, "expected a block, found .*Block"),
        ({"block": None}, "expected a block, found None"),
        ({"wanted": None}, "expected `wanted`"),
        ({"dtype": "i8"}, "expected a dtype of 'O', 'f8', 'M8.us.', found 'i8'"),
        ({"nullable": False}, "expected a method `synthesise`"),
        ({"nullabel": False}, "found 'nullabel'"),
        ({"name": ""}, "expected a name"),
        ({"name": "a/b"}, "without a slash"),
        ({"name": "numeric"}, "a name of its own, found 'numeric'"),
    ],
)
def test_kind_that_cannot_work_is_refused_when_it_is_handed_over(members, message):
    with pytest.raises(ConfigError, match=message):
        KINDS.adopt(made(**members))


def test_missing_cell_follows_from_the_type_of_a_column():
    assert made(dtype="O").empty is None
    assert np.isnan(made(dtype="f8").empty)
    assert np.isnat(made(dtype="M8[us]").empty)


@pytest.mark.parametrize(
    ("block", "part", "wanted"),
    [
        (NUMBERS, lambda n: np.zeros((n, 2)), "float64 with a number a row for each of its 1"),
        (NUMBERS, lambda n: np.zeros(n, np.float32), "float64"),
        (NUMBERS, lambda n: np.zeros(n - 1), "expected `encode` to give 3 rows"),
        (CODES, lambda n: np.zeros(n, np.int32), "a state with a `size`"),
    ],
)
def test_encode_that_gives_what_the_block_cannot_take_is_refused(block, part, wanted):
    kind = made(block=block, encode=lambda self, values, column, state: part(len(values)))
    with pytest.raises(ConfigError, match=wanted) as caught:
        encode({"x": kind})
    assert caught.value.column == "x"


@dataclass(frozen=True)
class Top:
    size: int


@pytest.mark.parametrize("codes", [[0, 1, 3], [0, -1, 1]])
def test_codes_beyond_their_number_are_refused(codes):
    kind = made(
        block=CODES,
        state=Top,
        fit=lambda self, cells, column, settings: Top(3),
        encode=lambda self, values, column, state: np.array(codes, np.int32),
    )
    codec, table = fit({"x": kind})
    with pytest.raises(ConfigError, match="int32 codes from 0 to 2"):
        codec.encode(table)


def block_of(name, shared=True, shape=()):
    members = {"name": name, "dtype": "float32", "shared": shared, "shape": lambda *_: shape}
    if shared:
        members["encode"] = lambda self, parts, state: np.stack(parts, axis=-1)
    return type("Own", (Block,), members)()


def test_shared_block_that_does_not_say_how_columns_stand_together_is_refused():
    members = {"name": "mine", "dtype": "float32", "shared": True, "shape": lambda *_: ()}
    with pytest.raises(ConfigError, match="expected a method `encode`"):
        KINDS.adopt(made(block=type("Own", (Block,), members)()))


def test_two_arrays_of_one_name_are_refused():
    one, other = made(block=block_of("mine")), made(block=block_of("mine"), name="second")
    with pytest.raises(ConfigError, match="a name of its own, found 'mine'"):
        fit({"x": one, "z": other})
    for taken in ("table", "codes"):
        with pytest.raises(ConfigError, match=f"found '{taken}'"):
            fit({"x": made(block=block_of(taken))})


def test_column_called_as_an_own_array_keeps_its_own():
    waves = made(block=block_of("waves"))
    private = made(block=block_of("alone", shared=False), name="alone kind")
    codec, table = fit({"x": waves, "waves": private})
    assert [*codec.encode(table)] == ["waves", "alone kind/waves"]


@pytest.mark.parametrize(
    ("state", "said", "message"),
    [
        (Top(3), None, "names .none., found Top"),
        ({"a": 1}, dict, "found dict"),
        (Top({1: "a"}), Top, "found .* in `size`"),
        (Top([1]), Top, "found .* in `size`"),
        (Top(np.float32(1)), Top, "found .* in `size`"),
    ],
)
def test_state_that_would_not_come_back_is_refused(state, said, message):
    kind = made(state=said, fit=lambda self, cells, column, settings: state)
    codec, _ = fit({"x": kind})
    with pytest.raises(ConfigError, match=message):
        codec.state()


def test_packed_array_with_a_dot_in_its_name_is_refused():
    kind = made(pack=lambda self, state: (None, {"a.b": np.zeros(1)}))
    with pytest.raises(ConfigError, match="without a dot"):
        fit({"x": kind})[0].state()


def test_reader_says_in_the_message_what_is_wrong():
    def reader(self, column):
        def read(cell):
            if cell == "bb":
                raise ValueError("two letters are too many")
            return cell

        return read

    with pytest.raises(Exception, match="two letters are too many") as caught:
        fit({"x": made(reader=reader)})
    assert caught.value.column == "x"


def test_plain_cells_of_own_kinds_go_the_quick_way_by_default():
    codec, table = fit({"x": Plain, "z": made(block=block_of("mine", shared=False))})
    plan = Plan.of(codec)
    cells = [(cell, cell) for cell in table.column("x").tolist()]
    found = plan.encode(cells)
    for name, array in codec.encode(table).items():
        np.testing.assert_array_equal(found[name], array)
    assert Plan.of(fit({"x": made(chunk=2)})[0]) is None


def test_number_beyond_float32_is_pulled_in_by_both_ways():
    kind = made(encode=lambda self, values, column, state: np.full(len(values), 1e39))
    codec, table = fit({"x": kind})
    assert (
        codec.encode(table)["numeric"].tolist()
        == Plan.of(codec).encode([("a",)])["numeric"].tolist() * 3
    )


FILE = """from fivefold.kinds.numeric import Numeric

class Own(Numeric):
    name = "own"
    number = {}
"""


def test_files_of_one_name_are_kept_apart(tmp_path):
    loaded = []
    for n in range(2):
        (tmp_path / str(n)).mkdir()
        path = tmp_path / str(n) / "own.py"
        path.write_text(FILE.format(n))
        loaded.append((path, load_file(path).Own))
    assert all(file_of(cls) == path for path, cls in loaded)
    digests = [own_code([cls()]) for _, cls in loaded]
    assert digests[0].keys() == digests[1].keys() == {"Own"}
    assert digests[0] != digests[1]


def test_class_whose_text_nobody_has_is_known_by_its_name_alone():
    space = {}
    exec(FILE.format(1), space)
    assert own_code([space["Own"]()]) == {"Own": ""}
