import numpy as np
import pytest
import torch

from fivefold.codecs.transcript import Spelt
from fivefold.metrics import transcripts
from fivefold.metrics.estimates import estimate_one
from fivefold.metrics.resampling import resample


def by_hand(truth, found):
    """Levenshtein's distance, one cell after another."""
    before = list(range(len(found) + 1))
    for place, one in enumerate(truth, 1):
        line = [place]
        for other, said in enumerate(found, 1):
            line.append(min(before[other] + 1, line[-1] + 1, before[other - 1] + (one != said)))
        before = line
    return before[-1]


def drawn(rows, seed, letters="ab c"):
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice([*letters], rng.integers(0, 9))) for _ in range(rows)]


def as_target(texts, classes):
    target = np.full((len(texts), max(map(len, texts))), -1)
    for line, text in zip(target, texts, strict=True):
        line[: len(text)] = [classes.index(letter) for letter in text]
    return target


def as_scores(texts, classes, steps=20):
    rows = [np.array([classes.index(letter) for letter in text], int) for text in texts]
    return transcripts.spelling(rows, steps, len(classes))


def test_distances_are_those_of_the_textbook_and_edits_as_many():
    truth, found = drawn(200, 0), drawn(200, 1)
    wanted = [by_hand(*pair) for pair in zip(truth, found, strict=True)]
    assert transcripts.distances(truth, found).tolist() == wanted
    ways = [transcripts.edits(*pair) for pair in zip(truth, found, strict=True)]
    assert [len(way) for way in ways] == wanted


def test_error_rates_add_up_edits_over_rows_before_they_divide():
    classes = (" ", "a", "b", "c")
    truth, found = ["a b c", "ab", "", "c"], ["a c", "ab", "b", "cb"]
    target, scores = as_target(truth, classes), as_scores(found, classes)
    wer, cer, exact = transcripts.transcript_metrics(classes, Spelt("letters"))
    assert wer(target, scores) == (1 + 0 + 1 + 1) / 5
    assert cer(target, scores) == (2 + 0 + 1 + 1) / 8
    assert exact(target, scores) == 0.25
    assert (wer.name, cer.name, wer.greater) == ("wer", "cer", False)


def test_words_as_letters_have_characters_too():
    classes = ("four", "one", "two")
    wer, cer, _ = transcripts.transcript_metrics(classes, Spelt("words"))
    target = np.array([[1, 0, -1], [2, 2, 2]])
    scores = transcripts.spelling([np.array([1, 2]), np.array([2, 2, 2])], 8, 3)
    assert wer(target, scores) == 1 / 5
    assert cer(target, scores) == by_hand("one four", "one two") / len("one fourtwo two two")


def test_letters_without_a_blank_are_judged_by_characters_first():
    names = [m.name for m in transcripts.transcript_metrics(("a", "b"), Spelt("letters"))]
    assert names == ["cer", "exact"]


def test_rates_of_resamples_are_those_of_repeated_rows():
    classes = (" ", "a", "b", "c")
    target = as_target(drawn(40, 2), classes)
    scores = as_scores(drawn(40, 3), classes)
    counts = np.random.default_rng(0).integers(0, 3, (5, 40)).astype(float)
    for metric in transcripts.transcript_metrics(classes, Spelt("letters")):
        found = metric.statistic.over(target, scores, counts)
        for line, value in zip(counts, found, strict=True):
            rows = np.repeat(np.arange(40), line.astype(int))
            assert value == pytest.approx(metric(target[rows], scores[rows]))
        known = estimate_one(metric, target, scores, resample(40, seed=0))
        assert known.low < known < known.high


def test_rate_of_rows_that_say_nothing_is_not_defined():
    cer = transcripts.LETTERS
    known = estimate_one(cer, np.full((40, 2), -1), np.zeros((40, 3, 2)), resample(40, seed=0))
    assert np.isnan(known)
    assert known.method == "nothing is said in any row"


def test_repeats_are_one_letter_and_steps_behind_the_end_none():
    scores = np.eye(3)[[[1, 1, 0, 1, 2, 2], [2, 0, 0, 2, 1, 1]]]
    scores[1, 3:] = np.nan
    assert [row.tolist() for row in transcripts.written(scores)] == [[0, 0, 1], [1]]
    assert transcripts.spans(scores)[0] == [(0, 0, 2), (0, 3, 4), (1, 4, 6)]


def test_nats_are_those_of_torch():
    rng = np.random.default_rng(0)
    rows, steps, letters = 8, 12, 4
    logits = torch.from_numpy(2 * rng.normal(size=(rows, steps, letters + 1)))
    counts, ends = rng.integers(0, 6, rows), rng.integers(10, steps + 1, rows)
    target = np.full((rows, 5), -1)
    for line, count in zip(target, counts, strict=True):
        line[:count] = rng.integers(0, letters, count)
    scores = torch.softmax(logits, -1).numpy()
    scores[np.arange(steps) >= ends[:, None]] = np.nan
    wanted = torch.nn.functional.ctc_loss(
        torch.log_softmax(logits, -1).transpose(0, 1),
        torch.from_numpy(np.maximum(target, 0) + 1),
        *(torch.from_numpy(ends), torch.from_numpy(counts)),
        reduction="none",
    )
    np.testing.assert_allclose(transcripts.nats(target, scores), wanted.numpy(), rtol=1e-9)
    sure = transcripts.nats(np.array([[0, 0, 0]]), np.full((1, 4, 2), 0.5))  # five steps are needed
    assert sure == pytest.approx(4 * -np.log(transcripts.SMALLEST))
