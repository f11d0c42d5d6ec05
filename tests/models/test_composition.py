import itertools

import numpy as np
import torch

from fivefold.codecs.alphabet import ALPHABETS, bytes_of
from fivefold.kinds.symbols import kmers
from fivefold.models.composition import Composition, words_of
from fivefold.models.inputs import Symbols

DNA = ALPHABETS["dna"]


def codes(*texts):
    length = max(map(len, texts))
    rows = [DNA.table[bytes_of(text)].tolist() for text in texts]
    return torch.tensor([row + [0] * (length - len(row)) for row in rows])


def counted(text, size):
    """Shares of all words of so many letters, by hand."""
    words = ["".join(letters) for letters in itertools.product("ACGT", repeat=size)]
    found = [text[at : at + size] for at in range(len(text) - size + 1)]
    found = [word for word in found if word in words]
    return [found.count(word) / max(1, len(found)) for word in words]


def test_composition_is_length_and_the_shares_of_words():
    texts = ("ACGTNACG", "TTA")
    made = Composition(Symbols(8, DNA.size, 1, 0, 0))
    found = made(codes(*texts))
    assert found.shape == (2, made.width) == (2, 1 + 4 + 16 + 64 + 256)
    for row, text in zip(found, texts, strict=True):
        wanted = [np.log1p(len(text))] + [x for size in (1, 2, 3, 4) for x in counted(text, size)]
        np.testing.assert_allclose(row, wanted, atol=1e-6)


def test_composition_of_both_strands_is_that_of_the_reverse_complement():
    made = Composition(Symbols(9, DNA.size, 1, 1, 1), placed=False, both=True)
    torch.testing.assert_close(made(codes("ACGTTRAGG")), made(codes("CCTYAACGT")))
    one = Composition(Symbols(9, DNA.size, 1, 1, 1))
    assert not torch.allclose(one(codes("ACGTTRAGG")), one(codes("CCTYAACGT")))


def test_composition_has_the_letter_at_each_position_where_there_are_few():
    made = Composition(Symbols(3, DNA.size, 1, 1, 0), placed=True)
    letters = made(codes("ARN"))[0, -12:].view(3, 4)
    assert letters.tolist() == [[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0.25] * 4]
    assert not Composition(Symbols(2000, DNA.size, 1, 1, 0), placed=True).placed


def test_words_are_those_that_simple_models_count():
    some = codes("ACGTNACGT", "TTTTTTT")
    for size, most in ((2, 16), (3, 64)):
        expected, _ = kmers(some.numpy(), 4, most)
        assert words_of(some, 4, size).tolist() == expected.tolist()
