"""What a codec is asked to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from fivefold.codecs.resizing import Fit

NumericMissing = Literal["median", "mean", "constant", "most_frequent"]
Outliers = Literal["clip", "drop", "keep"]
Scale = Literal["standard", "minmax", "robust", "quantile", "none"]
Categories = Literal["onehot", "embed"]
Strand = Literal["auto", "one", "both"]
Tokens = Literal["words", "subwords"]
Truncation = Literal["auto", "head", "tail", "both"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How columns are encoded; every number that follows from data comes from training rows.

    They are those of the stage `Preprocess`, which says what each does; `image_size` is always
    height and width here.
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
    image_fit: Fit = "resize"
    text_length: int | None = None
    truncation: Truncation = "auto"
    vocabulary: int = 20_000
    word_rows: int = 2
    tokens: Tokens = "words"
    terms: bool = True
    sequence_length: int | None = None
    strand: Strand = "auto"
    sound_length: float | None = None
    series_length: int | None = None
    whole: bool = False  # no position is left out, as each has an answer; decided by the task
    chosen: bool = False  # columns are some of many more than rows; decided by the training rows

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what no setting of Preprocess says only where it is so."""
        unsaid = {name for name in ("whole", "chosen") if not getattr(self, name)}
        return {name: value for name, value in asdict(self).items() if name not in unsaid}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The settings that `to_json` described."""
        size = values["image_size"]
        return cls(**{**values, "image_size": None if size is None else tuple(size)})
