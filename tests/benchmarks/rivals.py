"""The simple model of each kind of data that the default must not be behind: scikit-learn's."""

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Features = Callable[[pd.Series], np.ndarray]


def forest_on_pixels() -> tuple[Features, Any]:
    from sklearn.ensemble import RandomForestClassifier

    return pixels, RandomForestClassifier(200, random_state=0, n_jobs=2)


def linear_on_bands() -> tuple[Features, Any]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return bands, make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))


def boosting_on_letters() -> tuple[Features, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return letters, HistGradientBoostingClassifier(random_state=0)


def linear_on_terms() -> tuple[Features, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    terms = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    return lambda texts: texts.to_numpy(object), make_pipeline(terms, LinearSVC())


def forest_on_summaries() -> tuple[Features, Any]:
    from sklearn.ensemble import RandomForestClassifier

    return summaries, RandomForestClassifier(500, random_state=0, n_jobs=2)


def boosting_on_columns() -> tuple[Features, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return lambda frame: frame.to_numpy(np.float64), HistGradientBoostingClassifier(random_state=0)


RIVALS: dict[str, tuple[str, Callable[[], tuple[Features, Any]]]] = {
    "image": ("forest of 200 trees on pixels", forest_on_pixels),
    "audio": ("linear model on pooled log bands", linear_on_bands),
    "sequence": ("boosting on letters by place", boosting_on_letters),
    "text": ("TF-IDF and a linear support vector machine", linear_on_terms),
    "series": ("forest of 500 trees on summaries", forest_on_summaries),
    "table": ("boosting", boosting_on_columns),
}
"""Of a kind: what the rival is called, and what makes its features and model."""


def pixels(pictures: pd.Series) -> np.ndarray:
    """`(n, height x width x channels)`."""
    from PIL import Image

    arrays = [Image.open(one) if isinstance(one, Path) else one for one in pictures]
    return np.stack([np.asarray(one).ravel() for one in arrays])


def bands(paths: pd.Series) -> np.ndarray:
    """Mean and deviation over time of 32 log bands of power, equally wide in mel: `(n, 64)`."""
    from scipy.signal import spectrogram

    rows = []
    for path in paths:
        with wave.open(str(Path(path))) as file:
            rate = file.getframerate()
            sound = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
        sound = np.pad(sound, (0, max(0, 512 - len(sound))))
        hertz, _, power = spectrogram(sound, rate, nperseg=256, noverlap=128, nfft=512)
        mel = 2595 * np.log10(1 + hertz / 700)
        band = np.minimum((mel / (mel[-1] / 32)).astype(int), 31)
        pooled = np.stack([power[band == b].sum(axis=0) for b in range(32)])
        logs = np.log(pooled + 1e-9)
        rows.append(np.concatenate([logs.mean(axis=1), logs.std(axis=1)]))
    return np.array(rows)


def letters(sequences: pd.Series) -> np.ndarray:
    """Which letter stands at each place, one column a letter and place."""
    codes = np.array([[ord(letter) for letter in text] for text in sequences])
    return np.concatenate([codes == code for code in map(ord, "ACGT")], axis=1).astype(np.float32)


def summaries(series: pd.Series) -> np.ndarray:
    """Of each channel: mean, deviation, range, quartiles, last less first, mean step, length."""
    rows = []
    for values in series:
        steps = np.diff(values, axis=0) if len(values) > 1 else np.zeros_like(values)
        facts = [
            values.mean(axis=0),
            values.std(axis=0),
            values.min(axis=0),
            values.max(axis=0),
            *np.quantile(values, [0.25, 0.5, 0.75], axis=0),
            values[-1] - values[0],
            np.abs(steps).mean(axis=0),
            values[len(values) // 2 :].mean(axis=0) - values[: len(values) // 2 + 1].mean(axis=0),
        ]
        rows.append(np.concatenate([*facts, [len(values)]]))
    return np.array(rows)
