"""A task as a user would write it: a word for each word of a text."""

import numpy as np

from fivefold.tasks.choice import Choice
from fivefold.tasks.known import MULTICLASS
from fivefold.tasks.target import Settled


class Tags(Choice):
    """A word for each word of a text."""

    name = "tags"
    metrics = MULTICLASS.metrics
    sequence = True

    def settle(self, targets):
        texts = targets.only.values[targets.usable]
        words = sorted({word for text in texts for word in text.split()})
        return Settled(values=(targets.only.values,), classes=tuple(words))

    def encode(self, values, schema, steps=None):
        places = {label: place for place, label in enumerate(schema.classes)}
        target = np.full((len(values[0]), steps), -1, np.int64)
        for row, text in enumerate(values[0]):
            found = [places[word] for word in (text or "").split()][:steps]
            target[row, : len(found)] = found
        return target
