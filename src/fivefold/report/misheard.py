"""Pictures of transcripts: what is wrong in them, and those that are furthest from the truth."""

from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes

from fivefold.metrics.transcripts import EDITS, Edit, kind_of_edit
from fivefold.report.drawing import BLUE, INK, MUTED, ORANGE, WIDE, draw
from fivefold.report.tables import shortened

MOST = 12
"""Errors that are drawn, the commonest."""

LONGEST = 90
"""Characters of a transcript that are shown."""


def spelling_errors(edits: Sequence[Edit]) -> str:
    """The commonest errors, in the colours of their kinds, whose numbers stand in the legend.

    Args:
        edits: what is true and what was written, one after another.
    """
    kinds = Counter(map(kind_of_edit, edits))
    most = Counter(edits).most_common(MOST)[::-1]
    colours = dict(zip(EDITS, (BLUE, ORANGE, MUTED), strict=True))

    def paint(axes: Axes) -> None:
        for place, (edit, count) in enumerate(most):
            axes.barh(place, count, color=colours[kind_of_edit(edit)], height=0.7)
        for kind in EDITS:
            axes.barh(0, 0, color=colours[kind], label=f"{kind}: {kinds[kind]:,}")
        axes.set_yticks(range(len(most)), [_named(edit) for edit, _ in most])
        axes.tick_params(length=0)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("times in the test rows")
        axes.legend(loc="lower right")

    return draw(paint, width=WIDE, height=1.2 + 0.26 * max(3, len(most)), title="What is wrong")


def transcripts(rows: Sequence[tuple[str, str]]) -> str:
    """Transcripts one below another, the truth above what was written.

    Args:
        rows: the truth and the answer of each.
    """

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        for place, (truth, answer) in enumerate(rows):
            top = 1 - place / max(1, len(rows))
            for text, colour, down in ((truth, INK, 0.1), (answer, ORANGE, 0.5)):
                shown = shortened(text, LONGEST) or "(nothing)"
                axes.text(0, top - down / len(rows), shown, color=colour, va="top", fontsize=8)
        if not rows:
            axes.text(0, 0.9, "every test row is right", color=MUTED, va="top")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)

    height = 0.5 + 0.42 * max(1, len(rows))
    return draw(paint, width=7.2, height=height, title="Furthest from the truth")


def _named(edit: Edit) -> str:
    true, said = (None if one is None else repr(one) if one == " " else one for one in edit)
    kind = kind_of_edit(edit)
    if kind == EDITS[0]:
        return shortened(f"{true} → {said}")
    return shortened(f"{true if said is None else said} {kind}")
