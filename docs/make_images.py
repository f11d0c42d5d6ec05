"""Draw the README's pictures from the demo's own run: `python docs/make_images.py`."""

from pathlib import Path

import fivefold as ff
from fivefold.report import figures

FOLDER = Path(__file__).parent / "images"


def main() -> None:
    """Train the demo's network and write its pictures as SVG on white."""
    result = ff.Pipeline(
        [ff.Collect("sklearn:digits"), ff.Preprocess(), ff.Train(), ff.Evaluate()]
    ).run(seed=0)
    classes = result[ff.Collected].schema.classes
    evaluated, trained = result[ff.Evaluated], result[ff.Trained]
    table = evaluated.tables["model_comparison"]
    scores = dict(zip(table["model"], table["accuracy"], strict=True))
    predicted = evaluated.scores.argmax(axis=1)
    pictures = {
        "comparison": figures.comparison(scores, metric="accuracy", ours=table["model"][0]),
        "confusion": figures.confusion_matrix(evaluated.target, predicted, classes),
        "learning_curve": figures.learning_curve(
            trained.history, best_epoch=trained.settings["best_epoch"]
        ),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures.items():
        head, rest = svg.split(">", 1)
        paper = '<rect width="100%" height="100%" fill="#ffffff"/>'
        (FOLDER / f"{name}.svg").write_text(f"{head}>\n {paper}{rest}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
