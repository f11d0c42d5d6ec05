"""The stage that turns raw rows into arrays, by rules fitted on training rows."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from os import PathLike
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, field_validator

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.film import FRAMES
from fivefold.codecs.film import SIDE as FRAME_SIDE
from fivefold.codecs.picture import SIDE
from fivefold.codecs.resizing import Fit
from fivefold.codecs.settings import (
    Categories,
    NumericMissing,
    Outliers,
    Scale,
    Settings,
    Strand,
    Tokens,
    Truncation,
)
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted
from fivefold.core.session import Session
from fivefold.core.stage import Count, Stage
from fivefold.core.wording import nearest
from fivefold.errors import FivefoldError, PreflightError
from fivefold.kinds.known import KINDS, kind_of
from fivefold.kinds.subwords import without_tokenizers
from fivefold.partition import Partition
from fivefold.preprocess.encode import encode_parts, summarise
from fivefold.preprocess.like import like_faults
from fivefold.reading.weightfiles import find_weights
from fivefold.tasks.known import task_of

Side = Annotated[Count, Field(le=SIDE)]
"""Pixels; no more are kept of a side."""

FrameSide = Annotated[Count, Field(le=FRAME_SIDE)]
"""The same of a frame of a clip."""

Bound = Annotated[float, Field(allow_inf_nan=False)]

_NEEDS = {"fill_value": ("numeric_missing", "constant"), "knots": ("scale", "quantile")}


class Preprocess(Stage):
    """Encode every column as its kind asks, with numbers taken from training rows only.

    Args:
        scale: of numbers: to mean 0 and deviation 1 (`standard`), to 0..1 (`minmax`), by median
            and quartiles (`robust`), to normal scores by rank (`quantile`), or `none`.
        numeric_missing: what stands in for a missing number; a missing boolean takes the commoner
            value unless this is `constant`, a missing date the median.
        fill_value: the stand-in where `numeric_missing` is `constant`.
        missing_indicator: give a numeric column with missing training values a second feature
            that says so. A missing category always has a code of its own.
        outliers: `clip` pulls numbers in to wide bounds (one spread outside the 0.5 % and 99.5 %
            quantiles), `drop` leaves training rows outside them out as well, `keep` does neither.
        bounds: the least and the largest number of a column, `{"age": (17, 90)}`, or of a target:
            numbers are pulled in to them and scaled by them, so that nothing of training rows is
            taken for it, not even whether cells are missing; see Privacy.
        knots: points of the rank curve where `scale` is `quantile`.
        categories: shown to the network one-hot, or as codes to embed.
        rare: a category with fewer training rows shares the code of unseen ones; None is one row
            in 2,000, between 1 and 10.
        max_categories: the most categories a column keeps, the frequent ones.
        image_size: pixels, `(height, width)` or one number for both, 512 at most; None is the size
            of half of the training rows or more, or else their median height and width, and no side
            is longer than 128.
        image_fit: how pictures of other proportions are brought to that size: stretched
            (`resize`), whole with the pixels of their edge around them (`pad`), or cut to their
            middle (`crop`); frames of clips likewise.
        video_frames: frames read of a clip, evenly spread over it, 32 at most; None is what 98 % of
            the training clips have, 16 at most. Of a shorter clip the last frame stands again.
        video_size: of a frame, as `image_size` is of a picture, 112 at most; None takes it from the
            training rows likewise, and no side is longer than 64.
        text_length: words kept of a text; None covers 95 % of the training texts, 256 at most.
        truncation: which words of a longer text are read: its first (`head`), its last (`tail`),
            or three quarters of them first and one quarter last (`both`); `auto` is `both` where
            256 is what limits `text_length`, else `head`.
        vocabulary: the most words a text column keeps, the frequent ones.
        word_rows: training texts that a word must occur in to be kept.
        tokens: whether a network reads whole `words`, or `subwords`: pieces that tokenizers learns
            from the training texts; `vocabulary` is of pieces then, and `word_rows` how often two
            neighbours must meet to be joined.
        terms: whether texts come with the words and n-grams for the linear model beside the default
            network; without them it is the network alone, as a named one is in any case.
        sequence_length: symbols read of a sequence; None is the length that 99 % of the training
            sequences have, or else covers 99 % of them, 20,000 at most.
        strand: whether a network reads DNA and RNA as they stand (`one`), or the reverse complement
            as well, with one answer for `both`; `auto` is `both` for DNA where validation rows
            surely say so, else `one`.
        sound_length: seconds read of a sound, from its beginning; None is what 98 % of the training
            sounds need, 10 at most.
        series_length: steps of a series that a network reads, from its beginning; None is what the
            training series have, of more than 1,024 the means of several steps.
        like: a bundle by whose rules rows are encoded, with nothing fitted, so that weights that
            were learnt from such rows mean the same for these; or a folder of weights with their
            tokenizer, or its name on the hub, in whose pieces of words texts are read.
        columns: how many columns of numbers are kept, those that tell most of the target in
            training rows; `auto` chooses columns where there are 1,000 or more and four times as
            many as training rows, and folds of the training rows say how many; `all` keeps all.

    Example:
        >>> Preprocess(scale="quantile", categories="embed")
        Preprocess(scale='quantile', categories='embed')
    """

    scale: Scale = Field(default="standard", kw_only=False)
    numeric_missing: NumericMissing = "median"
    fill_value: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    missing_indicator: bool = True
    outliers: Outliers = "clip"
    bounds: dict[str, tuple[Bound, Bound]] = Field(default_factory=dict)
    knots: Annotated[int, Field(ge=2, le=256)] = 48
    categories: Categories = "onehot"
    rare: NonNegativeInt | None = None
    max_categories: Count = 256
    image_size: Side | tuple[Side, Side] | None = None
    image_fit: Fit = "resize"
    video_frames: Annotated[Count, Field(le=FRAMES)] | None = None
    video_size: FrameSide | tuple[FrameSide, FrameSide] | None = None
    text_length: Count | None = None
    truncation: Truncation = "auto"
    vocabulary: Count = 20_000
    word_rows: Count = 2
    tokens: Tokens = "words"
    terms: bool = True
    sequence_length: Count | None = None
    strand: Strand = "auto"
    sound_length: Annotated[float, Field(gt=0, le=3600)] | None = None
    series_length: Count | None = None
    like: str | PathLike[str] | None = None
    columns: Literal["auto", "all"] | Count = "auto"

    @field_validator("bounds")
    @classmethod
    def _ordered(cls, bounds: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for name, (low, high) in bounds.items():
            if not low < high:
                raise ValueError(f"{name!r}: a number and a larger one, found {low:g}, {high:g}")
        return bounds

    def run(self, collected: Collected, partition: Partition, session: Session) -> Preprocessed:
        """Fit on the training rows, and encode all three parts."""
        data = encode_parts(collected, partition, self.codec_settings(), self.like, self.columns)
        rows = len(collected.learnt(partition.train))
        told = summarise(data.codec, rows, rows - len(data.train), self.like)
        session.emit(Noted(text=told))
        for finding in data.findings:
            session.emit(Found(finding=finding))
        return data

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """Settings other than the defaults that would change nothing."""
        fields = type(self).model_fields
        usual = {n: one.get_default(call_default_factory=True) for n, one in fields.items()}
        given = {name for name in fields if getattr(self, name) != usual[name]}
        faults: list[FivefoldError] = []
        if self.like is not None:
            faults += like_faults(self.like, given)
        if self.tokens == "subwords" and find_spec("tokenizers") is None:
            faults.append(without_tokenizers(PreflightError))
        for name, (other, value) in _NEEDS.items():
            if name in given and getattr(self, other) != value:
                faults.append(_idle(self, name, f"{other}={value!r}", f"Set {other}={value!r}"))
        collected = found.get(Collected)
        if collected is None:
            return faults
        task = task_of(collected.schema.task)
        if task.placed and self.truncation not in ("auto", "head"):
            fault = PreflightError(
                f"Preprocess: {task.name} has an answer for each position and expects the first "
                f"ones to be read, found truncation={self.truncation!r}.",
                remedy='Set truncation="head".',
                setting="truncation",
                wanted="head",
            )
            faults.append(fault)
        if task.sequence and self.strand == "both":
            one = f"one strand, as {task.name} has an answer for each position"
            faults.append(_idle(self, "strand", one, 'Set strand="one"'))
        faults += _unbounded(self.bounds, collected)
        kinds = [kind_of(column.kind) for column in collected.schema.inputs]
        for name in (name for name in fields if name in given):
            wanted = [kind.name for kind in KINDS.known.values() if kind.is_changed_by(name)]
            if wanted and not any(kind.is_changed_by(name) for kind in kinds):
                article = "an" if wanted[0][0] in "aeiou" else "a"
                columns = f"{article} {' or '.join(wanted)} column"
                remedy = "Name the column's kind in Collect(kinds={...})"
                faults.append(_idle(self, name, columns, remedy))
        return faults

    def sources(self) -> dict[str, str]:
        """The digest of what its rules are taken from."""
        return {} if self.like is None else {"like": find_weights(self.like).digest}

    def codec_settings(self) -> Settings:
        """The same settings as the codec takes them."""
        names = Settings.__dataclass_fields__.keys() - {"whole", "chosen"}
        values = {name: getattr(self, name) for name in names}
        for name in ("image_size", "video_size"):
            if isinstance(values[name], int):
                values[name] = (values[name], values[name])
        return Settings(**values)


def _unbounded(bounds: Mapping[str, object], collected: Collected) -> Iterator[PreflightError]:
    """Faults of bounds for what is no column of numbers."""
    schema = collected.schema
    targets = [column for column in schema.columns if column.name in schema.targets]
    columns = [*schema.inputs, *targets]
    able = [one.name for one in columns if "scale" in (kind_of(one.kind).block.settings or ())]
    for name in bounds:
        if name not in able:
            near = nearest(name, able)
            yield PreflightError.expected(
                "Preprocess",
                "`bounds` of columns of numbers",
                f"{name!r}",
                f"Did you mean {near!r}?" if near else "Leave it out.",
                setting="bounds",
            )


def _idle(stage: Preprocess, name: str, wanted: str, remedy: str) -> PreflightError:
    value = getattr(stage, name)
    return PreflightError(
        f"Preprocess: {name}={value!r} expects {wanted}, found none.",
        remedy=f"{remedy}, or leave {name} out.",
        setting=name,
        wanted=wanted,
    )
