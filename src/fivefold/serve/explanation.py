"""Why a model answers a row as it does: what each column, or each piece of a cell, adds to it."""

from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH = 24
"""Characters of the longest bar."""

SHOWN = 10
"""Columns or pieces that are drawn; the others are told of together."""

LETTERS = 40
"""Characters of a value that are told."""


@dataclass(frozen=True, kw_only=True)
class Added:
    """What one column, or one piece of a cell, adds to an answer.

    Attributes:
        name: of the column or piece.
        value: the cell of a column, as JSON; None of a piece.
        added: in the unit of the explanation.
        error: standard error of that; 0 where nothing was drawn.
        at: where a piece is; None of a column.
    """

    name: str
    value: Any = None
    added: float
    error: float = 0.0
    at: list[Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        place = {"value": self.value} if self.at is None else {"at": self.at}
        return {"name": self.name, **place, "added": self.added, "error": self.error}


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One answer, divided among parts of its row; `base` and what they add make `score`.

    Attributes:
        of: what is explained: a class, or the target.
        unit: of all its numbers: `log odds`, `log probability`, ...; empty for that of the target.
        score: the answer for this row, on this scale.
        base: the answer without any of the parts: the mean for the rows it is compared with.
        beside: what is left where all parts are taken out, in words.
        by: what the parts are: `columns`, `words`, `regions`, ...
        parts: what each adds, the most first.
        exact: whether nothing was drawn.
    """

    of: str
    unit: str
    score: float
    base: float
    beside: str
    by: str
    parts: tuple[Added, ...]
    exact: bool

    def __getitem__(self, name: str) -> float:
        """What a column adds, or all pieces of this name together."""
        found = [part.added for part in self.parts if part.name == name]
        if not found:
            raise KeyError(name)
        return sum(found)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        names = ("of", "unit", "score", "base", "beside", "by", "exact")
        told = {name: getattr(self, name) for name in names}
        return told | {"parts": [part.to_json() for part in self.parts]}

    @property
    def lines(self) -> list[tuple[str, str, float]]:
        """Name, value and what is added by each of the largest, and by the others together."""
        drawn = self.parts if len(self.parts) <= SHOWN + 1 else self.parts[:SHOWN]
        lines = [(short(p.name), short(p.value) if p.at is None else "", p.added) for p in drawn]
        rest = self.parts[len(drawn) :]
        if rest:
            lines.append((f"{len(rest)} others", "", sum(part.added for part in rest)))
        return lines

    @property
    def head(self) -> str:
        """The answer and what it is compared with."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.of}: {self.score:.4g}{unit}; {self.base:.4g} with {self.beside}"

    def __str__(self) -> str:
        """Bars, for a terminal.

        Example:
            >>> parts = (Added(name="age", value=39, added=1.0), Added(name="sex", added=-0.5))
            >>> print(Explanation(of="rich", unit="log odds", score=-0.5, base=-1.0,
            ...                   beside="other rows", by="columns", parts=parts, exact=True))
            rich: -0.5 log odds; -1 with other rows
            age  39       +1    ########################
            sex  missing  -0.5  ------------
        """
        lines, most = self.lines, self._most
        cells = [(name, value, f"{added:+.3g}") for name, value, added in lines]
        wide = [max((len(row[place]) for row in cells), default=0) for place in range(3)]
        drawn = [self.head]
        for row, (*_, added) in zip(cells, lines, strict=True):
            bar = ("#" if added > 0 else "-") * round(WIDTH * abs(added) / most)
            padded = [f"{text:<{width}}" for text, width in zip(row, wide, strict=True) if width]
            drawn.append("  ".join([*padded, bar]).rstrip())
        return "\n".join(drawn)

    def _repr_html_(self) -> str:
        """The same as a table with bars, for a notebook."""
        most, rows = self._most, []
        for name, value, added in self.lines:
            colour = "#c44e52" if added < 0 else "#4c72b0"
            wide = f"{8 * abs(added) / most:.2f}em"
            bar = f'<div style="background:{colour};height:.8em;width:{wide}"></div>'
            cells = (escape(name), escape(value), f"{added:+.3g}", bar)
            told = "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells)
            rows.append(f"<tr>{told}</tr>")
        return f"<p>{escape(self.head)}</p><table>{''.join(rows)}</table>"

    @property
    def _most(self) -> float:
        return max((abs(added) for *_, added in self.lines), default=0.0) or 1.0


def short(value: Any) -> str:
    """A value in a few characters."""
    if value is None:
        return "missing"
    text = f"{value:.6g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"
