"""Made-up sequences whose signal is known, and the simple models that the default is beside.

Each set is drawn anew from a seed: what tells the classes apart is a motif at a place or anywhere,
what a sequence is made of, the order of two motifs, or how often something is in it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Random = np.random.Generator
Model = tuple[Callable[[pd.Series], Any], Any]

AMINO = "ACDEFGHIKLMNPQRSTVWY"
EVENTS = ("login", "view", "search", "cart", "buy", "help", "rate", "logout", "share", "wait")


def genes(rng: Random, rows: int) -> pd.DataFrame:
    """Unequal lengths from 300 to 20,000: each of three classes has its own habits of triplets."""
    usual = np.exp(0.25 * rng.standard_normal((3, 16, 4)))
    usual = usual[:1] * np.exp(0.12 * rng.standard_normal((3, 16, 4)))
    label = rng.integers(0, 3, rows)
    lengths = np.exp(rng.uniform(np.log(300), np.log(20_000), rows)).astype(int)
    return framed([_chain(rng, usual[k], n) for k, n in zip(label, lengths, strict=True)], label)


def islands(rng: Random, rows: int) -> pd.DataFrame:
    """Unequal lengths from 300 to 20,000: of two motifs one is more frequent, by class."""
    label = rng.integers(0, 2, rows)
    found = []
    for k in label:
        text = _bases(rng, int(np.exp(rng.uniform(np.log(300), np.log(20_000)))))
        for motif, rate in (("GATTACA", 1 + k), ("CCATGGC", 2 - k)):
            for _ in range(rng.poisson(rate * len(text) / 800)):
                text = _put(text, int(rng.integers(0, len(text) - 8)), motif)
        found.append(text)
    return framed(found, label)


def window(rng: Random, rows: int) -> pd.DataFrame:
    """81 bases each: a box at its place, half of it altered, against the same box elsewhere."""
    label = rng.integers(0, 2, rows)
    places = np.where(label, 40, rng.integers(5, 70, rows))
    return framed(
        [_put(_bases(rng, 81), int(p), _worn(rng, "TATAATGC", 0.2)) for p in places], label
    )


def promoters(rng: Random, rows: int) -> pd.DataFrame:
    """57 bases each, few rows: two boxes near their places, worn, against other pieces."""
    label = rng.integers(0, 2, rows)
    found = []
    for k in label:
        text = _bases(rng, 57)
        if k:
            text = _put(text, 14 + int(rng.integers(-1, 2)), _worn(rng, "TTGACA", 0.25))
            text = _put(text, 37 + int(rng.integers(-1, 2)), _worn(rng, "TATAAT", 0.25))
        found.append(text)
    return framed(found, label)


def anywhere(rng: Random, rows: int) -> pd.DataFrame:
    """200 bases each: a worn motif anywhere, or none."""
    label = rng.integers(0, 2, rows)
    found = [_bases(rng, 200) for _ in label]
    for row in np.flatnonzero(label):
        found[row] = _put(found[row], int(rng.integers(0, 188)), _worn(rng, "TGACTCAGCA", 0.12))
    return framed(found, label)


def strands(rng: Random, rows: int) -> pd.DataFrame:
    """Unequal lengths from 100 to 400: a motif on either strand, or none."""
    label = rng.integers(0, 2, rows)
    found = [_bases(rng, int(rng.integers(100, 401))) for _ in label]
    for row in np.flatnonzero(label):
        motif = _worn(rng, "CACGTTGA", 0.08)
        motif = (
            motif if rng.random() < 0.5 else motif[::-1].translate(str.maketrans("ACGT", "TGCA"))
        )
        found[row] = _put(found[row], int(rng.integers(0, len(found[row]) - 8)), motif)
    return framed(found, label)


def order(rng: Random, rows: int) -> pd.DataFrame:
    """Unequal lengths from 100 to 300: of two motifs either is the first."""
    label = rng.integers(0, 2, rows)
    found = []
    for k in label:
        text = _bases(rng, int(rng.integers(100, 301)))
        first, second = sorted(int(p) for p in rng.choice(np.arange(0, len(text) - 9, 9), 2, False))
        one, other = ("GATTACAG", "CCATGGCA") if k else ("CCATGGCA", "GATTACAG")
        found.append(_put(_put(text, first, one), second, other))
    return framed(found, label)


def folded(rng: Random, rows: int) -> pd.DataFrame:
    """RNA of 80 to 200: three classes by their pairs of neighbours and one motif each."""
    usual = np.exp(0.35 * rng.standard_normal((3, 16, 4)))
    label = rng.integers(0, 3, rows)
    found = []
    for k in label:
        text = _chain(rng, usual[k] ** 0.5, int(rng.integers(80, 201)))
        motif = ("GGAUCC", "CUUCGG", "AUUUAA")[k if rng.random() < 0.5 else rng.integers(0, 3)]
        found.append(_put(text.replace("T", "U"), int(rng.integers(0, len(text) - 6)), motif))
    return framed(found, label)


def proteins(rng: Random, rows: int) -> pd.DataFrame:
    """Amino acids, 50 to 2,000: five families by what they are made of, and a worn motif each."""
    usual = rng.dirichlet(np.full(20, 30.0)) * np.exp(0.12 * rng.standard_normal((5, 20)))
    motifs = ["".join(rng.choice([*AMINO], 7)) for _ in usual]
    label = rng.integers(0, 5, rows)
    found = []
    for k in label:
        length = int(np.exp(rng.uniform(np.log(50), np.log(2000))))
        text = "".join(rng.choice([*AMINO], length, p=usual[k] / usual[k].sum()))
        if rng.random() < 0.6:
            motif = _worn(rng, motifs[k], 0.15, AMINO)
            text = _put(text, int(rng.integers(0, length - 7)), motif)
        found.append(text)
    return framed(found, label)


def visits(rng: Random, rows: int) -> pd.DataFrame:
    """Words, 5 to 80: whether someone comes back, by what follows on what."""
    usual = np.exp(0.8 * rng.standard_normal((10, 10)))
    usual = np.stack([usual, usual * np.exp(0.35 * rng.standard_normal((10, 10)))])
    label = rng.integers(0, 2, rows)
    found = []
    for k in label:
        codes = [int(rng.integers(0, 10))]
        for _ in range(int(rng.integers(4, 80))):
            chances = usual[k, codes[-1]]
            codes.append(int(rng.choice(10, p=chances / chances.sum())))
        found.append(" ".join(EVENTS[c] for c in codes))
    return framed(found, label)


def number(rng: Random, rows: int) -> pd.DataFrame:
    """Unequal lengths from 200 to 2,000: a number that follows how often two motifs are there."""
    found, target = [], []
    for _ in range(rows):
        text = _bases(rng, int(rng.integers(200, 2001)), gc=rng.uniform(0.35, 0.65))
        for _ in range(int(rng.integers(0, 6))):
            text = _put(text, int(rng.integers(0, len(text) - 8)), "TGACTCA")
        found.append(text)
        share = (text.count("G") + text.count("C")) / len(text)
        counts = text.count("TGACTCA") - 1000 * text.count("CG") / len(text) / 40
        target.append(8 * share + counts + 0.3 * rng.standard_normal())
    return pd.DataFrame({"sequence": found, "label": np.array(target)})


SETS: dict[str, tuple[Callable[[Random, int], pd.DataFrame], int]] = {
    "genes": (genes, 800),
    "islands": (islands, 800),
    "window": (window, 1200),
    "promoters": (promoters, 106),
    "anywhere": (anywhere, 1500),
    "strands": (strands, 1500),
    "order": (order, 1500),
    "folded": (folded, 1000),
    "proteins": (proteins, 1000),
    "visits": (visits, 1500),
    "number": (number, 1000),
}
"""How each is drawn, and how many rows are learnt from."""


def kmers(least: int, most: int, words: bool) -> Callable[[pd.Series], Any]:
    """Counts of words of so many neighbours, as far as they are in the first texts it is given."""
    from sklearn.feature_extraction.text import CountVectorizer

    kept: list[Any] = []

    def read(texts: pd.Series) -> Any:
        if not kept:
            how: dict[str, Any] = {"token_pattern": r"\S+"} if words else {"analyzer": "char"}
            kept.append(CountVectorizer(ngram_range=(least, most), lowercase=False, **how))
            return kept[0].fit_transform(texts)
        return kept[0].transform(texts)

    return read


def rivals(frame: pd.DataFrame, number: bool) -> dict[str, Model]:
    """What stands beside the default: linear models of k-mers and of places, boosted trees."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegressionCV, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer, OneHotEncoder

    texts = frame["sequence"]
    words = texts.str.contains(" ").any()
    k = 6 if set("".join(texts[:50])) <= {*"ACGTUN"} else 2
    linear = (
        (lambda: RidgeCV(np.logspace(-2, 4, 7)))
        if number
        else (lambda: LogisticRegressionCV(Cs=np.logspace(-1, 3, 5), cv=3, max_iter=200))
    )
    boosted = (HistGradientBoostingRegressor if number else HistGradientBoostingClassifier)(
        random_state=0
    )
    dense = FunctionTransformer(lambda x: np.asarray(x.todense(), np.float32))
    shares = Normalizer("l1")
    few = (1, 4) if k == 6 else (1, 2)
    found: dict[str, Model] = {
        f"linear on {k}-mers": (
            kmers(k, k, words),
            make_pipeline(TfidfTransformer(sublinear_tf=True), linear()),
        ),
        f"linear on shares of {few[0]}- to {few[1]}-mers": (
            kmers(*few, words),
            make_pipeline(shares, MaxAbsScaler(), linear()),
        ),
        f"boosting on shares of {few[0]}- to {few[1]}-mers": (
            kmers(*few, words),
            make_pipeline(shares, dense, boosted),
        ),
    }
    if texts.str.len().nunique() == 1:
        places = OneHotEncoder(handle_unknown="ignore")
        found["linear on places"] = (_letters, make_pipeline(places, linear()))
    return found


def _letters(texts: pd.Series) -> np.ndarray:
    return np.array([[ord(letter) for letter in text] for text in texts])


def framed(texts: list[str], label: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"sequence": texts, "label": [f"class {k}" for k in label]})


def _bases(rng: Random, length: int, gc: float = 0.5) -> str:
    return "".join(rng.choice([*"ACGT"], length, p=[(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]))


def _chain(rng: Random, usual: np.ndarray, length: int) -> str:
    """Bases of which each is drawn by the two before it."""
    ends = np.cumsum(usual / usual.sum(axis=1, keepdims=True), axis=1).tolist()
    drawn, codes = rng.random(length).tolist(), [0, 0]
    for share in drawn:
        row = ends[4 * codes[-2] + codes[-1]]
        codes.append(sum(share > end for end in row[:3]))
    return "".join("ACGT"[c] for c in codes[2:])


def _put(text: str, place: int, motif: str) -> str:
    return text[:place] + motif + text[place + len(motif) :]


def _worn(rng: Random, motif: str, share: float, letters: str = "ACGT") -> str:
    """The motif with some of its letters drawn anew."""
    return "".join(str(rng.choice([*letters])) if rng.random() < share else x for x in motif)
