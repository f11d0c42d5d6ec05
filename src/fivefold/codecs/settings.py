"""What a codec is asked to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

NumericMissing = Literal["median", "mean", "constant", "most_frequent"]
Outliers = Literal["clip", "drop", "keep"]
Scale = Literal["standard", "minmax", "robust", "quantile", "none"]
Categories = Literal["onehot", "embed"]
Truncation = Literal["auto", "head", "tail", "both"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How columns are encoded; every number that follows from data comes from training rows.

    Args:
        numeric_missing: what stands in for a missing number.
        fill_value: the stand-in where `numeric_missing` is `constant`.
        missing_indicator: whether a numeric column with missing training values gets a second
            feature that says so.
        outliers: `clip` pulls values in to wide bounds (see `fit_numeric`), `drop` also leaves
            training rows outside them out, `keep` has no bounds.
        scale: to mean 0 and deviation 1; to 0..1; by median and quartiles; to normal scores by
            rank; or not at all.
        knots: points of the rank curve where `scale` is `quantile`.
        categories: how a network sees categories; the codes are the same.
        rare: categories with fewer training rows than this share the code of unseen ones; None
            is one row in 2,000, between 1 and 10.
        max_categories: the most categories a column keeps, the frequent ones.
        image_size: height and width in pixels; None is the commonest of the training rows.
        text_length: words kept of a text; None covers 95 % of the training texts, 256 at most.
        truncation: which words of a longer text are read: its first (`head`), its last (`tail`),
            or three quarters of them first and one quarter last (`both`); `auto` is `both` where
            256 is what limits `text_length`, else `head`.
        vocabulary: the most words a text column keeps, the frequent ones.
        word_rows: training texts that a word must occur in to be kept.
    """

    numeric_missing: NumericMissing = "median"
    fill_value: float = 0.0
    missing_indicator: bool = True
    outliers: Outliers = "clip"
    scale: Scale = "standard"
    knots: int = 48
    categories: Categories = "onehot"
    rare: int | None = None
    max_categories: int = 256
    image_size: tuple[int, int] | None = None
    text_length: int | None = None
    truncation: Truncation = "auto"
    vocabulary: int = 20_000
    word_rows: int = 2

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The settings that `to_json` described."""
        size = values["image_size"]
        return cls(**{**values, "image_size": None if size is None else tuple(size)})
