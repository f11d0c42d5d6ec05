"""Movements of three channels, to a served network.

Run: python examples/series/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from movements import draw_movements

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the accuracy on the test rows."""
    series, labels = draw_movements()
    pipeline = ff.Pipeline(
        [
            ff.Collect({"movement": series, "what": labels}, target="what"),
            ff.Preprocess(),
            ff.Train(epochs=12),
            ff.Evaluate(),
            ff.Deploy(folder / "movements.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["accuracy"])
    result.report(folder / "report.html")

    model = ff.load(folder / "movements.ff")
    print(model.predict([{"movement": series[0].tolist()}]))
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
