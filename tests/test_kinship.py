"""Families of sequences, against the exact identity of every pair."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from fivefold.codecs.alphabet import ALPHABETS
from fivefold.kinship import COMMON, families, joined


def mutated(string: np.ndarray, rate: float, letters: int, rng: np.random.Generator) -> np.ndarray:
    """A copy in which so many letters are exchanged, lost or doubled."""
    copy = list[int]()
    for letter in string.tolist():
        what = rng.random()
        if what >= rate:
            copy.append(letter)
        elif what < 0.9 * rate:
            copy.append(int(rng.integers(2, 2 + letters)))
        elif what < 0.95 * rate:
            copy += [letter, int(rng.integers(2, 2 + letters))]
    return np.array(copy)


def identity(one: np.ndarray, other: np.ndarray) -> float:
    """One less the edits from the shorter string to a stretch of the longer one, by its length."""
    shorter, longer = sorted((one, other), key=len)
    before = np.zeros(len(longer) + 1)
    steps = np.arange(len(before))
    for row, letter in enumerate(shorter, 1):
        here = np.minimum(before + 1, np.concatenate([[row], before[:-1] + (longer != letter)]))
        before = np.minimum.accumulate(here - steps) + steps
    return float(1 - before.min() / len(shorter))


def components(alike: np.ndarray) -> np.ndarray:
    return connected_components(csr_matrix(alike))[1]


def together(labels: np.ndarray) -> np.ndarray:
    return labels[:, None] == labels[None, :]


@pytest.mark.parametrize(("letters", "length"), [(4, 60), (20, 40)])
def test_families_are_those_of_the_exact_identity_of_all_pairs(letters, length):
    rng = np.random.default_rng(length)
    ancestors = rng.integers(2, 2 + letters, (6, length))
    rates = rng.uniform(0, 0.3, 36)
    strings = [mutated(ancestors[n % 6], rate, letters, rng) for n, rate in enumerate(rates)]
    exact = np.array([[identity(one, other) for other in strings] for one in strings])
    for likeness in (0.7, 0.8, 0.9):
        found = families(strings, likeness)
        np.testing.assert_array_equal(together(found), together(components(exact >= likeness)))
    assert len(np.unique(families(strings, 0.7))) < len(np.unique(families(strings, 0.9)))


def test_family_of_more_rows_than_a_block_stays_one():
    rng = np.random.default_rng(0)
    ancestor, others = rng.integers(2, 6, 80), rng.integers(2, 6, (40, 80))
    copies = np.tile(ancestor, (3 * COMMON, 1))
    changed = rng.random(copies.shape) < 0.08
    copies[changed] = rng.integers(2, 6, changed.sum())
    found = families([*copies, *others], 0.8)
    assert len(np.unique(found[: 3 * COMMON])) == 1
    assert len(np.unique(found)) == 41


def test_long_sequences_are_told_apart_by_their_words():
    rng = np.random.default_rng(0)
    ancestors = rng.integers(2, 6, (5, 3000))
    near = [mutated(ancestors[n % 5], 0.1, 4, rng) for n in range(20)]
    far = [mutated(ancestors[n % 5], 0.45, 4, rng) for n in range(5)]
    found = families([*near, *far], 0.8)
    assert found[:20].tolist() == [n % 5 for n in range(20)]
    assert len(np.unique(found)) == 10


def test_both_strands_of_a_sequence_are_one_family():
    rng = np.random.default_rng(0)
    strings = list(rng.integers(2, 6, (6, 70)))
    facing = ALPHABETS["dna"].facing()
    turned = [facing[mutated(string, 0.05, 4, rng)][::-1] for string in strings]
    assert families([*strings, *turned], 0.8, facing=facing).tolist() == [*range(6), *range(6)]
    assert families([*strings, *turned], 0.8).tolist() == [*range(12)]


def test_sequences_too_short_or_unknown_are_alike_only_where_they_are_equal():
    strings = [np.array(codes) for codes in ([2], [2], [3], [1, 1, 1, 1], [1, 1, 1, 1], [2, 3])]
    assert families(strings, 0.8).tolist()[:2] == [0, 0]
    assert len(np.unique(families(strings, 0.8))) == 4
    assert families([], 0.8).tolist() == []


def test_numberings_are_joined_where_they_share_a_row():
    rng = np.random.default_rng(0)
    units = [rng.integers(0, 60, 100), rng.integers(0, 70, 100)]
    alike = together(units[0]) | together(units[1])
    np.testing.assert_array_equal(together(joined(units)), together(components(alike)))


@pytest.mark.slow
def test_twenty_thousand_sequences_take_seconds():
    import time

    rng = np.random.default_rng(0)
    rows = np.repeat(rng.integers(2, 6, (2000, 100)), 10, axis=0)
    changed = rng.random(rows.shape) < 0.05
    rows[changed] = rng.integers(2, 6, changed.sum())
    begun = time.process_time()
    found = families(list(rows), 0.8)
    assert time.process_time() - begun < 60
    np.testing.assert_array_equal(found, np.repeat(np.arange(2000), 10))
