"""Stages in a file of their own, which other processes of a study load."""

import os
import signal

from fivefold.artifacts import Collected, Preprocessed
from fivefold.core.stage import Stage
from fivefold.partition import Partition


class Halve(Stage):
    """Halves the numbers of the training rows' table; a change that networks can see."""

    column: str = "a"

    def run(self, collected: Collected, partition: Partition) -> Collected:
        from fivefold.codecs.table import Columns

        table = collected.table
        columns = {name: table.column(name) for name in table.names}
        columns[self.column] = columns[self.column] / 2
        return collected.replace(table=Columns(columns))


class Fail(Stage):
    """Ends the units whose seed is odd, or all."""

    text: str = "no more"

    def run(self, data: Preprocessed) -> Preprocessed:
        raise LookupError(self.text, 7)


class Die(Stage):
    """Ends its process as the system does when memory is short."""

    def run(self, data: Preprocessed) -> Preprocessed:
        os.kill(os.getpid(), signal.SIGKILL)
        return data
