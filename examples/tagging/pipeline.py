"""Which words of a sentence are names of people and towns.

Run: python examples/tagging/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from letters import write_letters

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the F1 of whole names in test rows."""
    pipeline = ff.Pipeline(
        [
            ff.Collect(write_letters(folder / "letters.conll")),
            ff.Preprocess(),
            ff.Train(epochs=8),
            ff.Evaluate(),
            ff.Deploy(folder / "letters.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["entity_f1"])
    result.report(folder / "report.html")

    model = ff.load(folder / "letters.ff")
    print(model.predict([{"tokens": "Karla met us in Petersburg ."}]))
    return float(result.metrics["entity_f1"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
