"""Labelling by a model's doubts beside labelling at random, and whether the test estimate is true.

Run: python tests/benchmarks/labelling.py [FOLDER] [--sets NAME ...] [--seeds 0 ... 9] [--to FILE]

`active`: people who know every label work through a queue. One queue draws all items at random, one
lets a model choose four fifths of them; both stop at the same numbers of labels. At each number
the same estimator is fitted to all labels, and judged on rows that are in no queue; the one that
chooses learns from no random row. Differences are of the same seed, with a 95 % interval of Student
over seeds.

`unbiased`: made rows whose true accuracy is known from 20,000 others. In each round a queue is
worked through with a model that is refitted, a final model learns from the chosen items, and its
accuracy on the random part is compared with the true one; beside it the same on chosen items.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from machine import table
from resumed import Run, Wanted, earlier, measured, parser
from scipy.stats import t

import fivefold as ff
from fivefold.codecs.table import Array
from fivefold.label.doubt import Strategy
from fivefold.label.event import Event
from fivefold.label.outlook import Outlook
from fivefold.label.queue import Queue

LABELS = (40, 80, 120, 160)
"""Numbers of labels at which both queues stop."""

POOL = 1200
STRATEGIES: tuple[Strategy, ...] = ("random", "entropy", "margin", "diverse")
ROUNDS = 400
"""Of the simulation, a seed."""


def _digits(folder: Path | None) -> tuple[pd.DataFrame, str]:
    from sklearn.datasets import load_digits

    bunch = load_digits(as_frame=True)
    return bunch.data.assign(digit=[f"d{one}" for one in bunch.target]), "digit"


def _messages(folder: Path | None) -> tuple[pd.DataFrame, str]:
    if folder is None:
        raise SystemExit("sms_spam needs FOLDER")
    names = ["kind", "text"]
    frame = pd.read_csv(folder / "sms_spam.tsv", sep="\t", header=None, names=names, quoting=3)
    return frame[frame["kind"].isin(["ham", "spam"])].drop_duplicates("text"), "kind"


SETS: dict[str, Callable[[Path | None], tuple[pd.DataFrame, str]]] = {
    "digits": _digits,
    "sms_spam": _messages,
}


def worked(
    queue: Queue, events: list[Event], items: int, truth: Callable[[str], Any], model: Any = None
) -> None:
    """Label until so many items have a label."""
    for turn in queue.upcoming("ann", events, items - len(events), outlook=model):
        number = len(events) + 1
        events.append(
            Event(
                item=turn.item,
                who="ann",
                act="label",
                value=truth(turn.item),
                part=turn.part,
                number=number,
            )
        )


def active(name: str, strategy: Strategy, seed: int, folder: Path | None) -> Run:
    """Scores on rows that no queue holds, at each number of labels."""
    frame, target = SETS[name](folder)
    frame = frame.sample(frac=1, random_state=seed).head(2 * POOL).reset_index(drop=True)
    collected = ff.Pipeline([ff.Collect(frame, target=target)]).run(progress=False)[ff.Collected]
    ids = [f"r{row}" for row in range(len(frame))]
    held = np.arange(len(frame)) >= min(POOL, len(frame) // 2)
    truth = frame[target].to_numpy()
    queue = Queue(
        [ids[row] for row in np.flatnonzero(~held)], seed=seed, strategy=strategy, repeats=0
    )
    assistant = ff.Assistant([ff.Preprocess(), _train(name)], folds=2, seed=seed)
    events, outlook, found = list[Event](), None, dict[str, list[float]]()
    for labels in LABELS:
        worked(queue, events, labels, dict(zip(ids, truth, strict=True)).get, outlook)
        said = {int(e.item[1:]): e.part for e in events}
        usable, random = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
        usable[list(said)] = True
        random[[row for row, part in said.items() if part == "random"]] = True
        rows = collected.replace(usable=usable)
        final = assistant(rows, ids, np.zeros(len(frame), bool))  # learns from all labels
        outlook = None if strategy == "random" else assistant(rows, ids, random)
        if final is None:
            raise SystemExit("too few labels")
        answers = np.array([str(guess) for guess in final.guesses])[held]
        for metric, value in _scored(truth[held].astype(str), answers).items():
            found.setdefault(metric, []).append(value)
    return found


def _train(name: str) -> ff.Train:
    from sklearn.linear_model import LogisticRegression

    return ff.Train(epochs=6) if name == "sms_spam" else ff.Train(LogisticRegression(max_iter=300))


def _scored(truth: Array, answers: Array) -> dict[str, float]:
    from sklearn.metrics import f1_score

    return {
        "accuracy": float((truth == answers).mean()),
        "f1": float(f1_score(truth, answers, average="macro", zero_division=0)),
    }


def unbiased(seed: int) -> Run:
    """Errors of the estimate of accuracy, round by round."""
    from sklearn.linear_model import LogisticRegression

    errors: dict[str, list[float]] = {"random": [], "chosen": [], "all": []}
    for number in range(ROUNDS):
        draw = np.random.default_rng([seed, number])
        rows, truth = _made(draw, 300)
        others, theirs = _made(draw, 20_000)
        ids = [str(row) for row in range(len(rows))]
        queue, events, outlook = Queue(ids, seed=number, strategy="margin", repeats=0), [], None
        for labels in (20, 40, 60, 80, 100):
            worked(queue, events, labels, dict(zip(ids, truth.tolist(), strict=True)).get, outlook)
            known = [int(e.item) for e in events if e.part == "chosen"]
            if len(set(truth[known])) > 1:
                model = LogisticRegression().fit(rows[known], truth[known])
                outlook = Outlook(
                    items=ids, guesses=ids, probabilities=model.predict_proba(rows), learnt=labels
                )
        part = {int(e.item): e.part for e in events}
        chosen = np.array([row for row, one in part.items() if one == "chosen"])
        random = np.array([row for row, one in part.items() if one == "random"])
        learnt, kept = chosen[::2], chosen[1::2]
        if len(set(truth[learnt])) < 2:
            continue
        final = LogisticRegression().fit(rows[learnt], truth[learnt])
        true = (final.predict(others) == theirs).mean()
        for what, where in (
            ("random", random),
            ("chosen", kept),
            ("all", np.concatenate([random, kept])),
        ):
            errors[what].append(float((final.predict(rows[where]) == truth[where]).mean() - true))
    return {
        what: [float(np.mean(each)), float(np.std(each, ddof=1) / np.sqrt(len(each)))]
        for what, each in errors.items()
    }


def _made(draw: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Two clouds that overlap, one of them rarer."""
    truth = draw.random(count) < 0.3
    return draw.normal(size=(count, 4)) + 1.2 * truth[:, None] * np.array([1, 0.5, 0, 0]), truth


