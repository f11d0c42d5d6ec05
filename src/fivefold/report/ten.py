"""The ten tables of a run: their names, what each says, and what stands where one was not made."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from fivefold.core.named import missing_name

if TYPE_CHECKING:
    import pandas as pd

TEN: Mapping[str, str] = {
    "preprocessing_comparison": "how well ways of preparing the rows do, and what they cost",
    "architectures": "the networks that read these inputs, and what they are made of",
    "dataset_statistics": "what is in every column",
    "tuning_results": "the settings that were tried, the best first",
    "model_comparison": "every model that was compared, and on which rows",
    "prediction_speed": "how long a prediction takes",
    "augmentation_effect": "what random changes to training rows are worth",
    "transfer_learning": "what weights that were learnt elsewhere are worth",
    "hardware": "what computed, how much, how long, and what it took",
    "limitations": "what a reader must not conclude",
}
"""The ten tables by name, in the order of reports."""

STUDY = "ff.investigate(pipeline), or `fivefold study`, measures it"

UNFILLED: Mapping[str, str] = {
    "preprocessing_comparison": STUDY,
    "tuning_results": "ff.tune(pipeline, ...) fills it",
    "augmentation_effect": STUDY,
    "transfer_learning": STUDY,
}
"""What fills the tables that a single run leaves open, as they cost more runs."""

MOST_ROWS = 1_000
"""Of a table as Markdown."""

STATUS, WHY = "status", "why"
NOT_MEASURED, INAPPLICABLE = "not measured", "does not apply"


def unfilled(why: str, *, applies: bool = True) -> "pd.DataFrame":
    """What stands in place of a table that was not made.

    Args:
        why: in a few words; what would fill it.
        applies: whether it could have been made.

    Example:
        >>> unfilled("there are no images", applies=False).iloc[0].to_dict()
        {'status': 'does not apply', 'why': 'there are no images'}
    """
    import pandas as pd

    return pd.DataFrame({STATUS: [NOT_MEASURED if applies else INAPPLICABLE], WHY: [why]})


def is_filled(table: "pd.DataFrame") -> bool:
    """Whether a table says more than why it was not made."""
    return list(table.columns) != [STATUS, WHY]


class Tables(Mapping[str, "pd.DataFrame"]):
    """Tables by name, the ten first; some are made when they are first asked for.

    Args:
        measured: those that there are.
        made: what makes others, by name.

    Example:
        >>> tables = Tables({}, {"hardware": lambda: unfilled("nothing ran")})
        >>> list(tables)[:2], tables["hardware"][WHY][0]
        (['preprocessing_comparison', 'architectures'], 'nothing ran')
    """

    def __init__(
        self,
        measured: Mapping[str, "pd.DataFrame"],
        made: Mapping[str, Callable[[], "pd.DataFrame"]] | None = None,
    ) -> None:
        self._there = dict(measured)
        self._made = dict(made or {})

    def __getitem__(self, name: str) -> "pd.DataFrame":
        if name not in self._there:
            if name in self._made:
                self._there[name] = self._made[name]()
            elif name in TEN:
                self._there[name] = unfilled(UNFILLED.get(name, "no stage of this run makes it"))
            else:
                raise missing_name("table", name, list(self))
        return self._there[name]

    def __iter__(self) -> Iterator[str]:
        yield from TEN
        yield from (name for name in {**self._there, **self._made} if name not in TEN)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _ipython_key_completions_(self) -> list[str]:
        return [*self]

    def __repr__(self) -> str:
        return f"Tables({', '.join(self)})"

    def to_markdown(self) -> str:
        """All of them as Markdown: a heading and a table each, or why there is none."""
        from fivefold.core.wording import inert
        from fivefold.report.headline import display_name
        from fivefold.report.tables import markdown

        told = []
        for name, table in self.items():
            title = display_name(name)
            told.append(f"## {title[:1].upper()}{title[1:]}")
            if name in TEN:
                told.append(f"{TEN[name][:1].upper()}{TEN[name][1:]}.")
            if is_filled(table):
                told.append(markdown(table, most_rows=MOST_ROWS))
            else:
                told.append(f"{table[STATUS][0]}: {inert(str(table[WHY][0]))}".capitalize() + ".")
        return "\n\n".join(told) + "\n"
