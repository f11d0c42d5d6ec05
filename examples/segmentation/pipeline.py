"""Where discs and bars lie in pictures.

Run: python examples/segmentation/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scenes import NAMES, write_scenes

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the mean IoU of test rows."""
    pipeline = ff.Pipeline(
        [
            ff.Collect(write_scenes(folder / "scenes"), classes=NAMES),
            ff.Preprocess(),
            ff.Train(epochs=8),
            ff.Evaluate(),
            ff.Deploy(folder / "scenes.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["mean_iou"])
    result.report(folder / "report.html")

    model = ff.load(folder / "scenes.ff")
    [mask] = model.predict([folder / "scenes" / "images" / "000.png"])
    print(mask.shape, {name: int((mask == n).sum()) for n, name in enumerate(model.classes)})
    return float(result.metrics["mean_iou"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
