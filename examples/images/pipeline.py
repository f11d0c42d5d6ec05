"""A folder of pictures, one subfolder a class, to a served network.

Run: python examples/images/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pictures import write_pictures

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the accuracy on the test rows."""
    source = write_pictures(folder / "digits")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "digits.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["accuracy"])
    result.report(folder / "report.html")

    model = ff.load(folder / "digits.ff")
    column = model.schema.inputs[0].name
    print(model.predict([{column: source / "3" / "0003.png"}]))
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
