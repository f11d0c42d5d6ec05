import numpy as np
import pytest

from fivefold.codecs.schema import Column
from fivefold.codecs.spots import outlines, picture_copies
from fivefold.codecs.table import Columns
from fivefold.kinds.binned import Binned
from fivefold.survey.nearcopies import near_copies
from fivefold.survey.specimens import specimens
from fivefold.survey.vocabulary import vocabulary

WORDS = np.array([f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(300)])


@pytest.fixture(scope="module")
def pictures():
    draw = np.random.default_rng(0)
    made = [draw.integers(0, 255, (6, 6, 3)).astype(np.uint8) for _ in range(60)]
    return [np.repeat(np.repeat(one, 8, axis=0), 8, axis=1) for one in made]


def test_texts_that_differ_by_a_word_are_copies_and_short_ones_are_not():
    draw = np.random.default_rng(0)
    texts = [" ".join(draw.choice(WORDS, 20)) for _ in range(200)]
    near = texts[5].split()
    near[3] = "changed"
    texts += [" ".join(near), texts[9], "to you", "to me"]
    table = Columns({"said": np.array(texts, object)})
    [section] = near_copies(table, [Column(name="said", kind="text")], np.arange(len(texts)))
    [row] = section.rows
    assert (row["row"], row["copy"], row["texts"]) == (5, 200, 2)
    assert "1 cell is nearly as another" in section.told[0]
    assert "1 cell is equal to one" in section.told[0]


def test_pictures_that_were_scaled_lightened_or_mirrored_are_copies(pictures):
    planted = [
        pictures[3][::2, ::2],
        np.minimum(pictures[7].astype(int) * 0.9 + 20, 255).astype(np.uint8),
        pictures[11][:, ::-1],
        pictures[13][::-1],
    ]
    every = [*pictures, *planted, None, np.zeros((9, 9, 1), np.uint8)]
    pairs, likeness, group = picture_copies(outlines(every))
    assert pairs.tolist() == [[3, 60], [7, 61], [11, 62], [13, 63]]
    assert likeness.min() > 0.995
    assert group[60:].tolist() == [3, 7, 11, 13, 64, 65]


def test_sections_show_copies_and_some_cells_of_each_answer(pictures):
    cells = np.empty(61, object)
    cells[:] = [*pictures, pictures[3][:, ::-1]]
    table, columns = Columns({"seen": cells}), [Column(name="seen", kind="image")]
    [copies] = near_copies(table, columns, np.arange(61))
    assert [(row["row"], row["copy"]) for row in copies.rows] == [(3, 60)]
    assert [one.words for one in copies.media] == ["row 3", "row 60"]
    group = ("no", "yes"), np.arange(61) % 2, ""
    [shown] = specimens(table, columns, np.arange(40), Binned(*group))
    assert len(shown.media) == 16
    assert sum(one.words.endswith("yes") for one in shown.media) == 8
    rows = [int(one.words.split(":")[0].removeprefix("row ")) for one in shown.media]
    assert max(rows) < 40
    assert all(
        row % 2 == one.words.endswith("yes") for row, one in zip(rows, shown.media, strict=True)
    )


def test_sounds_can_be_listened_to():
    tone = (8000 * np.sin(np.arange(4000) / 5)).astype(np.int16)
    cells = np.empty(3, object)
    cells[:] = [tone, None, tone[::2]]
    column = Column(name="heard", kind="audio", format="8000 Hz")
    [section] = specimens(Columns({"heard": cells}), [column], np.arange(3), None)
    assert [(one.form, one.words) for one in section.media] == [
        ("audio/wav", "row 0"),
        ("audio/wav", "row 2"),
    ]


def test_words_are_told_by_the_answer_that_they_go_with():
    draw = np.random.default_rng(0)
    group = np.arange(400) % 2
    texts = [" ".join([*draw.choice(WORDS[:40], 9), "free" * (n % 2), "all"]) for n in range(400)]
    table = Columns({"said": np.array(texts, object)})
    columns, groups = [Column(name="said", kind="text")], Binned(("ham", "spam"), group)
    [section] = vocabulary(table, columns, np.arange(400), groups)
    assert section.told[0].startswith("Commonest in `said`: all 100%")
    assert section.told[1:] == ("Where spam: free.",)
    [row] = [row for row in section.rows if row["word"] == "free"]
    assert (row["where ham"], row["where spam"]) == (0, 1)
