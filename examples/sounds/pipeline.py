"""A folder of sounds, one subfolder a class, to a served network.

Run: python examples/sounds/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from calls import write_calls

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the accuracy on the test rows."""
    source = write_calls(folder / "calls")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source),
            ff.Preprocess(),
            ff.Train(epochs=12),
            ff.Evaluate(),
            ff.Deploy(folder / "calls.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["accuracy"])
    result.report(folder / "report.html")

    model = ff.load(folder / "calls.ff")
    column = model.schema.inputs[0].name
    print(model.predict([{column: source / "rising" / "07.wav"}]))
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
