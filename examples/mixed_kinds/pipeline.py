"""A table with a note and a picture in every row, to a served network.

Run: python examples/mixed_kinds/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from homes import draw_homes

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the ROC-AUC on the test rows."""
    homes = draw_homes()
    pipeline = ff.Pipeline(
        [
            ff.Collect(homes, target="sold", kinds={"note": "text"}),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "homes.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["roc_auc"])
    print(result.tables["model_comparison"])
    result.report(folder / "report.html")

    model = ff.load(folder / "homes.ff")  # needs no torch
    home = {"area": 95.0, "age": 12, "city": "Bern", "note": "bright view", "photo": None}
    print(model.predict([home, {**home, "photo": homes["photo"][0]}]))
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
