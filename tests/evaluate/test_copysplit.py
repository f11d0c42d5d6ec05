import numpy as np

from fivefold.evaluate.finders.cellcopies import copied_cells
from fivefold.evaluate.finders.copysplit import near_copies

ROWS = 600


def _look(world, moved, share=0.1, same=True):
    draw = np.random.default_rng(0)
    columns = {name: draw.normal(size=ROWS) for name in "abcd"}
    sort = draw.choice(["x", "y"], ROWS).astype(object)
    test, count = int(0.8 * ROWS), round(share * 0.2 * ROWS)
    for cells in columns.values():
        cells[test : test + count] = cells[:count] + moved * draw.normal(size=count)
    if same:
        sort[test : test + count] = sort[:count]
    made = world(
        {**columns, "sort": sort},
        {**dict.fromkeys("abcd", "numeric"), "sort": "categorical"},
        (columns["a"] > 0).astype(int),
    )

    def function(inputs):
        second = 1 / (1 + np.exp(-inputs["numeric"][:, 0].astype(float)))
        return np.stack([1 - second, second], 1)

    return near_copies(made.evidence(function))


def test_rows_that_were_moved_a_little_are_found_with_their_copy(world):
    (found,) = _look(world, 0.003)
    assert found.numbers["rows"] >= 10
    assert found.numbers["of"] == 120
    test, train = found.numbers["example"]
    assert test - 480 == train
    assert found.numbers["score_without"] > 0.9


def test_equal_rows_other_categories_and_independent_rows_are_none(world):
    assert not _look(world, 0.0)  # told as duplicates
    assert not _look(world, 1.0)
    assert not _look(world, 0.003, share=0.02)  # 2 rows
    different = _look(world, 0.003, same=False)
    assert not different or different[0].numbers["rows"] < 10


def _cells(world, kind, cells, moved):
    """What is found where the first ten test rows have a cell that is moved from training rows."""
    cells = np.array([*cells, None], dtype=object)[:-1]
    cells[480:490] = [moved(cell) for cell in cells[:10]]
    made = world({"cell": cells}, {"cell": kind}, np.arange(ROWS) % 2)
    evidence = made.evidence(lambda inputs: np.full((len(next(iter(inputs.values()))), 2), 0.5))
    return copied_cells(evidence)


def test_texts_that_are_nearly_those_of_training_rows_are_found(world):
    draw = np.random.default_rng(0)
    words = np.array([f"{a}{b}" for a in "bcdfgklm" for b in ("an", "el", "ir")])
    texts = [" ".join(draw.choice(words, 20)) for _ in range(ROWS)]
    (found,) = _cells(world, "text", texts, lambda text: f"{text} again and again")
    assert (found.numbers["rows"], found.numbers["of"]) == (10, 120)
    assert found.numbers["column"] == "cell"
    assert found.numbers["example"] == [480, 0]
    assert not _cells(world, "text", texts, lambda text: text)  # told as duplicates
    assert not _cells(world, "text", texts, lambda text: text[::-1])
    short = [" ".join(text.split()[:4]) for text in texts]
    assert not _cells(world, "text", short, lambda text: f"{text} {text}")


def test_pictures_that_are_nearly_those_of_training_rows_are_found(world):
    draw = np.random.default_rng(0)
    pictures = [draw.integers(0, 256, (16, 16, 1), dtype=np.uint8) for _ in range(ROWS)]
    (found,) = _cells(world, "image", pictures, lambda one: one[:, ::-1] // 2 + 40)
    assert found.numbers["rows"] == 10
    assert not _cells(world, "image", pictures, lambda one: one.transpose(1, 0, 2))
