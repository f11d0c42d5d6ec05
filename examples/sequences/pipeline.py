"""Which pieces of DNA a protein binds to.

Run: python examples/sequences/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fragments import SITE, write_fragments

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the accuracy on the test rows."""
    source = write_fragments(folder / "fragments.fasta")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source, target="bound"),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "fragments.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["accuracy"])
    result.report(folder / "report.html")

    model = ff.load(folder / "fragments.ff")
    print(model.predict([{"sequence": f"{'GC' * 20}{SITE}{'AG' * 20}{SITE}CC"}]))
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
