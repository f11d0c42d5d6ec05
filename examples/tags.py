"""A tag for each word of a sentence: is it part of a name?

Run: python examples/tags.py [folder]
"""

import sys
from pathlib import Path

import numpy as np

import fivefold as ff
from fivefold.metrics.metric import ACCURACY, BALANCED_ACCURACY, LOG_LOSS
from fivefold.tasks.target import Settled


class Tags(ff.Choice):
    """A label for each word; both columns hold as many words between blanks."""

    name = "tags"
    sequence = True
    metrics = (ACCURACY, BALANCED_ACCURACY, LOG_LOSS)

    def settle(self, targets):
        texts = targets.only.values[targets.usable]
        classes = tuple(sorted({tag for text in texts for tag in text.split()}))
        return Settled(values=(targets.only.values,), classes=classes)

    def encode(self, values, schema, steps=None):
        places = {tag: place for place, tag in enumerate(schema.classes)}
        target = np.full((len(values[0]), steps or 0), -1, np.int64)  # -1: no word, or unknown
        for row, text in enumerate(values[0]):
            found = [places.get(tag, -1) for tag in (text or "").split()][:steps]
            target[row, : len(found)] = found
        return target


def network(inputs, outputs):
    """A word and its two neighbours on either side to a logit for each tag."""
    from torch import nn  # not at the top: where the model is served there is no torch

    class Net(nn.Module):
        def __init__(self, vocabulary, classes):
            super().__init__()
            self.words = nn.Embedding(vocabulary, 32, padding_idx=0)
            self.near = nn.Conv1d(32, 64, 5, padding=2)
            self.tags = nn.Linear(64, classes)

        def forward(self, words):
            near = self.near(self.words(words).transpose(1, 2)).relu()
            return self.tags(near.transpose(1, 2))

    return Net(inputs[1], outputs[-1])  # (length, vocabulary), (steps, classes)


def write_sentences(path: Path, rows: int = 1200) -> Path:
    """Sentences in which `may` is a name (N) or a time (T) by the word before it."""
    rng = np.random.default_rng(0)
    said = ["mrs may:N N", "mr day:N N", "in may:O T", "one day:O T", "she:O", "they may:O O"]
    said += ["and then:O O", "we saw:O O", "may:N", "may:T"]
    lines = ["text,tags"]
    for _ in range(rows):
        chosen = [said[k].split(":") for k in rng.integers(0, len(said), rng.integers(2, 6))]
        lines.append(",".join(" ".join(column) for column in zip(*chosen, strict=True)))
    path.write_text("\n".join(lines) + "\n")
    return path


def main(folder: Path) -> float:
    """From a CSV file to a served model; returns the accuracy on the words of the test rows."""
    collect = ff.Collect(write_sentences(folder / "sentences.csv"), target="tags", task=Tags)
    stages = [collect, ff.Preprocess(), ff.Train(network, epochs=10), ff.Evaluate(folds=2)]
    result = ff.Pipeline([*stages, ff.Deploy(folder / "tags.ff")]).run(seed=0)
    result.report(folder / "tags.html")
    model = ff.load(folder / "tags.ff", tasks=[Tags])
    print(model.predict([{"text": "they may see mrs may in may"}])[0])
    return float(result.metrics["accuracy"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
