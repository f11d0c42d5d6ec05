"""The stage that leaves columns out of a refit."""

from fivefold.artifacts import Collected
from fivefold.core.stage import Stage
from fivefold.partition import Partition


class Without(Stage):
    """Leave columns out of what a model reads; they stay in the table.

    Args:
        columns: their names.
    """

    columns: tuple[str, ...]

    def run(self, collected: Collected, partition: Partition) -> Collected:
        """The same rows, of which these columns are ignored."""
        schema = collected.schema
        for name in self.columns:
            schema = schema.replace(name, role="ignored", reason="left out by ablate")
        return collected.replace(schema=schema)
