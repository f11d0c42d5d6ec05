"""A table of numbers, categories and gaps, from CSV to a served model.

Run: python examples/mixed_table/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from passengers import write_passengers

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the ROC-AUC on the test rows."""
    source = write_passengers(folder / "passengers.csv")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source, target="survived", kinds={"class": "categorical"}),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "passengers.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["roc_auc"])
    print(result.tables["model_comparison"])
    result.report(folder / "report.html")

    model = ff.load(folder / "passengers.ff")  # needs no torch
    anna = {"class": 1, "sex": "female", "age": 29, "fare": 120.0, "port": "Cherbourg"}
    john = {"class": 3, "sex": "male", "age": None, "fare": 8.05, "port": "Atlantis"}
    print(model.predict([anna, john]), model.predict_proba([anna, john]))
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
