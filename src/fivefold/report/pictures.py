"""The pictures of a run by name: in its report, in a notebook, and as files."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.core.named import missing_name
from fivefold.core.store import write_bytes
from fivefold.metrics.weight import weight_argument
from fivefold.report.headline import display_name, leading
from fivefold.report.tables import cell
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import decided, drawn_of

if TYPE_CHECKING:
    import pandas as pd

    from fivefold.report.reported import Reported


@dataclass(frozen=True)
class Drawing:
    """A picture, and what it shows in words.

    Args:
        name: by which it is asked for, `roc`.
        caption: what a reader should know, one or two sentences.
        svg: an `<svg>` element; its title is what a screen reader reads out, with the caption.
    """

    name: str
    caption: str
    svg: str

    def save(self, path: str | Path) -> None:
        """Write it as a file of SVG, whole or not at all."""
        text = self.svg
        if "xmlns=" not in text[: text.index(">")]:
            text = text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        write_bytes(Path(path), text.encode())

    @property
    def shown(self) -> str:
        """The picture in the colours of the page it stands on, no wider than there is room.

        Rules of style that the picture brings would hold for all others of the page; they stand at
        its own element instead.
        """
        rules = "".join(re.findall(r"<style[^>]*>\*{(.*?)}</style>", self.svg, re.DOTALL))
        apart = re.sub(r"<style[^>]*>\*{.*?}</style>", "", self.svg, flags=re.DOTALL)
        fit = f"max-width:100%;height:auto;{rules}"
        return themed(apart).replace("<svg", f'<svg style="{fit}"', 1)

    def _repr_html_(self) -> str:
        caption = html.escape(self.caption)
        return (
            f'<figure style="margin:0;max-width:36em">{self.shown}'
            f"<figcaption>{caption}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"<Drawing {self.name}: {self.caption}>"


class Figures(Mapping[str, Drawing]):
    """Pictures by name, each drawn when it is first asked for.

    Args:
        makers: by name what draws it.

    Example:
        >>> figures = Figures({"roc": lambda: Drawing("roc", "Guessing.", "<svg></svg>")})
        >>> list(figures), figures["roc"].caption
        (['roc'], 'Guessing.')
    """

    def __init__(self, makers: Mapping[str, Callable[[], Drawing]]) -> None:
        self._makers = makers
        self._drawn: dict[str, Drawing] = {}

    def __getitem__(self, name: str) -> Drawing:
        if name not in self._makers:
            raise missing_name("figure", name, list(self._makers))
        if name not in self._drawn:
            self._drawn[name] = self._makers[name]()
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._makers)

    def __repr__(self) -> str:
        return f"Figures({', '.join(self._makers)})"


def figures_of(run: "Reported") -> Figures:
    """The pictures of a run that was evaluated, in the order of the report."""
    makers: dict[str, Callable[[], tuple[str, str]]] = {}
    if run.trained is not None:
        makers["learning_curve"] = partial(_learning, run)
    for name, make in [*_of_answers(run), *_of_rows(run), *_of_tables(run)]:
        makers[name if name not in makers else f"{name}_{len(makers)}"] = make
    return Figures({name: partial(_made, name, make) for name, make in makers.items()})


def _made(name: str, make: Callable[[], tuple[str, str]]) -> Drawing:
    svg, caption = make()
    return Drawing(name, caption, spoken(svg, caption))


THEME = {
    "#24292f": "var(--ink, currentColor)",
    "#6e7781": "var(--muted, #848d97)",
    "#d0d7de": "var(--line, #84848466)",
    "#0072b2": "var(--blue, #2684bd)",
    "#d55e00": "var(--orange, #e0701d)",
    "#009e73": "var(--green, #009e73)",
}
"""By the colour that is drawn the one that is shown: the page's, or where it has none one that is
legible on light and dark ground."""


def themed(svg: str) -> str:
    """A picture that takes its colours from the page, light or dark.

    Example:
        >>> themed('<path style="fill: #0072b2"/>')
        '<path style="fill: var(--blue, #2684bd)"/>'
    """
    pattern = re.compile(r"((?:fill|stroke): )(#[0-9a-f]{6})")
    return pattern.sub(lambda match: match[1] + THEME.get(match[2], match[2]), svg)


def spoken(svg: str, caption: str) -> str:
    """A picture with its title and caption as what a screen reader says of it.

    Example:
        >>> print(spoken('<svg width="1"><title>ROC</title></svg>', "Guessing."))
        <svg role="img" aria-label="ROC. Guessing." width="1"><title>ROC</title></svg>
    """
    if " role=" in svg[: svg.index(">")]:
        return svg
    found = re.search(r"<title>(.*?)</title>", svg)
    title = html.unescape(found[1]) + ". " if found else ""
    label = html.escape(title + caption, quote=True)
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def _learning(run: "Reported") -> tuple[str, str]:
    from fivefold.report import figures

    trained = run.trained
    assert trained is not None
    svg = figures.learning_curve(trained.history, best_epoch=trained.settings.best_epoch)
    return svg, "Loss by epoch; the weights of the marked epoch were kept."


def _of_answers(run: "Reported") -> Iterator[tuple[str, Callable[[], tuple[str, str]]]]:
    """What the task draws of truth and answers."""
    from fivefold.report.curves import DRAWINGS
    from fivefold.report.figures import confusion_matrix

    collected, evaluated, schema = run.collected, run.evaluated, run.collected.schema
    assert evaluated is not None
    task = task_of(schema)
    judged, weight = Judged.of(task, evaluated.target, evaluated.scores), schema.named("weight")
    for picture in drawn_of(task, judged.target, judged.scores, schema, evaluated.threshold):
        draw, caption, values = DRAWINGS[picture.drawing], picture.caption, dict(picture.values)
        if weight is not None and weight_argument(draw):
            values["weight"] = judged.of_rows(collected.table.column(weight)[evaluated.index])
            caption += f" Rows are weighted by {weight}."
        if draw is confusion_matrix and len(schema.targets) == 1:
            marks = decided(judged.scores, evaluated.threshold)
            wrong = task.mistakes(judged.target, marks, schema, cell)
            caption += f" Wrong are {wrong}."
        yield picture.drawing, partial(_drawn, draw, values, caption)


def _drawn(draw: Callable[..., str], values: Mapping[str, Any], caption: str) -> tuple[str, str]:
    return draw(**values), caption


def _of_rows(run: "Reported") -> Iterator[tuple[str, Callable[[], tuple[str, str]]]]:
    """Test rows as people see them."""
    from fivefold.report.doubted import doubted_pictures
    from fivefold.report.examples import examples

    assert run.evaluated is not None
    for number, (svg, caption) in enumerate(examples(run.collected, run.evaluated)):
        yield f"examples_{number + 1}" if number else "examples", partial(_kept, svg, caption)
    for number, (svg, caption) in enumerate(doubted_pictures(run.collected, run.evaluated)):
        name = f"label_errors_{number + 1}" if number else "label_errors"
        yield name, partial(_kept, svg, caption)


def _kept(svg: str, caption: str) -> tuple[str, str]:
    return svg, caption


def _captioned(drawn: Callable[[], str], caption: str) -> tuple[str, str]:
    return drawn(), caption


def _of_tables(run: "Reported") -> Iterator[tuple[str, Callable[[], tuple[str, str]]]]:
    """What is drawn of tables."""
    from fivefold.report import changedcells, figures
    from fivefold.report.whyrows import explanations, pictures

    assert run.evaluated is not None
    tables, first = run.evaluated.tables, leading(run.evaluated, run.collected.schema).name
    if "coverage" in tables:
        from fivefold.report.coverage import coverage

        how = "The line is what was wanted; test rows had no say in it."
        yield "coverage", lambda: (coverage(tables["coverage"]), how)
    if "fairness" in tables:
        from fivefold.report import groupwise

        compared, label = tables["fairness"], run.collected.schema.positive
        if groupwise.drawn(compared):
            said = groupwise.CAPTION if label is not None else groupwise.CAPTION_OF_NUMBERS
            yield "fairness", lambda: (groupwise.groupwise(compared, label), said)
    if "importance" in tables:
        metric = display_name(first)
        draw_importance = partial(figures.importance, tables["importance"], metric)
        yield "importance", lambda: (draw_importance(), _about_importance(tables["importance"]))
    if "partial_dependence" in tables:
        from fivefold.report.dependence import dependence

        moved = tables["partial_dependence"]
        yield "partial_dependence", lambda: (dependence(moved), _about_dependence(moved))
    if "robustness" in tables:
        told = (
            "What the leading score loses where cells of test rows are disturbed; a line is the "
            "interval, the dotted line is what a constant answer loses."
        )
        lost = partial(changedcells.robustness, tables["robustness"], display_name(first))
        yield "robustness", partial(_captioned, lost, told)
    if "explanations" in tables:
        added = (
            "What columns or pieces of a row add to its answer: rows answered worst, then "
            "some that were answered best. Blue speaks for what is explained, orange against it."
        )
        why = tables["explanations"]
        yield "explanations", lambda: (explanations(why, pictures(run.collected, why)), added)
    if "shortcuts" in tables:
        told = (
            "What the leading score loses where a small area of each cell is another row's; a line "
            "is the interval, for all areas together, the dotted one all that the model knows."
        )
        lost = partial(changedcells.shortcuts, tables["shortcuts"], display_name(first))
        yield "shortcuts", partial(_captioned, lost, told)
    if "markers" in tables:
        told = "Columns by how often halves of the training rows choose them; most told first."
        yield "markers", partial(_captioned, partial(figures.markers, tables["markers"]), told)
    table = tables.get("model_comparison")
    if table is not None and len(table) > 1:
        scores = dict(zip(table["model"].astype(str), table[first], strict=True))
        draw = partial(
            figures.comparison, scores, metric=display_name(first), ours=str(table["model"].iloc[0])
        )
        yield "comparison", lambda: (draw(), "On the same test rows; a line is an interval.")


def _about_importance(table: "pd.DataFrame") -> str:
    told = "What the leading score loses where a column is another row's, by validation rows"
    if np.isnan(table["p"]).all():
        return f"{told}. {str(table['lost'].iloc[0].method).capitalize()}: no intervals."
    several = bool((table["columns"] > 1).any())
    alike = " `a + b` are columns that are alike, exchanged together." if several else ""
    return f"{told}. A line is the interval; grey is not told from nothing.{alike}"


def _about_dependence(table: "pd.DataFrame") -> str:
    means = dict(zip(table["answer_of"], table["mean"], strict=True))
    what, mean = next(iter(means.items()))
    of = f"the {what}, {mean:.3g} on average" if len(means) == 1 else "each answer"
    return (
        f"How {of}, moves from its mean along the columns that are missed most, by rows that have "
        "such cells (accumulated local effects); a band or a line is the interval."
    )
