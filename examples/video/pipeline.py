"""A folder of clips, one subfolder a class, to a served network.

Run: python examples/video/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from clips import write_clips

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the accuracy on the test rows."""
    source = write_clips(folder / "drifts")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source),
            ff.Preprocess(),
            ff.Train(epochs=8),
            ff.Evaluate(),
            ff.Deploy(folder / "drifts.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["accuracy"])
    result.report(folder / "report.html")

    model = ff.load(folder / "drifts.ff")
    print(model.predict([{"video": source / "left" / "07.gif"}]))
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
