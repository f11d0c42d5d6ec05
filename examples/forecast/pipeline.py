"""Demand of three shops, twelve hours ahead, to a served model.

Run: python examples/forecast/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pandas as pd
from demand import draw_demand

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns 1 less the error over a naive one."""
    table = draw_demand()
    pipeline = ff.Pipeline(
        [
            ff.Collect(
                table,
                target="sold",
                time="when",
                horizon=12,
                history=168,
                series_id="shop",
                known=("offer",),
            ),
            ff.Preprocess(),
            ff.Train(epochs=20),
            ff.Evaluate(),
            ff.Deploy(folder / "demand.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["skill"], result.metrics["coverage"])
    result.report(folder / "report.html")

    hours = table["when"].max() + pd.to_timedelta(range(1, 13), unit="h")
    ahead = pd.DataFrame({"when": hours, "offer": 0.0}).merge(
        pd.DataFrame({"shop": table["shop"].unique()}), how="cross"
    )
    print(ff.load(folder / "demand.ff").predict(pd.concat([table, ahead])).round(1))
    return float(result.metrics["skill"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
