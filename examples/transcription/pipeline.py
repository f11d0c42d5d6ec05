"""Which number was dialled: a table of sounds and texts to a served network.

Run: python examples/transcription/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from dialled import write_numbers

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the share of right characters."""
    table = write_numbers(folder / "numbers")
    pipeline = ff.Pipeline(
        [
            ff.Collect(table, target="number", task="transcription"),
            ff.Preprocess(),
            ff.Train(epochs=10, augment=()),
            ff.Evaluate(),
            ff.Deploy(folder / "numbers.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["cer"])
    result.report(folder / "report.html")

    model = ff.load(folder / "numbers.ff")
    print(model.predict([{"file": folder / "numbers" / "007.wav"}]))
    return 1 - float(result.metrics["cer"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
