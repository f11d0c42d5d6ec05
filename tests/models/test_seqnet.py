import pytest
import torch

from fivefold.codecs.alphabet import ALPHABETS, bytes_of
from fivefold.models.inputs import Symbols, Width
from fivefold.models.seqnet import SeqNet
from fivefold.models.symbols import FAR, mutate, shift, turn

DNA = ALPHABETS["dna"]
POOLED = Symbols(9, DNA.size, 1, 0, 0)


def codes(*texts, length=9):
    rows = [DNA.table[bytes_of(text)].tolist() for text in texts]
    return torch.tensor([row + [0] * (length - len(row)) for row in rows])


def test_seqnet_gives_the_same_however_much_padding_follows():
    torch.manual_seed(0)
    network = SeqNet(POOLED, 3).eval()
    found = network(codes("ACGTAC"))
    torch.testing.assert_close(found, network(codes("ACGTAC", length=6)))
    assert network(codes("A", "")).isfinite().all()


def test_seqnet_of_an_ambiguous_letter_is_given_the_mean_of_its_letters():
    network = SeqNet(Symbols(4, DNA.size, 1, 1, 0), 2)
    table = network.shares @ network.embedding
    r, a, g = table[codes("RAG", length=3)[0]]
    torch.testing.assert_close(r, (a + g) / 2)


def test_seqnet_of_both_strands_answers_for_the_reverse_complement_alike():
    torch.manual_seed(0)
    for kept in (0, 1):
        both = SeqNet(Symbols(9, DNA.size, 1, kept, 1), 2).eval()
        one = SeqNet(Symbols(9, DNA.size, 1, kept, 0), 2).eval()
        text, other = codes("ACGTTRAGG"), codes("CCTYAACGT")
        torch.testing.assert_close(both(text), both(other))
        assert not torch.allclose(one(text), one(other))


def test_seqnet_weighs_kmers_of_long_rows_as_those_of_short_ones(monkeypatch):
    torch.manual_seed(0)
    network = SeqNet(Symbols(40, DNA.size, 1, 0, 0), 2).eval()
    some = codes("ACGTNACGT", "TTTTTTT", length=40)
    wanted = network._usual(some)
    monkeypatch.setattr("fivefold.models.seqnet.POSITIONS", 10)
    torch.testing.assert_close(network._usual(some), wanted)


def test_seqnet_answers_many_long_rows_piece_by_piece(monkeypatch):
    torch.manual_seed(0)
    network = SeqNet(Symbols(40, DNA.size, 1, 0, 1), 2).eval()
    some = torch.randint(0, 6, (9, 40))
    wanted = network(some)
    monkeypatch.setattr("fivefold.models.composition.SYMBOLS", 80)
    torch.testing.assert_close(network(some), wanted)


def test_seqnet_finds_a_motif_wherever_it_stands():
    torch.manual_seed(0)
    network = SeqNet(Symbols(60, DNA.size, 1, 1, 0), 1, kept=False).eval()
    with torch.no_grad():
        found = [
            network(codes("A" * at + "CGTTGCACGT" + "A" * (50 - at), length=60)) for at in (15, 31)
        ]
    torch.testing.assert_close(*found)


def test_seqnet_of_a_long_sequence_narrows_it():
    for kept in (0, 1):
        network = SeqNet(Symbols(3000, DNA.size, 1, kept, 0), 2).eval()
        assert network(torch.ones(2, 3000, dtype=torch.int64)).shape == (2, 2)


def test_seqnet_of_a_table_is_refused():
    with pytest.raises(TypeError, match="reads a sequence"):
        SeqNet(Width(4), 2)


def test_mutate_changes_few_symbols_and_no_padding():
    torch.manual_seed(0)
    some = codes("ACGTACG").short().repeat(2000, 1)
    changed = mutate(some, POOLED)
    assert changed.dtype == some.dtype
    assert not changed[:, 7:].any()
    rate = (changed != some)[:, :7].float().mean().item()
    assert 0.01 < rate < 0.04  # three in four of 3 % become another one
    assert changed.max() < 6


def test_shift_moves_each_row_a_little_and_keeps_its_length():
    torch.manual_seed(0)
    some = codes("ACGTACG").short().repeat(300, 1)
    moved = shift(some, POOLED)
    assert moved.dtype == some.dtype
    assert torch.equal(moved == 0, some == 0)
    own, seen = "ACGTACG", set()
    for row in moved[:, :7].tolist():
        text = "".join("?" if code == 1 else DNA.letters[code - 2] for code in row)
        fitting = [
            by
            for by in range(-FAR, FAR + 1)
            if text == "".join(own[p + by] if 0 <= p + by < 7 else "?" for p in range(7))
        ]
        assert len(fitting) == 1, text
        seen.add(fitting[0])
    assert seen == {*range(-FAR, FAR + 1)}


def test_turn_reads_the_other_strand_of_half_the_rows():
    torch.manual_seed(0)
    some = codes("AACGTGG").short().repeat(400, 1)
    turned = turn(some, POOLED)
    other = codes("CCACGTT").short()
    as_it_was, the_other = (turned == some).all(1), (turned == other).all(1)
    assert (as_it_was ^ the_other).all()
    assert 150 < int(the_other.sum()) < 250
    acids = Symbols(9, ALPHABETS["protein"].size, 3, 0, 0)
    assert torch.equal(turn(some, acids), some)
