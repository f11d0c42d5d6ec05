"""Made-up texts whose signal is known, and the simple models that the default is beside.

Words are made up too, as frequent as Zipf says; what tells the classes apart is which words are
more frequent, their stems, one pair in a row, or a passage in the middle of a long document.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Random = np.random.Generator

LATIN = ("ba", "re", "to", "mi", "san", "der", "kul", "ven", "is", "or", "an", "el", "pro", "con")
CYRILLIC = ("на", "по", "рей", "ка", "сто", "вер", "ми", "лен", "ни", "про", "ова", "ть", "дом")
HAN = "天地人日月山水火木金土中国大小上下左右东西南北春夏秋冬年时生学工作电车书文字新老"


def words(rng: Random, count: int, pieces: tuple[str, ...] = LATIN) -> np.ndarray:
    """So many different words of one to four pieces."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(rng.choice(pieces, int(rng.integers(1, 5))))] = None
    return np.array(list(found))


def shares(count: int) -> np.ndarray:
    """How frequent words are, the first the most."""
    usual = 1 / (np.arange(count) + 3)
    return usual / usual.sum()


def topics(
    rng: Random,
    label: np.ndarray,
    lengths: np.ndarray,
    known: np.ndarray,
    strength: float,
    joint: str = " ",
) -> list[str]:
    """Texts whose classes have words of their own that are more frequent."""
    usual = shares(len(known))
    own = []
    for _ in range(label.max() + 1):
        more = np.where(rng.random(len(known)) < 0.03, strength, 1.0)
        own.append(usual * more / (usual * more).sum())
    return [joint.join(rng.choice(known, n, p=own[k])) for k, n in zip(label, lengths, strict=True)]


def messages(rng: Random, rows: int) -> pd.DataFrame:
    """5 to 25 words, two classes, one of them one row in eight."""
    label = (rng.random(rows) < 0.125).astype(int)
    return framed(topics(rng, label, rng.integers(5, 26, rows), words(rng, 4000), 12), label)


def documents(rng: Random, rows: int) -> pd.DataFrame:
    """5,000 words each; three classes differ by twelve rare words in the middle."""
    known, label = words(rng, 12_000), rng.integers(0, 3, rows)
    usual = shares(len(known))
    own = rng.permutation(np.arange(3000, 12_000))[:120].reshape(3, 40)
    found = []
    for k in label:
        text = rng.choice(known, 5000, p=usual)
        text[rng.choice(np.arange(1500, 3500), 12, False)] = known[rng.choice(own[k], 12)]
        found.append(" ".join(text))
    return framed(found, label)


def letters(rng: Random, rows: int) -> pd.DataFrame:
    """Cyrillic, 10 to 60 words, four classes."""
    label = rng.integers(0, 4, rows)
    known = words(rng, 5000, CYRILLIC)
    return framed(topics(rng, label, rng.integers(10, 61, rows), known, 6), label)


def signs(rng: Random, rows: int) -> pd.DataFrame:
    """Chinese without spaces, 10 to 60 words of one to three signs, four classes."""
    label = rng.integers(0, 4, rows)
    known = words(rng, 3000, tuple(HAN))
    return framed(topics(rng, label, rng.integers(10, 61, rows), known, 6, ""), label)


def few(rng: Random, rows: int) -> pd.DataFrame:
    """100 rows to learn from, 30 to 80 words, two classes."""
    label = rng.integers(0, 2, rows)
    return framed(topics(rng, label, rng.integers(30, 81, rows), words(rng, 1500), 6), label)


def many(rng: Random, rows: int) -> pd.DataFrame:
    """50 classes, 20 to 60 words."""
    label = rng.integers(0, 50, rows)
    return framed(topics(rng, label, rng.integers(20, 61, rows), words(rng, 4000), 8), label)


def rare(rng: Random, rows: int) -> pd.DataFrame:
    """One row in fifty is of the second class; the score is its F1."""
    label = (rng.random(rows) < 0.02).astype(int)
    return framed(topics(rng, label, rng.integers(15, 60, rows), words(rng, 3000), 14), label)


def stems(rng: Random, rows: int) -> pd.DataFrame:
    """Three classes have stems of their own; nearly every word is new by its ending."""
    label = rng.integers(0, 3, rows)
    roots = words(rng, 400)
    ends = words(rng, 600)
    found = []
    for k in label:
        n = int(rng.integers(8, 30))
        picked = rng.integers(0, 400, n)
        own = rng.random(n) < 0.12
        picked[own] = 3 * rng.integers(0, 20, own.sum()) + k
        found.append(" ".join(np.char.add(roots[picked], rng.choice(ends, n))))
    return framed(found, label)


def negated(rng: Random, rows: int) -> pd.DataFrame:
    """10 to 40 words; what counts is whether a word stands behind `not`."""
    label = rng.integers(0, 2, rows)
    known, usual = words(rng, 2000), shares(2000)
    found = []
    for k in label:
        text = rng.choice(known, int(rng.integers(10, 41)), p=usual).tolist()
        good, other = rng.choice(["good", "fine", "great"]), rng.choice(["bad", "poor", "sad"])
        pair = [["not", other], [good]] if k else [["not", good], [other]]
        for piece in pair:
            place = int(rng.integers(0, len(text)))
            text[place:place] = piece
        found.append(" ".join(text))
    return framed(found, label)


def worth(rng: Random, rows: int) -> pd.DataFrame:
    """20 to 60 words, some of which are worth something; a number, with as much noise again."""
    known = words(rng, 3000)
    price = rng.normal(size=3000) * (rng.random(3000) < 0.3)
    picked = [rng.choice(3000, int(rng.integers(20, 61)), p=shares(3000)) for _ in range(rows)]
    told = np.array([price[row].mean() for row in picked])
    told = (told - told.mean()) / told.std()
    texts = [" ".join(known[row]) for row in picked]
    return pd.DataFrame({"text": texts, "label": told + rng.normal(size=rows)})


SETS: dict[str, tuple[Callable[[Random, int], pd.DataFrame], int]] = {
    "messages": (messages, 2000),
    "documents": (documents, 400),
    "letters": (letters, 1000),
    "signs": (signs, 1000),
    "few": (few, 100),
    "many": (many, 2500),
    "rare": (rare, 2500),
    "stems": (stems, 1000),
    "negated": (negated, 1500),
    "worth": (worth, 1500),
}
"""How each is drawn, and how many rows are learnt from."""


def rivals(frame: pd.DataFrame, number: bool) -> dict[str, Any]:
    """TF-IDF of words and pairs, or of characters, below a linear model."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    def as_they_are(texts: pd.Series) -> np.ndarray:
        return texts.to_numpy(object)

    pairs: dict[str, Any] = {"sublinear_tf": True, "ngram_range": (1, 2)}
    grams: dict[str, Any] = {"sublinear_tf": True, "ngram_range": (2, 4), "analyzer": "char_wb"}
    made: dict[str, Any] = {"words, ridge": ({"sublinear_tf": True}, Ridge())}
    made = (
        made
        if number
        else {
            "words and pairs, LinearSVC": (pairs, LinearSVC()),
            "words and pairs, logistic": (pairs, LogisticRegression(C=10, max_iter=300)),
        }
    )
    if len(frame["text"].iloc[0]) < 5000 and not number:
        made["characters, LinearSVC"] = (grams, LinearSVC())
    return {
        title: (as_they_are, make_pipeline(TfidfVectorizer(**how), model))
        for title, (how, model) in made.items()
    }


def framed(texts: list[str], label: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"text": texts, "label": [f"class {k}" for k in label]})
