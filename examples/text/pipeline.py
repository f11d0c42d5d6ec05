"""Short messages to the office that should answer them.

Run: python examples/text/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from messages import write_messages

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the accuracy on the test rows."""
    source = write_messages(folder / "messages.tsv")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source, target="office"),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "messages.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["accuracy"])
    result.report(folder / "report.html")

    model = ff.load(folder / "messages.ff")
    print(model.predict([{"message": "The street lamp at our crossing is broken again."}]))
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
