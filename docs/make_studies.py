"""Print what the studies of docs/studies.md say, into that page: python docs/make_studies.py."""

import re
from collections.abc import Mapping
from pathlib import Path

from sklearn.linear_model import LogisticRegression

import fivefold as ff

PAGE = Path(__file__).with_name("studies.md")
BLOCK = r"(<!-- made: {name} -->\n```text\n).*?(```\n)"


def outputs() -> Mapping[str, str]:
    """What each study prints of a small data set, by name."""
    train = ff.Train("mlp", epochs=20, threads=1)
    pipeline = ff.Pipeline([ff.Collect("sklearn:breast_cancer"), ff.Preprocess(), train])
    quiet = {"seed": 0, "progress": False}
    models = {
        "standard": pipeline,
        "unscaled": ff.Preprocess(scale="none"),
        "logistic": LogisticRegression(max_iter=5000),
    }
    return {
        "cross_validate": repr(ff.cross_validate(pipeline, folds=5, **quiet)),
        "compare": repr(ff.compare(models, folds=5, **quiet)),
        "ablate": repr(ff.ablate(pipeline, "preprocess", folds=5, **quiet)),
        "learning_curve": repr(ff.learning_curve(pipeline, folds=5, **quiet)),
    }


def page(text: str, made: Mapping[str, str]) -> str:
    """The page with these outputs in their places."""
    for name, output in made.items():
        words = f"{output}\n".replace("\\", "\\\\")
        text = re.sub(BLOCK.format(name=name), rf"\g<1>{words}\g<2>", text, flags=re.DOTALL)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8"), outputs()), "utf-8")
