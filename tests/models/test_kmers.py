import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from fivefold.codecs.alphabet import ALPHABETS, FIRST, bytes_of
from fivefold.models.gathered import Held
from fivefold.models.inputs import Symbols
from fivefold.models.kmers import Kmers, fit_kmers, longest_words
from fivefold.models.linear import Strengths
from models.test_clues import LENGTH, drawn, lesson

DNA = ALPHABETS["dna"]
POOLED = Symbols(LENGTH, DNA.size, 1, 0, 0)


def texts_of(codes):
    return ["".join(DNA.letters[code - FIRST] for code in row) for row in codes.tolist()]


def square_roots(texts):
    """Square roots of the shares of 1-, 2-, 3- and 6-mers, of each in alphabetical order."""
    found = []
    for size in (1, 2, 3, 6):
        every = [
            "".join(DNA.letters[(n // 4**p) % 4] for p in reversed(range(size)))
            for n in range(4**size)
        ]
        counts = (
            CountVectorizer(
                analyzer="char", ngram_range=(size, size), lowercase=False, vocabulary=every
            )
            .transform(texts)
            .toarray()
        )
        found.append(np.sqrt(counts / counts.sum(1, keepdims=True)))
    return np.hstack(found)


def test_kmers_read_what_scikit_learn_counts():
    codes, _ = drawn(None, False, rows=5)
    np.testing.assert_allclose(
        Kmers(POOLED, 2).features(codes), square_roots(texts_of(codes)), atol=1e-6
    )


@pytest.mark.parametrize("number", [False, True])
def test_kmers_answer_as_the_linear_model_of_scikit_learn(monkeypatch, number):
    monkeypatch.setattr("fivefold.models.kmers.STRENGTHS", Strengths((10.0,), (0.1,)))
    codes, target = drawn(None, False, rows=150)
    taught = lesson(codes, target, number=number)
    kmers = Kmers(POOLED, 1 if number else 2)
    answers = fit_kmers(kmers, taught.train, taught.valid, taught.head, seconds_left=lambda: None)
    x = square_roots(texts_of(codes))
    if number:
        wanted = Ridge(alpha=0.1).fit(x[:100], target[:100].numpy()).predict(x[100:])
        found = answers[:, 0]
    else:
        model = LogisticRegression(C=10, max_iter=1000, tol=1e-7).fit(x[:100], target[:100].numpy())
        wanted, found = model.decision_function(x[100:]), answers[:, 1] - answers[:, 0]
    np.testing.assert_allclose(found, wanted, atol=0.02)
    np.testing.assert_allclose(kmers(codes[100:]), answers, atol=1e-5)


def test_kmers_of_both_strands_are_those_of_the_reverse_complement():
    both = Symbols(9, DNA.size, 1, 1, 1)
    text = b"ACGTTGACA"
    codes = [
        torch.from_numpy(DNA.table[bytes_of(each.decode())].astype(np.int64))[None]
        for each in (text, text[::-1].translate(bytes.maketrans(b"ACGT", b"TGCA")))
    ]
    one, other = (Kmers(both, 1, both=True).features(each) for each in codes)
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert not torch.allclose(*(Kmers(both, 1).features(each) for each in codes))


def test_kmers_know_positions_where_they_tell():
    codes, _ = drawn(None, False, rows=3)
    found = Kmers(POOLED, 1, placed=True).features(codes)[:, -4 * LENGTH :].reshape(3, LENGTH, 4)
    assert torch.equal(found.argmax(2) + FIRST, codes)
    assert torch.equal(found.sum(2), torch.ones(3, LENGTH))


@pytest.mark.parametrize(
    ("inputs", "sizes"),
    [
        (Symbols(2000, ALPHABETS["protein"].size, 3, 0, 0), {1: 20, 2: 20, 3: 20}),
        (Symbols(80, 10 + FIRST, 0, 0, 0), {1: 10, 2: 10, 3: 10}),
        (Symbols(80, 1000 + FIRST, 0, 0, 0), {1: 1000, 2: 90}),
        (Symbols(3, DNA.size, 1, 0, 0), {1: 4, 2: 4, 3: 4}),
    ],
)
def test_words_of_kmers_follow_from_the_alphabet(inputs, sizes):
    kmers = Kmers(inputs, 2)
    assert kmers.sizes == sizes
    codes = torch.randint(0, inputs.codes, (4, inputs.length))
    assert kmers.features(codes).shape == (4, kmers.width)
    assert torch.isfinite(kmers.features(0 * codes)).all()


def test_words_are_shorter_where_rows_would_not_fit_in_memory():
    genes = Symbols(20_000, DNA.size, 1, 0, 0)
    assert [longest_words(genes, rows) for rows in (2000, 10_000, 10**8)] == [8, 5, 1]


def test_kmers_that_are_counted_are_scikit_learns_counts_in_the_unit_of_usual_ones():
    texts = ["ACGTACGTAC", "AACC", "GGGGGGTA"]
    codes = torch.zeros(3, LENGTH, dtype=torch.int64)
    for row, text in enumerate(texts):
        codes[row, : len(text)] = torch.from_numpy(DNA.table[bytes_of(text)].astype(np.int64))
    kmers = Kmers(POOLED, 1, counted=True)
    kmers.measure(Held(codes, torch.zeros(3), None))
    counts = CountVectorizer(analyzer="char", lowercase=False, vocabulary=[*"ACGT"])
    letters = counts.transform(texts).toarray()
    usual = np.median(np.linalg.norm(letters, axis=1))
    np.testing.assert_allclose(kmers.features(codes)[:, :4], letters / usual, atol=1e-5)
