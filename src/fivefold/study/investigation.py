"""What a study of a pipeline found: its run, what was compared, and the ten tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fivefold.report.htmltable import html_of
from fivefold.report.reportpage import write_page
from fivefold.report.tables import text_of
from fivefold.report.ten import TEN, Tables, is_filled
from fivefold.result import Result
from fivefold.study.compare import Compared

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Investigation:
    """What a study of a pipeline found.

    Attributes:
        result: of the pipeline's own run.
        compared: all variants over the same folds; None where there was nothing to vary.
        tables: the ten by name, and the others of the run.
        seconds: wall-clock time of the whole study.
    """

    result: Result
    compared: Compared | None
    tables: Tables
    seconds: float

    def report(self, path: str | Path | None = None) -> str:
        """One self-contained HTML page about the run, with all tables.

        Args:
            path: where to write it, whole or not at all; nowhere if None.

        Raises:
            StoreError: if it cannot be written there.
        """
        return self.result.report(path, tables=self.tables)

    def write(self, path: str | Path) -> None:
        """Write the report there; where the name ends in `.md`, the tables alone, as Markdown.

        Raises:
            StoreError: if it cannot be written there.
        """
        if Path(path).suffix == ".md":
            write_page(Path(path), self.to_markdown())
        else:
            self.report(path)

    def to_markdown(self) -> str:
        """All tables as Markdown."""
        return self.tables.to_markdown()

    def _listed(self) -> "pd.DataFrame":
        import pandas as pd

        lines = []
        for name in TEN:
            table = self.tables[name]
            lines.append(
                (name, len(table), "") if is_filled(table) else (name, "", table.iloc[0, 1])
            )
        return pd.DataFrame(lines, columns=["table", "rows", "why not"])

    def __repr__(self) -> str:
        return text_of(f"Investigation, {self.seconds:.0f} s", self._listed())

    def _repr_html_(self) -> str:
        return html_of(f"Investigation, {self.seconds:.0f} s", self._listed())
