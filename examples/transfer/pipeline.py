"""Five digits learnt from many pictures, then the five others from 150.

Run: python examples/transfer/pipeline.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import fivefold as ff

FEW = 150


def main(folder: Path) -> float:
    """Learn, deploy, begin again with what was learnt; returns the accuracy on the test rows."""
    pictures, digits = load_digits(return_X_y=True)
    pictures = list(pictures.reshape(-1, 8, 8).astype(np.uint8))
    low, high = np.flatnonzero(digits < 5), np.flatnonzero(digits > 4)[:FEW]
    first = ff.Pipeline(
        [
            ff.Collect(([pictures[row] for row in low], digits[low])),
            ff.Preprocess(),
            ff.Train(epochs=5),
            ff.Deploy(folder / "low.ff"),
        ]
    )
    first.run(seed=0)
    second = ff.Pipeline(
        [
            ff.Collect(([pictures[row] for row in high], digits[high])),
            ff.Preprocess(),
            ff.Train(ff.Pretrained(folder / "low.ff", freeze=True)),
            ff.Evaluate(),
            ff.Deploy(folder / "high.ff"),
        ]
    )
    result = second.run(seed=0)
    print(result.metrics["accuracy"], result[ff.Trained].settings.pretrained)
    result.report(folder / "report.html")
    model = ff.load(folder / "high.ff")
    print(model.predict([{"image": pictures[high[0]]}]), digits[high[0]])
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
