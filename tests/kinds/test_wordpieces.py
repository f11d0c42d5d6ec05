"""Pieces of words as BERT's family reads them; words by hand, as transformers 5.24 gives them."""

import pytest

from fivefold.kinds.wordpieces import Spelling, WordPieces

PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "sun",
    "##ny",
    "##s",
    "day",
    "zoe",
    "don",
    "'",
    "t",
    ",",
    "!",
    "天",
    "the",
]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Sunny days, Zoë don't!", "sun ##ny day ##s , zoe don ' t !"),
        ("天天", "天 天"),
        ("", ""),
        ("the\x00 \u00adsunx\tday", "the [UNK] day"),
        ("s" * 101, "[UNK]"),
    ],
)
def test_pieces_of_a_text_are_the_longest_known_ones(text, pieces):
    index = WordPieces(PIECES, Spelling(), first=2, unknown=1)
    found = ["[UNK]" if number == 1 else PIECES[number - 2] for number in index.of(text)]
    assert found == pieces.split()


def test_spelling_with_capitals_and_accents_keeps_both():
    assert Spelling(lower=False, plain=False).words("Zoë SUN") == ["Zoë", "SUN"]
