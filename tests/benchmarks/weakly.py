"""Rows by a known law, answers by that law, and faults of one group: for `faults.py`.

Six columns: two numbers and a category decide, others do not. Groups differ in how hard they are:
rows of some are nearer to a boundary, noise of numbers has another size. None of that is a fault.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.evaluate.baselines import BaselineName, fit_baselines
from fivefold.evaluate.evidence import Evidence, Rival
from fivefold.evaluate.finders.copysplit import near_copies
from fivefold.evaluate.finders.outside import OUTSIDE
from fivefold.evaluate.finders.subgroups import weak_subgroup
from fivefold.kinds.codec import Codec
from fivefold.metrics.estimates import estimate
from fivefold.metrics.resampling import resample
from fivefold.partition import Partition
from fivefold.preprocess.encode import encode_rows

ROWS = 2_000
FEW = 60


class Law(NamedTuple):
    """Rows, and what is true of them.

    Args:
        frame: the inputs.
        chances: `(n, classes)`; of numbers `(n,)` what is expected.
        noise: `(n,)` of numbers its deviation.
    """

    frame: pd.DataFrame
    chances: np.ndarray
    noise: np.ndarray


def law(kind: str, rows: int, seed: int, beyond: float = 0.0, few: bool = False) -> Law:
    """Rows of one kind; `beyond` is what two columns change together."""
    draw, settings = np.random.default_rng(seed), np.random.default_rng(seed % 1000)
    part = [0.3, 0.25, 0.2, 0.22, 0.03] if few else [0.3, 0.2, 0.2, 0.2, 0.1]
    place = draw.choice(list("abcde"), rows, p=part)
    frame = pd.DataFrame(
        {
            "first": draw.normal(size=rows),
            "second": np.exp(draw.normal(size=rows)),
            "third": draw.normal(size=rows),
            "place": place,
            "sort": draw.choice(list("xyz"), rows),
            "member": draw.choice(["no", "yes"], rows, p=[0.7, 0.3]),
        }
    )
    own = dict(zip("abcde", settings.normal(size=5), strict=True))
    steep = settings.choice([0.5, 1.0, 2.0])
    score = steep * (frame["first"] + 0.5 * np.log(frame["second"]) + frame["place"].map(own))
    score = score.to_numpy() + beyond * ((frame["place"] == "b") & (frame["member"] == "yes"))
    noise = np.where(frame["sort"] == "x", settings.choice([1.0, 2.0, 3.0]), 1.0)
    if kind == "number":
        return Law(frame, np.asarray(score), noise)
    if kind == "two":
        second = 1 / (1 + np.exp(-np.asarray(score)))
        return Law(frame, np.stack([1 - second, second], axis=1), noise)
    odds = np.stack([np.asarray(score), steep * frame["third"], np.zeros(rows)], axis=1)
    odds = np.exp(odds)
    return Law(frame, odds / odds.sum(axis=1, keepdims=True), noise)


def truth(one: Law, seed: int) -> np.ndarray:
    """What comes of a law: classes, or numbers."""
    draw = np.random.default_rng(seed + 1_000_000)
    if one.chances.ndim == 1:
        how = draw.integers(0, 3)
        noise = draw.normal(size=len(one.frame))
        if how == 1:
            noise = draw.exponential(size=len(noise)) - 1
        if how == 2:
            noise = draw.standard_t(4, size=len(noise)) / 2**0.5
        return one.chances + noise * one.noise
    edges = one.chances.cumsum(axis=1)[:, :-1]
    return (draw.random(len(edges))[:, None] > edges).sum(axis=1)


def changed(labels: np.ndarray, where: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Labels of which a share is another class where that is asked for."""
    draw = np.random.default_rng(seed + 2_000_000)
    classes = int(labels.max()) + 1
    some = where & (draw.random(len(labels)) < share)
    return np.where(some, (labels + draw.integers(1, classes, len(labels))) % classes, labels)


def found(
    frame: pd.DataFrame,
    target: np.ndarray,
    said: np.ndarray,
    train: pd.DataFrame | None = None,
    rivals: bool = True,
    look: Callable[[Evidence], Sequence[ff.Finding]] = weak_subgroup,
    kinds: Mapping[str, str] | None = None,
) -> Sequence[ff.Finding]:
    """What is found of these answers for `frame`, beside simple models of `train` or of a half."""
    classes = () if said.ndim == 1 else tuple(f"c{k}" for k in range(said.shape[1]))
    texts = np.array([classes[k] for k in target], object) if classes else target
    rows = frame.assign(y=texts)
    whole = rows if train is None else pd.concat([train, rows], ignore_index=True)
    count, half = len(whole), len(whole) - len(rows)
    kinds = kinds or {name: _kind(whole[name]) for name in frame}
    columns = [Column(name=name, kind=kind) for name, kind in kinds.items()]
    columns.append(Column(name="y", kind="categorical" if classes else "numeric", role="target"))
    task = "regression" if not classes else "binary" if len(classes) == 2 else "multiclass"
    schema = Schema(columns=tuple(columns), targets=("y",), task=task, classes=classes)
    table = Columns({name: whole[name].to_numpy(_type(whole[name])) for name in whole})
    given = {"usable": np.ones(count, bool), "findings": (), "provenance": {"source": "made"}}
    collected = Collected(table=table, schema=schema, given=None, **given)
    learnt, judged = np.arange(half), np.arange(half, count)
    partition = Partition(train=learnt, valid=learnt[:0], test=judged, how="as they stand")
    codec = Codec.fit(table, schema, learnt if half else judged)
    parts = {"train": learnt, "valid": learnt[:0], "test": judged}
    data = Preprocessed(
        codec=codec, **{name: encode_rows(codec, table, part) for name, part in parts.items()}
    )
    names: tuple[BaselineName, ...] = ("constant", "linear", "boosting") if half and rivals else ()
    beside = tuple(
        Rival(baseline=one, metrics={}, comparison=None)  # type: ignore[arg-type]
        for one in fit_baselines(data, names)
        if one.scores is not None
    )
    evidence = Evidence(
        collected=collected,
        partition=partition,
        data=data,
        trained=None,
        scores=said,
        resamples=resample(len(said), seed=0),
        rivals=beside,
    )
    metrics = estimate(evidence.target, said, [*evidence.judging], resamples=evidence.resamples)
    evidence = replace(evidence, metrics=metrics)
    return look(evidence)


