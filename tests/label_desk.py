"""A desk of one column, whose items are known."""

from pathlib import Path

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.label.desk import Desk
from fivefold.label.events import FILE, Events
from fivefold.label.item import item_ids
from fivefold.label.question import Question
from fivefold.label.queue import Queue
from fivefold.label.shown import Shown

TEXT = Column(name="text", kind="text")
CLASSES = Question(name="level", classes=("junior", "senior"))


def desk_of(folder: Path, texts, question=CLASSES, people=("ann", "bo"), column=TEXT, **queued):
    """A desk of one column, with the ids of its items."""
    cells = np.array(texts, object) if isinstance(texts, list) else texts
    table = Columns({column.name: cells})
    ids = item_ids(table, [column.name])
    desk = Desk(
        question=question,
        shown=Shown(table, [column], ids, spanned=column.name if question.way == "spans" else ""),
        events=Events(folder / FILE),
        people={name: f"token of {name}" for name in people},
        queue=Queue(ids, **{"strategy": "random", **queued}),
    )
    return desk, ids
