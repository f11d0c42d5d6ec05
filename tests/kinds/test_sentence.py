import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.kinds.cells import Cells
from fivefold.kinds.sentence import Sentence
from fivefold.kinds.spelling import count, placed
from fivefold.testing import check_kind

KIND = Sentence()
COLUMN = Column(name="words", kind="sentence")


def fitted(texts, **settings):
    return KIND.fit(Cells(objects(texts), lambda raw, _: raw), COLUMN, Settings(**settings))


def test_lists_and_texts_of_the_same_words_are_one_cell():
    read = KIND.reader(COLUMN)
    for cell in (["In", "New York", 3], np.array(["In", "New York", "3"], object)):
        assert read(cell) == "In New_York 3"
    assert read(" In \n New_York 3 ") == "In New_York 3"
    assert [read(cell) for cell in (None, "", [], float("nan"))] == [None] * 4
    assert read(["", None, "x"]) == "_ _ x"
    letters = KIND.reader(Column(name="words", kind="sentence", format="letters"))
    assert letters("HHE") == letters("H H E") == letters(["H", "H", "E"]) == "H H E"


def test_words_that_are_not_known_keep_their_shape_and_ends():
    state = fitted(["Bonn and Kiel", "Bonn or Kiel", "Kiel"], text_length=4)
    codes = state.codes
    [row] = KIND.encode(objects(["Bonn x Kohl a b"]), COLUMN, state)
    assert row.shape == (4, 1 + count())
    assert row[:, 0].tolist() == [1, 1, 1, 1]
    assert row[0, 1] == codes["=Bonn"] > 0
    assert row[2, 1:3].tolist() == [0, 0]  # neither Kohl nor kohl was seen
    assert {codes["<k"], codes["^Xx"], codes["*title"]} <= set(row[2].tolist())
    assert KIND.encode(objects([None]), COLUMN, state)[0, :, 0].tolist() == [1, 0, 0, 0]
    [told] = KIND.remarks(COLUMN, fitted(["a b c"] * 3, text_length=2))
    assert (told.code, told.numbers["cut"]) == ("cut_sentences", 3)


@pytest.mark.parametrize(
    ("word", "sort"),
    [
        *(("@paul", "@"), ("#fun", "#"), ("http://t.co/x", "url"), ("12.5", "number")),
        *(
            ("...", "mark"),
            ("USA", "capitals"),
            ("A", "capital"),
            ("iPad", "mixed"),
        ),
    ],
)
def test_a_word_is_of_one_sort(word, sort):
    assert placed(["x", word])[1][-2:] == (f"*{sort}", f"|later {sort}")


def test_kind_keeps_to_what_every_kind_must():
    words = [
        "Anna lives in Bonn",
        "the house of Kiel",
        "@paul see http://t.co",
        "12 of them",
        "A b",
    ]
    cells = [text.split() for text in words for _ in range(3)]
    check_kind(KIND, [*cells, None])
