"""What a codec is asked to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

from fivefold.codecs.resizing import Fit

NumericMissing = Literal["median", "mean", "constant", "most_frequent"]
Outliers = Literal["clip", "drop", "keep"]
Scale = Literal["standard", "minmax", "robust", "quantile", "none"]
Categories = Literal["onehot", "embed"]
Strand = Literal["auto", "one", "both"]
Tokens = Literal["words", "subwords"]
Truncation = Literal["auto", "head", "tail", "both"]


_LATER: Mapping[str, Any] = {
    **{"whole": False, "chosen": False},
    **{"video_frames": None, "video_size": None, "bounds": {}},
}
"""What settings of older versions were, which did not know them: written only where they differ."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How columns are encoded; every number that follows from data comes from training rows.

    They are those of the stage `Preprocess`, which says what each does; `image_size` and
    `video_size` are always height and width here.
    """

    numeric_missing: NumericMissing = "median"
    fill_value: float = 0.0
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing_indicator: bool = True
    outliers: Outliers = "clip"
    scale: Scale = "standard"
    knots: int = 48
    categories: Categories = "onehot"
    rare: int | None = None
    max_categories: int = 256
    image_size: tuple[int, int] | None = None
    image_fit: Fit = "resize"
    video_frames: int | None = None
    video_size: tuple[int, int] | None = None
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
        bounds = {name: list(ends) for name, ends in self.bounds.items()}
        values = {**asdict(replace(self, bounds={})), "bounds": bounds}
        return {k: v for k, v in values.items() if k not in _LATER or v != _LATER[k]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The settings that `to_json` described."""
        sizes = {name: values.get(name) for name in ("image_size", "video_size")}
        bounds = {name: tuple(ends) for name, ends in values.get("bounds", {}).items()}
        tuples = {name: size and tuple(size) for name, size in sizes.items()}
        return cls(**{**values, **tuples, "bounds": bounds})
