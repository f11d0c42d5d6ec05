import numpy as np

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
