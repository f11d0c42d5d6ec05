"""How good the default forecasts are, beside simple models of the same windows.

`python tests/benchmarks/forecasts.py FOLDER --to forecasts.json` runs the five lines on every set,
keeps each answer as soon as it is known and prints a Markdown table; the last fifth of each set is
judged. `--from` prints the table of such files and runs nothing.
"""

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from machine import table
from resumed import Wanted, main_of, parser

SETS: dict[str, tuple[str, dict[str, Any]]] = {
    "bike_sharing, 24 hours": (
        "bike_sharing_hour.csv",
        {"target": "count", "time": ("dateday", "hour"), "horizon": 24, "stride": 24},
    ),
    "etth2, 24 hours": (
        "etth2.csv.gz",
        {"target": "OT", "time": "date", "horizon": 24, "stride": 24},
    ),
    "stocks, 5 days": (
        "stocks_djia_2006_2017.csv.gz",
        {"target": "Close", "time": "Date", "series_id": "Name", "horizon": 5, "stride": 5},
    ),
    "stocks, 5 days of returns": (
        "stocks_djia_2006_2017.csv.gz",
        {
            **{"target": "Close", "time": "Date", "series_id": "Name", "horizon": 5, "stride": 5},
            "task": "returns",
        },
    ),
}


def main(arguments: list[str]) -> int:
    made = parser(__doc__, seeds=[0, 1, 2])
    return main_of(
        made,
        arguments,
        SETS,
        lambda asked: wanted(asked.sets, asked.folder, asked.seeds),
        shown,
    )


def wanted(names: list[str], folder: Path, seeds: list[int]) -> Wanted:
    """Every set with every seed."""
    for name in names:
        file, settings = SETS[name]
        for seed in seeds:
            key = {"set": name, "seed": seed}
            yield key, partial(judged, folder / file, settings, seed)


def judged(path: Path, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """The scores of the five lines, and those of each simple model, as plain values."""
    import fivefold as ff

    stages = [ff.Collect(path, **settings), ff.Preprocess(), ff.Train(), ff.Evaluate()]
    begun = time.perf_counter()
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    seconds = time.perf_counter() - begun
    models = result.tables["model_comparison"].set_index("model")
    names = ("skill", "rmse", "mase", "wql", "coverage")
    return {
        "seconds": seconds,
        "rows": len(result[ff.Evaluated].index),
        "models": [
            {
                "model": model,
                **{name: float(line.get(name, np.nan)) for name in names},
                "low": float(line["difference"].low),
                "high": float(line["difference"].high),
                "verdict": line["verdict"],
            }
            for model, line in models.iterrows()
        ],
    }


def shown(runs: list[dict[str, Any]]) -> str:
    """A line a model of each set: means over seeds, and the paired verdicts."""
    lines = []
    for name in dict.fromkeys(run["set"] for run in runs):
        here = [run for run in runs if run["set"] == name]
        for model in dict.fromkeys(one["model"] for run in here for one in run["models"]):
            found = [one for run in here for one in run["models"] if one["model"] == model]
            cells = [f"{np.mean([one[n] for one in found]):.4g}" for n in ("rmse", "skill", "mase")]
            cells += [f"{np.mean([one[n] for one in found]):.3g}" for n in ("wql", "coverage")]
            cells = ["" if cell == "nan" else cell for cell in cells]  # returns have no WQL
            first = found[0]
            paired = f"{first['verdict']} [{first['low']:.3f}, {first['high']:.3f}]"
            seconds = f"{np.mean([run['seconds'] for run in here]):.0f}"
            is_ours = model == "model"
            beside = ["", seconds] if is_ours else [paired, ""]
            lines.append([name if is_ours else "", model, *cells, *beside])
    head = ["set", "model", "RMSE", "skill", "MASE", "WQL", "coverage"]
    return table([*head, "the model, by skill", "s"], lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
