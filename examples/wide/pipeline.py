"""The sick told from the well by a few of very many genes, which training rows choose.

Run: python examples/wide/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from genes import write_genes

import fivefold as ff


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the ROC-AUC on the test rows."""
    source = write_genes(folder / "genes.csv")
    pipeline = ff.Pipeline(
        [
            ff.Collect(source, target="state"),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(folder / "genes.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.tables["markers"].head(10))
    result.report(folder / "report.html")

    model = ff.load(folder / "genes.ff")  # needs no torch, and the chosen genes alone
    print(model.predict([dict.fromkeys(model.contract.names, 1.0)]))
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
