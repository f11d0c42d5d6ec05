"""What a row says, as a text: what is spoken in a sound, written in a series."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.codecs.transcript import Spelt, spelt_as
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.metrics import transcripts
from fivefold.metrics.metric import Metric
from fivefold.tasks.classes import MOST_CLASSES
from fivefold.tasks.labels import natural
from fivefold.tasks.places import finite
from fivefold.tasks.target import Question, Settled, Targets
from fivefold.tasks.task import ROUNDING, Task
from fivefold.tasks.telling import Picture, Worth

LACKING = -2
"""What fills the letters of a row without an answer; one that says nothing has -1 throughout."""

SHOWN = 8
"""Transcripts of the report that are furthest from the truth."""

LEAST_GAP = 0.25
"""Wrong letters a row, by which some rows are worse than others before it is worth a word."""


class Transcription(Task):
    """A text for each row, which its steps spell: `schema.classes` are letters, or words.

    A network gives for each step how likely each letter is, and that there is none. The target is
    `(n, width)` letters, -1 behind the last; scores are `(n, steps, 1 + letters)` probabilities,
    the first that of no letter. The answer is the likeliest of each step, repeats once.
    """

    name = "transcription"
    metrics: ClassVar[tuple[Metric, ...]] = (transcripts.LETTERS, transcripts.EXACT)
    losses: ClassVar[tuple[str, ...]] = ("ctc",)
    spells = True
    constant_name = "most frequent transcript"

    def fitted(self, schema: Schema) -> Task:
        return _known(schema.classes, _spelt(schema))

    # --- the target

    def settle(self, targets: Targets) -> Settled:
        """The letters in natural order, or the words, and how many the longest row has."""
        column = targets.only
        spelt = spelt_as(column.format)
        assert spelt is not None, "Collect reads the target of this task as transcripts"
        cells = column.values[targets.usable].tolist()
        rows = [spelt.cut(text or "") for text in cells]
        sizes = Counter(token for row in rows for token in row)
        longest = max(map(len, rows), default=0)
        where = f"{targets.source}, target `{column.name}`"
        if len(set(cells)) < 2:
            raise targets.one_value(column, repr(cells[0]))
        if len(sizes) > MOST_CLASSES:
            raise DataError.expected(
                where,
                f"at most {MOST_CLASSES:,} different {spelt.unit}",
                f"{len(sizes):,}",
                "Spell them in letters: texts in place of lists of words.",
                column=column.name,
            )
        silent = sum(not row for row in rows)
        told = f", {plural(silent, 'row')} with nothing" if silent else ""
        note = (
            f"`{column.name}` is spelt with {len(sizes)} {spelt.unit}: "
            f"{sizes.total() / len(rows):.3g} a row, {longest:,} at most{told}."
        )
        form = Spelt(spelt.unit, longest).format
        classes = tuple(sorted(map(str, sizes), key=natural))
        return Settled(
            values=(column.values,), words=True, classes=classes, format=form, notes=(note,)
        )

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        """Int64 `(n, width)`: at least as wide as a row has steps, or the longest has letters."""
        spelt, cells = _spelt(schema), values[0].tolist()
        known = {str(label): place for place, label in enumerate(schema.classes)}
        rows = [spelt.cut(text or "") for text in cells]
        width = max(steps or 0, spelt.longest, *map(len, rows))
        target = np.full((len(rows), width), -1, np.int64)
        for line, row, text in zip(target, rows, cells, strict=True):
            line[: len(row)] = [known.get(token, len(known)) for token in row]
            if text is None:
                line[:] = LACKING
        return target

    def wanted(self, schema: Schema) -> str:
        return f"a text, or a list of words, of the {_spelt(schema).unit} it is to be spelt with"

    def lacking(self, target: Array) -> Array:
        return np.asarray((target == LACKING).any(axis=1))

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        """Other transcripts that the column holds."""
        held = sorted({text for text in known.tolist() if text is not None})
        for row in np.flatnonzero(some):
            others = [text for text in held if text != values[row]]
            values[row] = others[int(rng.integers(len(others)))]
        return values

    def questions(self, values: Sequence[Array], schema: Schema) -> Iterator[Question]:
        """None: a column that gives a whole transcript away would have to spell it."""
        return iter(())

    # --- answers

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (steps or 0, 1 + len(schema.classes))

    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        return np.empty((0, *self.outputs(schema, steps)), np.float32)

    def answers(self, scores: Array, schema: Schema) -> Array:
        """Texts, which may be empty."""
        return objects(
            transcripts.texts(transcripts.written(scores), schema.classes, _spelt(schema))
        )

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        """The texts, how likely each is as a whole, and at which steps its letters stand."""
        names = [*map(str, schema.classes)]
        return {
            "predictions": self.answers(scores, schema).tolist(),
            "confidence": finite(_confidence(scores)),
            "spans": [
                [{"text": names[place], "start": start, "end": end} for place, start, end in row]
                for row in transcripts.spans(scores)
            ],
        }

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        return {"confidence": _confidence(scores)}

    def tolerance(self, targets: Array, wanted: Array) -> Any:
        """What 1e-4 in each logit changes a probability by, at most."""
        return 5 * ROUNDING

    # --- judging

    def errors(self, target: Array, scores: Array) -> Array:
        """How many letters of each row are wrong, left out or added."""
        truth = [row.tolist() for row in transcripts.letters_of(target)]
        found = [row.tolist() for row in transcripts.written(scores)]
        return transcripts.distances(truth, found).astype(np.float64)

    def row_losses(self, target: Array, scores: Array) -> Array:
        return transcripts.nats(target, scores)

    def contrast(self, inside: float, outside: float) -> str:
        if inside - outside < LEAST_GAP:
            return ""
        return f"{inside:.2f} letters a row are wrong against {outside:.2f}"

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        """The transcript that most rows have, of equals the first."""
        counts: dict[tuple[int, ...], float] = {}
        for place, row in enumerate(transcripts.letters_of(target)):
            key = tuple(row.tolist())
            counts[key] = counts.get(key, 0.0) + (1.0 if weight is None else float(weight[place]))
        usual = np.array(max(counts, key=lambda row: counts[row], default=()), np.int64)
        known = transcripts.spelling([usual], target.shape[1], len(schema.classes))
        return np.repeat(known, rows, axis=0)

    # --- telling

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        edits, rows = _told(target, scores, schema)
        return [
            Picture(
                "spelling_errors",
                "What is wrong in the test rows: taken for another, left out, added.",
                {"edits": edits},
            ),
            Picture(
                "transcripts",
                "The test rows that are furthest from the truth, which stands above each.",
                {"rows": rows[:SHOWN]},
            ),
        ]

    def worth(self, schema: Schema) -> Worth:
        """How many words or letters of a thousand are wrong."""
        rate = self.metrics[0].name
        what = "words" if rate == "wer" else "letters"
        return Worth(rate, f"gets {{}} of 1,000 {what} wrong", 1000)

    def aim(self, schema: Schema) -> str:
        return f"a text, spelt with {len(schema.classes)} {_spelt(schema).unit}"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        named = [quote(str(label)) for label in schema.classes[:40]]
        more = len(schema.classes) - len(named)
        listed = ", ".join(named) + (f" and {more} more" if more > 0 else "")
        unit = _spelt(schema).unit
        return f"Writes down {quote(schema.predicted)} from {inputs}, with these {unit}: {listed}."

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        edits, _ = _told(target, scores, schema)
        there = sum(map(len, transcripts.letters_of(target)))
        kinds = Counter(transcripts.kind_of_edit(edit) for edit in edits)
        listed = ", ".join(f"{kinds[kind]:,} {kind}" for kind in transcripts.EDITS if kinds[kind])
        pairs = Counter(edit for edit in edits if None not in edit).most_common(3)
        taken = ", ".join(f"{true} taken for {said} ({n:,})" for (true, said), n in pairs)
        text = f"of {there:,} {_spelt(schema).unit} in the test rows {len(edits):,} are wrong"
        return "; ".join(filter(None, [f"{text}: {listed}" if listed else text, taken]))


@cache
def _known(classes: tuple[Label, ...], spelt: Spelt) -> Task:
    """The task where the letters are known, which say what is judged."""

    class Known(Transcription):
        """What rows say in these letters."""

        metrics = transcripts.transcript_metrics(classes, spelt)

        def __repr__(self) -> str:
            return "Transcription()"

    return Known()


def _spelt(schema: Schema) -> Spelt:
    """What the target is spelt with; a contract, which has no column of it, has the letters."""
    column = schema.by_name.get(schema.targets[0])
    known = None if column is None else spelt_as(column.format)
    return known or Spelt("words" if any(len(str(c)) > 1 for c in schema.classes) else "letters")


def _confidence(scores: Array) -> Array:
    """`(n,)` how likely each answer is, by all ways in which its letters may lie."""
    rows = transcripts.written(scores)
    width = max(map(len, rows), default=0)
    letters = np.full((len(rows), width), -1, np.int64)
    for line, row in zip(letters, rows, strict=True):
        line[: len(row)] = row
    return np.exp(-transcripts.nats(letters, scores))


def _told(
    target: Array, scores: Array, schema: Schema
) -> tuple[list[transcripts.Edit], list[tuple[str, str]]]:
    """All edits in words of the classes, and wrong rows with what they say, the worst first."""
    spelt, names = _spelt(schema), [*map(str, schema.classes), transcripts.UNKNOWN]
    both = list(zip(transcripts.letters_of(target), transcripts.written(scores), strict=True))
    wrong = [pair for pair in both if not np.array_equal(*pair)]
    found: list[transcripts.Edit] = []
    told: list[tuple[int, tuple[str, str]]] = []
    for pair in wrong:
        truth, said = ([names[place] for place in row.tolist()] for row in pair)
        edits = transcripts.edits(truth, said)
        found += edits
        told.append((len(edits), (spelt.joined(truth), spelt.joined(said))))
    told.sort(key=lambda one: -one[0])
    return found, [texts for _, texts in told]
