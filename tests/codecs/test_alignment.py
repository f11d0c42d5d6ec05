"""Identities in a band, against the whole table filled in cell by cell."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.alignment import identities

STRINGS = st.lists(st.integers(2, 4), min_size=1, max_size=14)


def identity(shorter: list[int], longer: list[int]) -> float:
    """One less the edits from the shorter string to a stretch of the longer one, by its length."""
    before = [0] * (len(longer) + 1)
    for row, letter in enumerate(shorter, 1):
        here = [row]
        for place, other in enumerate(longer, 1):
            here.append(min(before[place - 1] + (letter != other), before[place] + 1, here[-1] + 1))
        before = here
    return 1 - min(before) / len(shorter)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STRINGS, STRINGS), min_size=1, max_size=8))
def test_identities_in_a_wide_band_are_those_of_the_whole_table(pairs):
    pairs = [sorted(pair, key=len) for pair in pairs]
    found = identities(*([np.array(s) for s in side] for side in zip(*pairs, strict=True)), 30)
    np.testing.assert_allclose(found, [identity(*pair) for pair in pairs], atol=1e-12)


def test_identities_in_a_narrow_band_are_never_too_high():
    rng = np.random.default_rng(0)
    pairs = [(rng.integers(2, 5, 12), rng.integers(2, 5, 15)) for _ in range(40)]
    whole = np.array([identity(a.tolist(), b.tolist()) for a, b in pairs])
    narrow = identities([a for a, _ in pairs], [b for _, b in pairs], 1)
    assert (narrow <= whole + 1e-12).all()
    assert (narrow == whole).sum() > 10


def test_identity_of_a_part_is_one_wherever_it_stands():
    whole = np.random.default_rng(0).integers(2, 22, 400)
    parts = [whole[:30], whole[185:215], whole[-30:]]
    assert identities(parts, [whole] * 3, 3).tolist() == [1.0, 1.0, 1.0]
