import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.errors import ConfigError
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.plain import Bag, Levels
from fivefold.kinds.sequence import Sequence
from fivefold.kinds.symbols import SYMBOLS, kmers
from fivefold.testing import check_kind

DNA = ["ACGTACGTAC", "ttgacanrac", "GGGTTTAACC", "ACGTNNGTAC"] * 3


def fitted(texts, form="dna", **settings):
    column = Column(name="s", kind="sequence", format=form)
    state = Sequence().fit(
        Cells(np.array(texts, object), lambda raw, _: raw), column, Settings(**settings)
    )
    return Fitted(column, Sequence(), state)


def encode(texts, column):
    return Sequence().encode(np.array(texts, object), column.column, column.state)


def test_sequences_of_one_length_keep_positions_and_others_are_pooled():
    same = fitted(DNA)
    assert (same.state.kept, same.state.length) == (True, 10)
    assert "positions are kept" in same.state.rule
    other = fitted([*DNA, "ACG"])
    assert (other.state.kept, other.state.length) == (False, 10)
    assert "pooled" in other.state.rule
    assert fitted([*DNA * 10, "ACG"]).state.kept  # one of 121 is a stray


def test_encode_cuts_pads_and_reads_what_is_foreign_as_any_symbol():
    column = fitted([*DNA, "A"], sequence_length=4)
    found = encode(["ACGTA", "tg", "A-C", None, ""], column)
    assert found.tolist() == [
        [2, 3, 4, 5],
        [5, 4, 0, 0],
        [2, 1, 3, 0],
        [1, 0, 0, 0],
        [1, 0, 0, 0],
    ]
    assert found.dtype == np.int16


def test_remarks_count_cut_sequences_and_foreign_symbols():
    column = fitted([*DNA, "ACG-*ACGTACGTA"], sequence_length=10)
    cut, foreign = Sequence().remarks(column.column, column.state)
    assert (cut.code, cut.numbers["cut"], cut.numbers["longest"]) == ("cut_sequences", 1, 14)
    assert (foreign.code, foreign.numbers["symbols"]) == ("foreign_symbols", 2)
    assert not Sequence().remarks(column.column, fitted(DNA).state)


def test_words_are_symbols_where_cells_hold_several():
    column = fitted(["login view pay", "view,login", "pay; pay"], "words")
    assert set(column.state.symbols) == {"login", "view", "pay"}
    code = {symbol: place for place, symbol in enumerate(column.state.symbols, 2)}
    expected = [code["pay"], 1, code["view"]]
    assert encode(["pay, leave view"], column).tolist() == [expected]


def test_strand_both_of_acids_is_refused():
    with pytest.raises(ConfigError, match="expects DNA or RNA"):
        fitted(["MKVLI"] * 3, "protein", strand="both")
    assert [fitted(DNA, strand=s).state.both for s in ("one", "both", "auto")] == [0, 1, 2]
    assert fitted(["ACGU"] * 3, "rna").state.both == 0


def test_sizes_tell_symbols_and_the_share_of_g_and_c():
    told = Sequence().sizes(
        np.array(["ACGG", None], object), Column(name="s", kind="sequence", format="dna")
    )
    assert {name: counts[0] for name, counts in told.items()} == {
        "symbols": 4,
        "different_symbols": 3,
        "gc": 0.75,
    }
    assert np.isnan(told["symbols"][1])


def test_composition_is_the_share_of_each_letter():
    dna = Column(name="s", kind="sequence", format="dna")
    told = Sequence().composition(np.array(["AACGN", None, "tt"], object), dna)
    assert [told[letter][0] for letter in "ACGT"] == [0.4, 0.2, 0.2, 0]
    assert (told["T"][2], np.isnan(told["A"][1])) == (1, True)
    events = Column(name="s", kind="sequence", format="words")
    told = Sequence().composition(np.array(["login view view", "pay"], object), events)
    assert {name: share.tolist() for name, share in told.items()} == {
        "view": [2 / 3, 0],
        "login": [1 / 3, 0],
        "pay": [0, 1],
    }


def test_kmers_number_words_and_leave_out_those_with_another_symbol():
    codes, size = kmers(encode(["ACGTN", "CA"], fitted([*DNA, "A"], sequence_length=5)), 4, 16)
    assert size == 17
    assert codes.tolist() == [[2, 7, 12, 0], [5, 0, 0, 0]]  # AC=1, CG=6, GT=11, CA=4, and one more


def test_simple_models_read_positions_where_they_are_kept_and_kmers_elsewhere():
    same, other = fitted(DNA), fitted([*DNA, "ACG"])
    assert len(SYMBOLS.linear(encode(DNA, same), [same])) == 10
    assert isinstance(SYMBOLS.linear(encode(DNA, same), [same])[0], Levels)
    [bag] = SYMBOLS.linear(encode(DNA, other), [other])
    assert isinstance(bag, Bag)
    assert bag.size == 4**6 + 1
    matrix, is_code = SYMBOLS.trees(encode(["AAAAAA"], other), [other])
    assert matrix.shape == (1, 256)
    assert (matrix[0, 0], matrix.sum(), is_code.any()) == (1, 1, False)
    assert SYMBOLS.note([other], "linear") == "sequences by counts of 6-mers"
    assert SYMBOLS.note([same], "trees") == "sequences by position"


def test_collect_takes_a_column_of_dna_for_a_sequence_and_no_id():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice([*"ACGT"], 20)) for _ in range(60)]
    rows = [{"promoter": text, "y": "ab"[row % 2]} for row, text in enumerate(texts)]
    found = ff.Pipeline([ff.Collect(rows, target="y")]).run(progress=False)[ff.Collected]
    column = found.schema["promoter"]
    assert (column.kind, column.format, column.role) == ("sequence", "dna", "input")


@pytest.mark.slow
@pytest.mark.rehearsed
def test_sequence_is_a_sound_kind():
    rng = np.random.default_rng(0)
    dna = ["".join(rng.choice([*"ACGTn"], size)) for size in range(1, 13)]
    assert check_kind(Sequence, [*dna, None], format="dna").replayed == "fivefold"
    events = [" ".join(rng.choice(["login", "view", "pay"], size)) for size in range(1, 11)]
    assert check_kind(Sequence, [*events, "a, b", None]).cells == 12