def _kind(column: "pd.Series[object]") -> str:
    return "numeric" if pd.api.types.is_numeric_dtype(column) else "categorical"


def _type(column: "pd.Series[object]") -> type:
    return float if pd.api.types.is_numeric_dtype(column) else object


def _noisy(kind: str, share: float, seed: int, *, few: bool = False) -> Sequence[ff.Finding]:
    one = law(kind, ROWS, seed, few=few)
    where = (one.frame["place"] == ("e" if few else "b")).to_numpy()
    return found(one.frame, changed(truth(one, seed), where, share, seed), one.chances)


def noisy(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """True probabilities, and wrong labels in one group."""
    return _noisy(kind, strength, seed)


def noisy_few(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """The same in a small group."""
    return _noisy(kind, strength, seed, few=True)


def learnt(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Boosting that learnt from rows with the same noise, beside simple models of these."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    parts = []
    for part in (seed, seed + 500_000):
        one = law(kind, ROWS, part)
        where = (one.frame["place"] == "b").to_numpy()
        parts.append((one.frame, _with_noise(one, where, strength, part)))
    (learn, known), (judge, asked) = parts
    columns = [frame.assign(**_codes(frame)) for frame in (learn, judge)]
    numbers = kind == "number"
    fit = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    model = fit(max_iter=50, random_state=0).fit(columns[0], known)
    said = model.predict(columns[1]) if numbers else model.predict_proba(columns[1])
    rows = learn.assign(y=known if numbers else [f"c{k}" for k in known])
    return found(judge, asked, said, rows)


def _with_noise(one: Law, where: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """Wrong labels, or numbers of so many times more noise, in some rows."""
    true = truth(one, seed)
    if one.chances.ndim == 1:
        return np.where(where, one.chances + (true - one.chances) * (1 + 10 * strength), true)
    return changed(true, where, strength, seed)


def _codes(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    return {name: pd.factorize(frame[name], sort=True)[0] for name in texts}


def shifted(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Expected numbers that are too low in one group."""
    one = law(kind, ROWS, seed)
    where = (one.frame["place"] == "b").to_numpy()
    return found(one.frame, truth(one, seed), one.chances - strength * where * one.noise)


def unseen(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Answers by a law that lacks what two columns change together."""
    whole, simple = law(kind, ROWS, seed, beyond=strength), law(kind, ROWS, seed)
    return found(whole.frame, truth(whole, seed), simple.chances)


def copied(kind: str, strength: float, seed: int, moved: float = 0.01) -> Sequence[ff.Finding]:
    """Test rows of which a share are training rows whose numbers were moved a little."""
    one, draw = law(kind, 2 * ROWS, seed), np.random.default_rng(seed + 6_000_000)
    frame = one.frame.assign(
        fourth=draw.gamma(2.0, size=2 * ROWS), fifth=draw.normal(size=2 * ROWS)
    )
    target = truth(one, seed)
    half, count = ROWS, round(strength * ROWS)
    learn, judge = frame[:half], frame[half:].reset_index(drop=True)
    for name in frame if count else ():
        cells = learn[name].to_numpy()[:count]
        if pd.api.types.is_numeric_dtype(frame[name]):
            cells = cells + moved * float(frame[name].std()) * draw.normal(size=count)
        judge.loc[: count - 1, name] = cells
    names = target if kind == "number" else [f"c{k}" for k in target]
    rows = learn.assign(y=names[:half])
    said = one.chances[half:]
    return found(judge, target[half:], said, rows, rivals=False, look=near_copies)


def copied_roughly(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """The same, moved more."""
    return copied(kind, strength, seed, moved=0.05)


def _outside(evidence: Evidence) -> Sequence[ff.Finding]:
    """What an audit looks for beside all else."""
    return [one for look in OUTSIDE for one in look(evidence)]


def told_the_target(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Answers of which a share is the truth; the others are what the law tells."""
    one = law(kind, 200, seed)
    true = truth(one, seed)
    known = np.random.default_rng(seed + 7_000_000).permutation(200) < strength * 200
    exact = true if kind == "number" else np.eye(one.chances.shape[1])[true]
    said = np.where(known if kind == "number" else known[:, None], exact, one.chances)
    return found(one.frame, true, said, look=_outside)


def scaled(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Expected numbers in another unit: so many times as far from their mean."""
    one = law(kind, ROWS, seed)
    noise = one.chances.std() * np.random.default_rng(seed + 8_000_000).normal(size=ROWS)
    middle = one.chances.mean()
    said = middle + (strength or 1.0) * (one.chances - middle)
    return found(one.frame, one.chances + noise, said, look=_outside)


def turned(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Probabilities of the other class in a share of the rows."""
    one = law(kind, ROWS, seed)
    other = np.random.default_rng(seed + 9_000_000).random(ROWS) < strength
    said = np.where(other[:, None], one.chances[:, ::-1], one.chances)
    return found(one.frame, truth(one, seed), said, look=_outside)
