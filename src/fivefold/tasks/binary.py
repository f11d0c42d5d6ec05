"""One of two classes."""

from collections.abc import Callable

from fivefold.codecs.schema import Schema
from fivefold.metrics.metric import BINARY
from fivefold.tasks.choice import Choice


class Binary(Choice):
    """One of two classes, of which the second is the positive one: a network gives its logit."""

    name = "binary"
    metrics = BINARY
    trees = "class"

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        """The logit of the positive class."""
        return (1,)

    def aim(self, schema: Schema) -> str:
        """The positive class."""
        return f"two classes, `{schema.positive}` is the positive one"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        """Both classes."""
        told = super().purpose(schema, inputs, quote)
        return f"{told} The positive class is {quote(str(schema.classes[1]))}."
