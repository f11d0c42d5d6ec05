"""Odd rows of a table that nobody has labelled, found; labels judge what was found.

Run: python examples/anomalies/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from payments import write_payments

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the ROC-AUC on the test rows."""
    source = write_payments(folder / "payments.csv")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source, target="fraud", task="anomaly"),
            ff.Preprocess(),
            ff.Train(false_alarms=0.02),
            ff.Evaluate(),
            ff.Deploy(folder / "payments.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["recall"], "found at", result.metrics["false_alarm_rate"])
    result.report(folder / "report.html")

    model = ff.load(folder / "payments.ff")  # needs no torch
    odd = {"amount": 2.0, "age": 2.0, "items": -2.0, "distance": 0.0, "shop": "fuel"}
    print(model.predict([odd]))
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
