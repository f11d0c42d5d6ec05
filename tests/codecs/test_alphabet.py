import numpy as np
import pytest

from fivefold.codecs.alphabet import ALPHABETS, FIRST, bytes_of, cleaned, form_of, recognised


def codes(text, form="dna"):
    return ALPHABETS[form].table[bytes_of(text)].tolist()


def test_alphabet_of_dna_gives_ambiguous_letters_their_shares():
    shares = ALPHABETS["dna"].matrix()[codes("ARNB")]
    third = np.float32(1 / 3)
    expected = [[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0.25] * 4, [0, third, third, third]]
    np.testing.assert_array_equal(shares, np.array(expected, np.float32))
    assert not ALPHABETS["dna"].matrix()[0].any()


def test_alphabet_reads_small_letters_and_the_other_acid_as_the_same():
    assert codes("acgtu") == codes("ACGTT") == codes("ACGUU", "rna")
    assert codes("-?*é"[:3]) == [1, 1, 1]


@pytest.mark.parametrize("form", ["dna", "rna"])
def test_alphabet_faces_each_letter_with_that_of_the_other_strand(form):
    t = "T" if form == "dna" else "U"
    pairs = dict(zip(f"ACG{t}RYSWKMBDHVN", f"{t}GCAYRSWMKVHDBN", strict=True))
    facing = ALPHABETS[form].facing()
    for letter, other in pairs.items():
        assert facing[codes(letter, form)[0]] == codes(other, form)[0]
    assert (facing[facing] == np.arange(len(facing))).all()
    assert len(facing) == 14 + FIRST


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["ACGTACGTACGT", "ttgacannnacgt"], "dna"),
        (["ACGUACGUACGU", "UUGACACGGACU"], "rna"),
        (["MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ", "MSTNPKPQRKTKRNTNRRPQDVKFPGGWCX*"], "protein"),
        (["CAT", "GAG", "TAG"], ""),
        (["Copenhagen", "Gothenburg"], ""),
        (["INTERNATIONALISATION", "CHARACTERISATION"], ""),
        (["A1B2C3D4E5F6A1B2C3D4E5F6", "0F1E2D3C4B5A69788796A5B4"], ""),
        (["a gene of cattle tag", "cat act tag"], ""),
        ([], ""),
    ],
)
def test_recognised_takes_long_words_of_bases_and_acids_alone(texts, form):
    assert recognised(texts) == form


def test_form_of_what_is_said_to_be_sequences_is_by_letters_or_words():
    assert form_of(["login, view, pay", "view"]) == "words"
    assert form_of(["HPHPPHHP", "PH12"]) == "letters"
    assert cleaned("ac gt\nn", "rna") == "ACGTN"


def test_record_of_fasta_in_a_cell_is_its_sequence():
    assert cleaned(">gene1 human\nacg\r\nTTA\n", "dna") == "ACGTTA"
    assert cleaned("@read1\nACGT\n+\nIIII\n", "dna") == "ACGT"
    assert cleaned("acg\ttta\n", "dna") == "ACGTTA"
    with pytest.raises(ValueError, match="it has 2 records of FASTA"):
        cleaned(">a\nAC\n>b\nGT\n", "dna")