def wanted(asked: Namespace) -> Wanted:
    """All that is to be measured."""
    for seed in asked.seeds:
        yield {"what": "unbiased", "seed": seed}, partial(unbiased, seed)
        for name in asked.sets:
            for strategy in asked.strategies:
                key = {"what": "active", "set": name, "strategy": strategy, "seed": seed}
                yield key, partial(active, name, strategy, seed, asked.folder)


def shown(runs: list[Run]) -> str:
    """Both tables, as Markdown."""
    lines, simulated = list(_differences(runs)), [r for r in runs if r["what"] == "unbiased"]
    head = ["set", "strategy", "labels", "metric", "seeds", "random", "active", "difference [95 %]"]
    errors = []
    for what in ("random", "chosen", "all"):
        means = [run[what][0] for run in simulated]
        spread = [run[what][1] for run in simulated]
        if means:
            mean, error = np.mean(means), np.sqrt(np.sum(np.square(spread))) / len(means)
            told = f"{mean:+.4f} [{mean - 1.96 * error:+.4f}, {mean + 1.96 * error:+.4f}]"
            errors.append([f"judged by the {what} part" if what != "all" else "by both", told])
    return f"{table(head, lines)}\n\n{table(['estimate', 'less the true accuracy [95 %]'], errors)}"


def _differences(runs: list[Run]) -> Iterator[list[str]]:
    """Each strategy less random labelling, seeds in pairs."""
    runs = [run for run in runs if run["what"] == "active"]
    found = {(run["set"], run["strategy"], run["seed"]): run for run in runs}
    for name, strategy in dict.fromkeys((run["set"], run["strategy"]) for run in runs):
        seeds = [s for n, w, s in found if (n, w) == (name, strategy) and (n, "random", s) in found]
        if strategy == "random" or len(seeds) < 2:
            continue
        for metric in ("accuracy", "f1"):
            for place, labels in enumerate(LABELS):
                own = np.array([found[name, strategy, seed][metric][place] for seed in seeds])
                rest = np.array([found[name, "random", seed][metric][place] for seed in seeds])
                gap = own - rest
                half = t.ppf(0.975, len(gap) - 1) * gap.std(ddof=1) / np.sqrt(len(gap))
                told = f"{gap.mean():+.3f} [{gap.mean() - half:+.3f}, {gap.mean() + half:+.3f}]"
                means = [f"{rest.mean():.3f}", f"{own.mean():.3f}"]
                yield [name, strategy, str(labels), metric, str(len(seeds)), *means, told]


def main(arguments: list[str]) -> int:
    """Run what is asked for, and print the tables."""
    made = parser(__doc__ or "", seeds=list(range(10)))
    made.add_argument("--sets", nargs="*", choices=list(SETS), default=list(SETS))
    made.add_argument("--strategies", nargs="+", choices=STRATEGIES, default=list(STRATEGIES))
    asked = made.parse_args(arguments)
    runs = earlier(asked.sources) if asked.sources else measured(wanted(asked), asked.to, "pandas")
    print(f"\n{shown(runs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
