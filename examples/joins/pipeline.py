"""Orders joined with customers, with offers as of a time and with what came before them.

Run: python examples/joins/pipeline.py [folder]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from shop import write_shop

import fivefold as ff


def main(folder: Path) -> float:
    """Join, train, evaluate, deploy, and ask the bundle; returns the ROC-AUC on the test rows."""
    write_shop(folder)
    sources = {name: folder / f"{name}.csv" for name in ("orders", "customers", "offers", "visits")}
    pipeline = ff.Pipeline(
        [
            ff.Collect(
                sources,
                join={
                    "customers": {"customer_id": "id"},
                    "offers": ff.Join({"customers_town": "town"}, time={"ordered": "since"}),
                    "visits": ff.Join(
                        "customer_id", time={"ordered": "at"}, aggregates={"pages": ("mean", "max")}
                    ),
                },
                target="returned",
                time="ordered",  # judged by the latest orders
            ),
            ff.Preprocess(),
            ff.Train("mlp", epochs=40),
            ff.Evaluate(),
            ff.Deploy(folder / "orders.ff"),
        ]
    )
    result = pipeline.run(seed=0)
    print(result.metrics["roc_auc"])
    result.report(folder / "report.html")

    model = ff.load(folder / "orders.ff")  # needs no torch, and none of the four files
    known = {"customer_id": "c007", "ordered": "2024-10-01", "price": 20.0}
    print(model.predict([known, {**known, "customer_id": "c999"}]))  # with and without history
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
