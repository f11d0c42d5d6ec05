"""Adult, studied from end to end: folds, rivals, settings, parts, and the ten tables.

    python examples/adult_study.py adult.csv studies/adult

takes 6,000 training rows (and 1,500 to stop by, 1,875 to judge by) at `quality="balanced"`, with
two processes. Everything is kept in the folder: a second start takes what is there, in seconds, and
one that was ended goes on. `--rows 0` takes all rows; how long that takes is said after one run.
Any other table of two classes will do: `--target`, or `sklearn:breast_cancer` as the source.
"""

import argparse
import sys
import time
from pathlib import Path

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

import fivefold as ff
from fivefold.observers.advance import duration
from fivefold.report.ten import TEN, is_filled

RIVALS, ABLATED, VARIED, CHANGES = 5, 3, 3, 5
"""Folds of the comparison, of the ablation, of the study; about so many parts are left out."""


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("source", help="a CSV file, or sklearn:NAME")
    words.add_argument("folder", type=Path, help="keeps all that was done")
    words.add_argument("--target", default="income")
    words.add_argument("--rows", type=int, default=9_375, help="of which 64 %% train; 0: all")
    words.add_argument("--quality", default="balanced", choices=["fast", "balanced", "best"])
    words.add_argument("--epochs", type=int, help="at most; by a rule on rows if left out")
    words.add_argument("--trials", type=int, default=25)
    words.add_argument("--folds", type=int, default=10, help="of the cross-validation")
    words.add_argument("--jobs", type=int, default=2, help="processes")
    words.add_argument("--quick", action="store_true", help="fewer variants and shorter timings")
    return words


def sampled(source: str, rows: int, folder: Path) -> str:
    """A file with so many rows of the source, drawn by a seed; the source itself for all."""
    if source.startswith("sklearn:") or not rows:
        return source
    place = folder / f"rows-{rows}.csv"
    if not place.exists():
        frame = pd.read_csv(source, dtype=str, keep_default_na=False)
        frame.sample(min(rows, len(frame)), random_state=0).to_csv(place, index=False)
    return str(place)


def main(arguments: list[str]) -> float:
    """Study a table; the score of the model on the test rows."""
    asked, began = parser().parse_args(arguments), time.perf_counter()
    folder = asked.folder
    folder.mkdir(parents=True, exist_ok=True)
    source = sampled(asked.source, asked.rows, folder)
    train = ff.Train(quality=asked.quality, epochs=asked.epochs, threads=1)
    pipeline = ff.Pipeline(
        [ff.Collect(source, target=asked.target), ff.Preprocess(), train, ff.Evaluate()]
    )

    def kept(name: str) -> dict[str, object]:
        place = {"directory": folder / name, "resume": True, "cache": folder / "cache"}
        return {**place, "n_jobs": asked.jobs}

    # One run: the only look at the test rows. `why` tells what was done anew, and why.
    run = pipeline.run(cache=folder / "cache")
    print(f"\n{run}\n\n{run.why()}\n")

    seconds = run[ff.Trained].resources.seconds  # as of the run that trained, maybe an earlier one
    refits = asked.folds + 4 * RIVALS + asked.trials + CHANGES * ABLATED + 8 * VARIED
    print(
        f"A fit takes about {duration(seconds)}, and about {refits} come: with {asked.jobs} "
        f"processes {duration(refits * seconds / asked.jobs)} at most, less what is done already.\n"
    )

    folds = ff.cross_validate(pipeline, folds=asked.folds, **kept("folds"))
    print(f"\n{folds}\n")

    rivals = {
        "as given": pipeline,
        "by rank": pipeline.replace("preprocess", scale="quantile"),
        "mlp": pipeline.replace("train", model="mlp"),
        "boosting": HistGradientBoostingClassifier(random_state=0),
    }
    if any(column.kind == "categorical" for column in run[ff.Collected].schema.inputs):
        rivals["embedded"] = pipeline.replace("preprocess", categories="embed")
    compared = ff.compare(rivals, folds=min(RIVALS, asked.folds), **kept("rivals"))
    print(f"\n{compared}\n")

    space = {
        "train.lr": ff.log_uniform(1e-3, 2e-2),
        "train.weight_decay": ff.log_uniform(1e-3, 2e-1),
        "preprocess.scale": ff.choice("standard", "quantile"),
    }
    tuned = ff.tune(pipeline, space, trials=asked.trials, **kept("settings"))
    print(f"\n{tuned}\n")

    parts = ["preprocess", "parts"] if asked.quality != "fast" else "preprocess"
    ablated = ff.ablate(pipeline, parts, folds=min(ABLATED, asked.folds), **kept("parts"))
    print(f"\n{ablated}\n")

    study = ff.investigate(
        pipeline,
        folds=min(VARIED, asked.folds),
        quick=asked.quick,
        tables={**tuned.tables, "folds": folds.scores, "ablation": ablated.table},
        to=folder / "study.html",
        **kept("study"),
    )
    study.write(folder / "tables.md")
    print(f"\n{study}\n")

    open_ones = [name for name in TEN if not is_filled(study.tables[name])]
    for name in open_ones:
        status, why = study.tables[name].iloc[0]
        print(f"{name}: {status}, {why}.")
    print(f"{len(TEN) - len(open_ones)} of {len(TEN)} tables are filled: {folder / 'study.html'}")
    print(f"Everything took {duration(time.perf_counter() - began)}.")
    return float(next(iter(run.metrics.values())))


if __name__ == "__main__":
    main(sys.argv[1:])
